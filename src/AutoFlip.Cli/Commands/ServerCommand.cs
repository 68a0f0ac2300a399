using AutoFlip.Grpc;

namespace AutoFlip.Cli;

/// <summary><c>autoflip server</c>: an experiment whose clients come over a network.</summary>
sealed class ServerCommand : ICommand
{
    const string Counts = "a whole number of at least 1", Times = $"{Duration.Accepted}, or {NetworkOptions.NoTimeout}";

    /// <inheritdoc/>
    public string Name => "server";

    /// <inheritdoc/>
    public string Usage => "server EXPERIMENT [options]";

    /// <inheritdoc/>
    public string Summary => "Run an experiment over a network.";

    /// <inheritdoc/>
    public string Details => """
        Runs an experiment whose clients are 'autoflip client' processes on other machines. With the
        same experiment and the same data, the model is that of 'autoflip run', to the bit. Options of
        'autoflip run' override those of the file. A server that was stopped or killed goes on with
        'autoflip server --resume DIR', and no client trains twice. See docs/deploy.md.

          server --status DIR            the round of a running server, its seats, who is missing
          server --drain DIR             finish the round, then end; also: --close-round
          server --quarantine NAME DIR   exclude a client; --admit NAME admits it again
        """;

    /// <inheritdoc/>
    public IReadOnlyList<Setting> Settings => NetworkSettings.Server;

    /// <inheritdoc/>
    public ExitCode Invoke(CommandLine line, Host host)
    {
        var (parsed, files, _) = line.Over(new Request());
        if (ServerOperation.TryRun(parsed, files, host)) return ExitCode.Done;
        using var service = Systemd.Of(Environment.GetEnvironmentVariable, host.Time);
        using var traces = Traces.Export(parsed.Network.Otlp, "autoflip-server", Environment.GetEnvironmentVariable);
        var options = OptionsOf(parsed) with { Listening = _ => service.Ready() };
        if (parsed.Network.Resume is { } directory)
        {
            if (files is not [])
                throw AutoFlipException.BadRequest("server --resume: no experiment is accepted; the run directory has it.");
            ExperimentRules.Check(parsed.Options);
            Resume(directory, parsed);
            return ExitCode.Done;
        }
        var request = RunCommand.Read(line, host, UnderContract);
        if (parsed.Network.Continue && EarlierRuns.Below(request.Options.ResultPath).Of(request.Experiment) is { } earlier
            && FederationServer.IsRun(earlier.Directory))
        {
            if (earlier.Status.Stage == RunStage.Done) host.Out.WriteLine($"{earlier.Directory} is done.");
            else Resume(earlier.Directory, request);
            return ExitCode.Done;
        }
        Watch(request, host, service, display => NetworkServer.Run(
            request.Experiment, Load(request, host), options, request.Options with { Wording = Spelling.Of }, display, host.Time,
            host.Cancel));
        return ExitCode.Done;

        void Resume(string path, Request request) => Watch(request, host, service, display => NetworkServer.Resume(
            path, Load(request, host, path), options, request.Options with { Wording = Spelling.Of }, display, host.Time, host.Cancel));
    }

    static void Watch(Request request, Host host, Systemd service, Func<RunObserver, RunSummary> run)
    {
        using var stopping = host.Cancel.Register(service.Stopping);
        Session.Watch(request.Show, host, run, resume: "autoflip server --resume");
        service.Stopping();
    }

    /// <summary>The request with clients' own data as its data set, if there is a contract for them.</summary>
    static Request UnderContract(Request request) => request.Network.Contract is null
        ? DataSetName.IsOwn(request.Experiment.Dataset)
            ? throw AutoFlipException.BadRequest(
                $"server --dataset {DataSetName.Own}: --contract is missing. Accepted: a file of 'autoflip data contract'.")
            : request
        : request with { Experiment = request.Experiment with { Dataset = DataSetName.Own } };

    /// <summary>Data of the server: a contract and perhaps a test set, or the experiment's data set.</summary>
    static Func<Experiment, RunObserver, ServerData> Load(Request request, Host host, string? resumed = null)
    {
        var (network, where) = (request.Network, DataLocations.Of(request.Options));
        var named = network.Test ?? (resumed is null ? null : NetworkServer.TestOf(resumed));
        if ((network.Contract ?? KeptContract(resumed)) is not { } file)
            return named is null
                ? (experiment, observer) => ServerData.Of(FederatedData.Load(experiment, where, observer, host.Cancel))
                : throw AutoFlipException.BadRequest(
                    "server --test: it goes with --contract; without one, the data set has its own test set.");
        var contract = DataContract.Load(file);
        var test = named is null ? null : new ClientSource(named);
        return (experiment, observer) => ServerData.Under(experiment, contract, test, where, observer, host.Cancel);
    }

    /// <summary>The contract of a run that is resumed, if its clients have data of their own.</summary>
    static string? KeptContract(string? directory) =>
        directory is not null && DataSetName.IsOwn(ExperimentFile.Load(directory).Dataset) ? NetworkServer.ContractOf(directory) : null;

    /// <summary>The options of a server.</summary>
    /// <exception cref="AutoFlipException">One is missing or not accepted (exit 2).</exception>
    internal static ServerOptions OptionsOf(Request request)
    {
        var options = request.Network;
        RequireAll(options);
        if (options.Pki is not null && options.Insecure)
            throw AutoFlipException.BadRequest("server: --pki and --insecure contradict each other. Give one of them.");
        if (options.Enrol && options.Pki is null)
            throw AutoFlipException.BadRequest("server --enrol: the folder of the authority is needed: --pki DIR.");
        return new()
        {
            Listen = options.Listen!,
            Test = options.Test,
            Admin = options.Admin,
            Pki = options.Pki,
            Enrols = options.Enrol,
            Passphrase = PkiCommand.PassphraseOf(request.Pki),
            Name = options.ServerName,
            StartTimeout = options.StartTimeout,
            MaxUploads = AtLeastOne("--max-uploads", options.MaxUploads),
            MinSamples = AtLeastOne("--min-samples", options.MinSamples),
            MixedProcessors = options.MixedProcessors,
            Rules = new()
            {
                Timeout = TimeoutOf(options.RoundTimeout!),
                MinClients = AtLeastOne("--min-clients", options.MinClients!.Value),
                Attempts = AtLeastOne("--round-attempts", options.RoundAttempts),
            },
        };
    }

    /// <summary>Refuses a server without the options that have no default, all of them in one sentence.</summary>
    static void RequireAll(NetworkOptions options)
    {
        (bool IsGiven, string Option)[] required =
        [
            (options.Listen is not null, "--listen, an address such as 0.0.0.0:7443 or unix:PATH"),
            (options.Pki is not null || options.Insecure,
                "--pki, the folder of an authority ('autoflip pki init'), or --insecure for clients on this machine"),
            (options.MinClients is not null, $"--min-clients, {Counts}"),
            (options.RoundTimeout is not null, $"--round-timeout, {Times}"),
        ];
        string[] missing = [.. required.Where(option => !option.IsGiven).Select(option => option.Option)];
        if (missing is not []) throw AutoFlipException.BadRequest($"server: missing: {string.Join("; ", missing)}.");
    }

    static TimeSpan? TimeoutOf(string text) => text == NetworkOptions.NoTimeout ? null
        : Duration.Parse(text) ?? throw AutoFlipException.BadRequest($"--round-timeout: '{text}' is not accepted. Accepted: {Times}.");

    static int AtLeastOne(string option, int value) => value >= 1 ? value
        : throw AutoFlipException.BadRequest($"{option}: '{value}' is not accepted. Accepted: {Counts}.");
}
