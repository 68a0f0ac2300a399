using System.Collections.Immutable;

namespace AutoFlip.Cli;

/// <summary>Options of the commands of a network.</summary>
static class NetworkSettings
{
    static Setting PkiFolder { get; } =
        Setting.Of((PkiOptions p) => p.Folder, "--directory -d", "DIR", "Folder of the authority.");

    static Setting ClientId { get; } = Setting.Of(
        (PkiOptions p) => p.ClientId, "--client-id", "N", "Number of the client, from 0, that the certificate is bound to. Default: any.")
        with
    { Refuses = id => id.StartsWith('-') ? $"'{id}' is not accepted. Accepted: a whole number of at least 0." : null };

    static Setting Valid { get; } = Setting.Of((PkiOptions p) => p.Valid, "--valid", "TIME", "Time until it expires, such as 24h or 365d.");

    /// <summary>Options of <c>pki</c>.</summary>
    public static ImmutableArray<Setting> Pki => Settings.Grouped(SettingGroup.Running,
    [
        PkiFolder,
        Setting.Of((PkiOptions p) => p.Hosts, "--dns", "HOST...", "DNS names under which clients reach a server."),
        Setting.Of((PkiOptions p) => p.Addresses, "--ip", "ADDRESS...", "IP addresses under which clients reach a server."),
        ClientId,
        Valid,
        Setting.Of(
            (PkiOptions p) => p.PassphraseFile, "--passphrase-file", "FILE",
            "File with the passphrase of the authority's key. With pki init: encrypt the key with it."),
        Settings.Json,
    ]);

    /// <summary>Options of <c>token</c>.</summary>
    public static ImmutableArray<Setting> Token => Settings.Grouped(SettingGroup.Running,
    [
        PkiFolder,
        Setting.Of((PkiOptions p) => p.Output, "--output -o", "FILE", "File that the token is written to; it must not exist."),
        ClientId,
        Valid,
        Settings.Json,
    ]);

    static Setting[] Connection =>
    [
        Setting.Of(
            (NetworkOptions n) => n.Pki, "--pki", "DIR",
            "Folder with ca.pem, and certificate and key of this machine: see 'autoflip pki'."),
        Setting.Of(
            (NetworkOptions n) => n.Insecure, "--insecure", "",
            "Connect without certificates and unencrypted: on loopback and Unix sockets only."),
        Setting.Of(
            (NetworkOptions n) => n.Otlp, "--otlp", "URL",
            "Export traces by OTLP over HTTP, such as to http://localhost:4318. Default: OTEL_EXPORTER_OTLP_ENDPOINT of the environment."),
    ];

    /// <summary>Options of <c>server</c>.</summary>
    public static ImmutableArray<Setting> Server =>
    [
        .. Settings.Grouped(SettingGroup.Network,
        [
            Setting.Of((NetworkOptions n) => n.Listen, "--listen", "HOST:PORT|unix:PATH", "Required: address that clients connect to."),
            .. Connection,
            Setting.Of(
                (NetworkOptions n) => n.ServerName, "--server-name", "NAME",
                "Name of the server's certificate, if the folder holds several."),
            Setting.Of(
                (NetworkOptions n) => n.Enrol, "--enrol", "",
                "Sign certificates for tokens ('autoflip token create'): --pki is the folder of the authority then."),
            Setting.Of(
                (PkiOptions p) => p.PassphraseFile, "--passphrase-file", "FILE",
                "With --enrol: file with the passphrase of the authority's key."),
            Setting.Of(
                (NetworkOptions n) => n.MinClients, "--min-clients", "N",
                "Required: clients that must have joined before the first round; in a round, no more than the others may be missing."),
            Setting.Of(
                (NetworkOptions n) => n.RoundTimeout, "--round-timeout", "TIME|none",
                "Required: time after which a round is closed without the clients that have not replied."),
            Setting.Of(
                (NetworkOptions n) => n.RoundAttempts, "--round-attempts", "N",
                "Number of such times that a round lasts at most, while too few clients have replied."),
            Setting.Of(
                (NetworkOptions n) => n.StartTimeout, "--start-timeout", "TIME", "Time in which --min-clients clients must have joined."),
            Setting.Of((NetworkOptions n) => n.MaxUploads, "--max-uploads", "N", "Replies that are received at the same time."),
            Setting.Of(
                (NetworkOptions n) => n.MinSamples, "--min-samples", "N",
                "Training samples that a client has at least, so that no figure is about a single person."),
            Setting.Of(
                (NetworkOptions n) => n.MixedProcessors, "--mixed-processors", "",
                "Accept clients with different kinds of processors. The result is then not reproducible to the bit."),
            Setting.Of(
                (NetworkOptions n) => n.Contract, "--contract", "FILE",
                "Data contract ('autoflip data contract') under which clients read their own data. Without it, the server and all clients "
                + "load --dataset, and each client takes its share."),
            Setting.Of(
                (NetworkOptions n) => n.Test, "--test", "DATA",
                "With --contract: test set of the server, as folder:PATH, csv:FILE or parquet:PATH."),
            Setting.Of((NetworkOptions n) => n.Resume, "--resume", "DIR", "Resume the run of a directory."),
            Setting.Of(
                (NetworkOptions n) => n.Continue, "--continue", "",
                "Resume the run of this experiment below --result-path, start it if there is none, and do nothing once it is done."),
            Setting.Of(
                (NetworkOptions n) => n.Admin, "--admin", "unix:PATH|127.0.0.1:PORT",
                "Address for operators and monitoring, over HTTP. Default: a socket in the run directory, which its owner alone can open."),
            Setting.Of(
                (NetworkOptions n) => n.Status, "--status", "",
                "With a run directory: print the round, the seats and who is missing, as JSON with --json."),
            Setting.Of(
                (NetworkOptions n) => n.Drain, "--drain", "",
                "With a run directory: finish the round under way, then end the server. It can be resumed."),
            Setting.Of(
                (NetworkOptions n) => n.CloseRound, "--close-round", "",
                "With a run directory: close the round under way with the replies that are stored."),
            Setting.Of(
                (NetworkOptions n) => n.Quarantine, "--quarantine", "NAME", "With a run directory: exclude a client from further tasks."),
            Setting.Of((NetworkOptions n) => n.Admit, "--admit", "NAME", "With a run directory: admit an excluded client again."),
        ]),
        .. Settings.All,
    ];

