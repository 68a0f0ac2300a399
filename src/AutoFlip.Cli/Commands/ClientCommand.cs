using System.Collections.Immutable;
using System.Globalization;
using AutoFlip.Grpc;

namespace AutoFlip.Cli;

/// <summary><c>autoflip client</c>: a client of a federation over a network.</summary>
sealed class ClientCommand : ICommand
{
    const int MostSeats = 100_000;

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
    public IReadOnlyList<Setting> Settings => Cli.Settings.Client;

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
        using var client = new NetworkClient(options, Load(request.Options, log, host), log, host.Time);
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
        var peer = NetworkClient.EnrolAsync(server, token, folder, host.Time, host.Cancel).GetAwaiter().GetResult();
        host.Print($"{folder.CertificateOf(PeerKind.Client, peer.Name)}: valid until {peer.NotAfter.UtcDateTime:yyyy-MM-dd}");
    }

    static Func<ClientRun, ClientData> Load(RunOptions options, ClientLog log, Host host) => run =>
        ClientData.Dealt(run.Experiment, DataLocations.Of(options), log, host.Cancel);

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
        if (options.ClientId is { } one)
            return options.Seats is null
                ? [one]
                : throw AutoFlipException.BadRequest("--client-id and --seats contradict each other. Give one of them.");
        if (options.Seats is not { } text) return [];
        var seats = ImmutableArray.CreateBuilder<int>();
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || Number(ends[0]) is not { } first || Number(ends[^1]) is not { } last || last < first
                || seats.Count + last - first >= MostSeats)
                throw AutoFlipException.BadRequest(
                    $"--seats: '{text}' is not accepted. Accepted: numbers and ranges of up to {MostSeats} clients, such as 0-9,20.");
            seats.AddRange(Enumerable.Range(first, last - first + 1));
        }
        return [.. seats.Distinct()];
    }

    static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    static AutoFlipException Missing(string option, string accepted) =>
        AutoFlipException.BadRequest($"client: {option} is missing. Accepted: {accepted}.");
}
