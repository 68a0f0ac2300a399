namespace AutoFlip;

/// <summary>Data that the server of a network has: an agreement, and perhaps a test set. No sample of a client.</summary>
/// <param name="Contract">The data contract.</param>
/// <param name="Test">The server's test set, never augmented; null if there is none.</param>
/// <param name="Clients">The number of clients, where the data determine it; null: the experiment's.</param>
public sealed record ServerData(DataContract Contract, SampleSet? Test, int? Clients = null)
{
    /// <summary>The contract and the test set of a data set that the experiment names and every client has.</summary>
    public static ServerData Of(FederatedData data) => new(data.Contract, data.Test, data.Clients.Count);

    /// <summary>A contract under which clients read data of their own, and the server's test set.</summary>
    /// <param name="experiment">The run.</param>
    /// <param name="contract">The contract.</param>
    /// <param name="test">The place of the test set; null for none.</param>
    /// <param name="where">Where decoded images are cached.</param>
    /// <param name="observer">Watches the loading.</param>
    /// <param name="ct">Stops it.</param>
    /// <exception cref="AutoFlipException">The test set is missing, or does not fit the contract (exit 3).</exception>
    public static ServerData Under(
        Experiment experiment, DataContract contract, ClientSource? test, DataLocations where, ILoadObserver observer, CancellationToken ct)
    {
        if (test is null) return new(contract, null);
        var all = ClientData.Own(experiment with { TestFraction = 0 }, contract, test, client: 0, where, observer, ct);
        var share = all.Inner.ShareOf(0);
        return new(contract, new SampleSubset(share.HeldOut, share.TrainRows.ToArray()));
    }
}

/// <summary>A run over a network as its channel sees it.</summary>
/// <param name="Experiment">What is run; settled.</param>
/// <param name="Contract">The data contract.</param>
/// <param name="Directory">The run directory.</param>
/// <param name="Run">The run's id in messages.</param>
/// <param name="Round">The last round that is committed; 0 for a new run.</param>
/// <param name="Observer">Receives warnings.</param>
public sealed record ServerSession(
    Experiment Experiment, DataContract Contract, string Directory, UInt128 Run, int Round, RunObserver Observer)
{
    /// <summary>The last finished round in which a client's training counted, 0 if there is none. May be called at any time.</summary>
    public Func<int, int> LastTrained { get; init; } = _ => 0;
}

/// <summary>The server's half of a run whose clients are on other machines. Everything but the clients is as in
/// <see cref="Simulation"/>, and so is the result.</summary>
public static class FederationServer
{
    /// <summary>Runs an experiment from the start.</summary>
    /// <param name="experiment">What to run. Checked first: nothing is written for an experiment that cannot run.</param>
    /// <param name="load">Loads what the server has of data.</param>
    /// <param name="connect">Opens the way to the clients, once there is a run directory.</param>
    /// <param name="options">How to carry it out; null: as <see cref="RunOptions"/> has it.</param>
    /// <param name="observer">Receives events; null for none.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="cancel">Stops the run; what was finished is saved and can be resumed.</param>
    /// <exception cref="AutoFlipException">The request, the data or the run was bad: see <see cref="ExitCode"/>.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static RunSummary Run(
        Experiment experiment, Func<Experiment, RunObserver, ServerData> load, Func<ServerSession, IMessageChannel> connect,
        RunOptions? options = null, RunObserver? observer = null, TimeProvider? time = null, CancellationToken cancel = default)
    {
        return SetupOf(load, connect, cancel).Begin(
            experiment, options ?? new(), observer ?? RunObserver.None, time ?? TimeProvider.System);
    }

    /// <summary>Goes on with a run that was stopped, killed or broken off.</summary>
    /// <param name="path">Its directory.</param>
    /// <param name="load">Loads what the server has of data.</param>
    /// <param name="connect">Opens the way to the clients.</param>
    /// <param name="options">How to carry it out from here.</param>
    /// <param name="observer">Receives events; null for none.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="cancel">Stops the run again.</param>
    /// <exception cref="AutoFlipException">The directory, the data or the run was bad: see <see cref="ExitCode"/>.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static RunSummary Resume(
        string path, Func<Experiment, RunObserver, ServerData> load, Func<ServerSession, IMessageChannel> connect,
        RunOptions? options = null, RunObserver? observer = null, TimeProvider? time = null, CancellationToken cancel = default)
    {
        return SetupOf(load, connect, cancel).GoOn(
            path,
            directory => directory.IsOfNetwork ? null : $"The clients of '{path}' were simulated. Resume it with Simulation.Resume.",
            options ?? new(), observer ?? RunObserver.None, time ?? TimeProvider.System);
    }

    /// <summary>True if the clients of a run directory's run are on other machines.</summary>
    /// <exception cref="AutoFlipException">Its experiment cannot be read (exit 2 or 3).</exception>
    public static bool IsRun(string path) => RunDirectory.IsNetworkAt(path);

    static RunSetup<ServerData> SetupOf(
        Func<Experiment, RunObserver, ServerData> load, Func<ServerSession, IMessageChannel> connect, CancellationToken cancel) => new(
        (experiment, _, all) => load(experiment, all),
        (data, _) => new(data.Contract, data.Clients, Partition: null, (_, network) => TrainingMemory.OfServer(network)),
        (setting, data) => Run(setting, data, connect, cancel))
        {
            Check = ExperimentRules.CheckForNetwork,
        };

    static RunSummary Run(RunSetting setting, ServerData data, Func<ServerSession, IMessageChannel> connect, CancellationToken cancel)
    {
        var (experiment, method, directory) = (setting.Experiment, setting.Method, setting.Directory);
        using var server = new RunServer(setting);
        server.Announce(new SampleCounts(0, 0, data.Test?.Count ?? 0));
        foreach (var warning in RunWarnings.OfNetwork(setting, server.IsNew)) setting.Observer.Warning(warning);
        var channel = connect(new(
            experiment, data.Contract, directory.Path, RunStamp.RunOf(directory.Checkpoints), server.Round, setting.Observer)
        {
            LastTrained = server.LastTrained,
        });
        if (data.Test is not { } test) return server.Run(channel, evaluate: null, personal: null, cancel);
        using var pool = new WorkerPool(
            setting.Devices.Workers, experiment.ThreadsPerClient,
            worker => Workspace.Of(experiment, method.Optimizer, setting.Devices.Of(worker)));
        return server.Run(
            channel,
            (network, weights, cutOff, ct) =>
                Evaluation.RunAsync(pool, network, weights, cutOff, method.Criterion, test, method.Metrics, ct),
            personal: null, cancel);
    }
}