    /// <summary>Options by which <c>run</c>, <c>resume</c> and <c>worker</c> take part in a cluster.</summary>
    public static ImmutableArray<Setting> Cluster => Settings.Grouped(SettingGroup.Network,
    [
        Setting.Of(
            (NetworkOptions n) => n.Cluster, "--cluster", "static:HOST:PORT|redis:HOST[:PORT]",
            "Compute clients on the machines of a cluster, which find each other by the address of this process, or of a Redis server."),
        Setting.Of(
            (NetworkOptions n) => n.Listen, "--listen", "HOST:PORT",
            "Address for the other members of the cluster. Default: that of the way to the cluster."),
        Setting.Of(
            (NetworkOptions n) => n.Pki, "--pki", "DIR",
            "Folder with ca.pem, and certificate and key of this machine as a server: see 'autoflip pki'. Needed off this machine."),
        Setting.Of(
            (NetworkOptions n) => n.ServerName, "--server-name", "NAME", "Name of that certificate, if the folder holds several."),
        Setting.Of(
            (NetworkOptions n) => n.RedisPasswordFile, "--redis-password-file", "FILE", "File with the password of the Redis server."),
        Setting.Of(
            (NetworkOptions n) => n.StartTimeout, "--start-timeout", "TIME",
            "Time in which the first worker, or for a worker the cluster, must have been found."),
    ]);

    /// <summary>Options of <c>worker</c>.</summary>
    public static ImmutableArray<Setting> Worker =>
    [
        .. Cluster,
        .. Settings.Grouped(SettingGroup.Network,
        [
            Setting.Of(
                (NetworkOptions n) => n.Slots, "--slots", "N",
                "Clients computed at the same time. Default: as many as there are processors."),
            Setting.Of((NetworkOptions n) => n.Once, "--once", "", "End with the run, instead of waiting for the next one."),
        ]),
        .. Settings.All.Where(setting =>
            setting.Name is "--data-path" or "--offline" or "--libtorch" or "--quiet" or "--plain" or "--verbose"),
    ];

    /// <summary>Options of <c>client</c>.</summary>
    public static ImmutableArray<Setting> Client =>
    [
        .. Settings.Grouped(SettingGroup.Network,
        [
            Setting.Of((NetworkOptions n) => n.Server, "--server", "URL", "Address of the server: https://HOST:PORT or unix:PATH."),
            .. Connection,
            Setting.Of(
                (NetworkOptions n) => n.TokenFile, "--token-file", "FILE", "With client enrol: file with the token; - is standard input."),
            Setting.Of((NetworkOptions n) => n.Name, "--name", "NAME", "Name of this client, as in its certificate."),
            Setting.Of(
                (NetworkOptions n) => n.ClientId, "--client-id", "N",
                "Number of this client in the run, from 0. Default: one that the server proposes."),
            Setting.Of((NetworkOptions n) => n.Seats, "--seats", "N-M", "Numbers of several clients in this process, such as 0-99."),
            Setting.Of(
                (NetworkOptions n) => n.Data, "--data", "DATA",
                "This client's own data: folder:PATH, csv:FILE, parquet:PATH, or the name of a LEAF set with --user. Default: its share of "
                + "the experiment's data set."),
            Setting.Of((NetworkOptions n) => n.User, "--user", "ID", "User of a LEAF set whose samples are this client's."),
            Setting.Of(
                (NetworkOptions n) => n.HoldOutData, "--hold-out-data", "DATA",
                "This client's held-out data. Default: --test-fraction of its samples."),
            Setting.Of(
                (NetworkOptions n) => n.Share, "--share", "N/M",
                "Client N of M that share the experiment's data set: --client-id, with a check of M."),
            Setting.Of((NetworkOptions n) => n.State, "--state", "DIR", "Folder for what is kept between rounds and restarts."),
            Setting.Of(
                (NetworkOptions n) => n.GiveUp, "--give-up", "TIME|never", "Time without an answer of the server after which it ends."),
            Setting.Of((NetworkOptions n) => n.Once, "--once", "", "End with the run, instead of waiting for the next one."),
        ]),
        .. Settings.All.Where(setting =>
            setting.Name is "--target" or "--text" or "--image" or "--encoding" or "--data-path" or "--offline" or "--workers"
                or "--libtorch" or "--quiet" or "--plain" or "--verbose"),
    ];
}
