using System.Collections.Immutable;
using System.Globalization;
using AutoFlip.Grpc;

namespace AutoFlip.Cli;

/// <summary><c>autoflip client</c>: a client of a federation over a network.</summary>
sealed class ClientCommand : ICommand
{
    /// <inheritdoc/>
    public string Name => "client";

    /// <inheritdoc/>
    public string Usage => "client --server URL [options]";

    /// <inheritdoc/>
    public string Summary => "Take part in a federation.";

    /// <inheritdoc/>
    public string Details => """
        Joins a server, trains on this machine's data whenever it is asked to, and ends with the run
        (--once) or waits for the next one. It may be killed and started again at any time. Data do
        not leave the machine; updates, counts and metrics do. See docs/deploy.md.

          client enrol   exchange a token for a certificate: --server, --token-file, --pki
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => NetworkSettings.Client;

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (request, words, warnings) = line.Over(new Request());
        foreach (var warning in warnings) host.Warn(warning);
        if (words is ["enrol"])
        {
            Enrol(request.Network, host);
            return ExitCode.Done;
        }
        if (words is not []) throw AutoFlipException.BadRequest($"client: '{words[0]}' is not accepted; 'enrol' and options are.");
        ExperimentRules.Check(request.Options);
        var options = OptionsOf(request);
        var log = new ClientLog(host, request.Show.Quiet);
        using var client = new NetworkClient(options, Load(request, log, host), log, host.Time);
        using var traces = Traces.Export(request.Network.Otlp, "autoflip-client", Environment.GetEnvironmentVariable);
        using var service = Systemd.Of(Environment.GetEnvironmentVariable, host.Time);
        using var stopping = host.Cancel.Register(service.Stopping);
        service.Ready();
        client.RunAsync(host.Cancel).GetAwaiter().GetResult();
        return ExitCode.Done;
    }

    static void Enrol(NetworkOptions options, Host host)
    {
        var (server, file) = (options.Server ?? throw Missing("--server", "https://HOST:PORT"), options.TokenFile
            ?? throw Missing("--token-file", "a file of 'autoflip token create', or - for standard input"));
        var folder = new PkiFolder(options.Pki ?? throw Missing("--pki", "the folder that receives key and certificates"));
        var token = file == "-" ? TokenFile.Read(host.In, "standard input") : TokenFile.Read(file);
        var peer = ClientEnrolment.EnrolAsync(server, token, folder, host.Time, host.Cancel).GetAwaiter().GetResult();
        host.Print($"{folder.CertificateOf(PeerKind.Client, peer.Name)}: valid until {peer.NotAfter.UtcDateTime:yyyy-MM-dd}");
    }

    /// <summary>The client's data: its own, read under the run's contract, or its share of the experiment's data set.</summary>
    static Func<ClientRun, ClientData> Load(Request request, ClientLog log, Host host)
    {
        var (network, where) = (request.Network, DataLocations.Of(request.Options));
        if (network.Data is not { } data)
        {
            if (network.User is not null || network.HoldOutData is not null)
                throw AutoFlipException.BadRequest("client: --user and --hold-out-data go with --data.");
            return run =>
            {
                if (ShareOf(network) is { } share && share.Of != run.Experiment.Clients)
                    throw AutoFlipException.BadRequest(
                        $"--share: the run has {run.Experiment.Clients} clients. Accepted: {share.Number}/{run.Experiment.Clients}.");
                if (DataSetName.IsOwn(run.Experiment.Dataset))
                    throw AutoFlipException.BadRequest(
                        "client: --data is missing: the clients of this run have data of their own. Accepted: folder:PATH, csv:FILE, "
                        + "parquet:PATH, or the name of a LEAF set with --user.");
                return ClientData.Dealt(run.Experiment, where, log, host.Cancel);
            };
        }
        if (network.Share is not null) throw AutoFlipException.BadRequest("--data and --share contradict each other. Give one of them.");
        var named = request.Experiment;
        var source = new ClientSource(data, network.User)
        {
            HoldOut = network.HoldOutData,
            Target = Given(named.Target),
            Input = Given(named.Text) ?? Given(named.Image),
            Encoding = named.Encoding,
        };
        return run => run.Seats is [var seat]
            ? ClientData.Own(run.Experiment, run.Contract, source, seat, where, log, host.Cancel)
            : throw AutoFlipException.BadRequest("client --data: one client has these data, and --seats names several.");
    }

    static string? Given(string text) => text.Length > 0 ? text : null;

    /// <summary>The share that is asked for; null if none is.</summary>
    static (int Number, int Of)? ShareOf(NetworkOptions options)
    {
        if (options.Share is not { } text) return null;
        return text.Split('/') is [var number, var all] && Number(number) is { } seat && Number(all) is { } clients && seat < clients
            ? (seat, clients)
            : throw AutoFlipException.BadRequest(
                $"--share: '{text}' is not accepted. Accepted: a client's number from 0 and the number of clients, such as 7/20.");
    }

    /// <summary>The options of a client.</summary>
    /// <exception cref="AutoFlipException">One is missing or not accepted (exit 2).</exception>
    internal static ClientOptions OptionsOf(Request request)
    {
        var options = request.Network;
        if (options.Pki is null && !options.Insecure)
            throw AutoFlipException.BadRequest(
                "client: --pki is missing. Accepted: the folder with ca.pem and this client's certificate, or --insecure for a server on "
                + "this machine.");
        if (options.Pki is not null && options.Insecure)
            throw AutoFlipException.BadRequest("client: --pki and --insecure contradict each other. Give one of them.");
        return new()
        {
            Server = options.Server ?? throw Missing("--server", "https://HOST:PORT or unix:PATH"),
            Name = PeerName.Check(options.Name ?? throw Missing("--name", "the name of this client's certificate")),
            Pki = options.Pki,
            Seats = SeatsOf(options),
            State = options.State,
            Workers = request.Options.Workers,
            GiveUp = options.GiveUp == NetworkOptions.Never ? null : Duration.Parse(options.GiveUp) ?? throw AutoFlipException.BadRequest(
                $"--give-up: '{options.GiveUp}' is not accepted. Accepted: {Duration.Accepted}, or {NetworkOptions.Never}."),
            Once = options.Once,
        };
    }

    /// <summary>Seats that are asked for: a number, or ranges such as 0-9,20.</summary>
    static ImmutableArray<int> SeatsOf(NetworkOptions options)
    {
        if ((options.ClientId ?? ShareOf(options)?.Number) is { } one)
            return options.Seats is null
                ? [one]
                : throw AutoFlipException.BadRequest("--client-id and --seats contradict each other. Give one of them.");
        if (options.Seats is not { } text) return [];
        var seats = ImmutableArray.CreateBuilder<int>();
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || Number(ends[0]) is not { } first || Number(ends[^1]) is not { } last || last < first
                || seats.Count + last - first >= SeatLimit.PerProcess)
                throw AutoFlipException.BadRequest(
                    $"--seats: '{text}' is not accepted. Accepted: numbers and ranges of up to {SeatLimit.PerProcess} clients, "
                    + "such as 0-9,20.");
            seats.AddRange(Enumerable.Range(first, last - first + 1));
        }
        return [.. seats.Distinct()];
    }

    static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    static AutoFlipException Missing(string option, string accepted) =>
        AutoFlipException.BadRequest($"client: {option} is missing. Accepted: {accepted}.");
}
