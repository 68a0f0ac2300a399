namespace AutoFlip;

/// <summary>A whole federation in this process: loads data, partitions it among clients, runs the rounds,
/// writes the run directory.</summary>
public static class Simulation
{
    /// <summary>Runs an experiment from the start.</summary>
    /// <param name="experiment">What to run. Checked first: nothing is written for an experiment that cannot run.</param>
    /// <param name="options">How to carry it out; null: as <see cref="RunOptions"/> has it.</param>
    /// <param name="observer">Receives events; null for none.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="cancel">Stops the run; what was finished is saved and can be resumed.</param>
    /// <exception cref="AutoFlipException">The request, the data or the run was bad: see <see cref="ExitCode"/>.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static RunSummary Run(
        Experiment experiment, RunOptions? options = null, RunObserver? observer = null, TimeProvider? time = null,
        CancellationToken cancel = default)
    {
        return RunThrough(experiment, channel => channel, options, observer, time, cancel);
    }

    /// <summary>Runs an experiment from the start, with a channel of the caller between the server and the simulated clients: one that
    /// withholds answers, for example, as a network did.</summary>
    /// <param name="experiment">What to run. Checked first: nothing is written for an experiment that cannot run.</param>
    /// <param name="through">Returns the server's channel, given the one to the simulated clients.</param>
    /// <param name="options">How to carry it out; null: as <see cref="RunOptions"/> has it.</param>
    /// <param name="observer">Receives events; null for none.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="cancel">Stops the run; what was finished is saved.</param>
    /// <exception cref="AutoFlipException">The request, the data or the run was bad: see <see cref="ExitCode"/>.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static RunSummary RunThrough(
        Experiment experiment, Func<IMessageChannel, IMessageChannel> through, RunOptions? options = null,
        RunObserver? observer = null, TimeProvider? time = null, CancellationToken cancel = default)
    {
        var how = options ?? new RunOptions();
        return Run(experiment, how, (resolved, all) =>
        {
            ExperimentRules.Check(resolved); // with the task that the data set's name promises, so before anything is loaded
            return FederatedData.Load(resolved, DataLocations.Of(how), all, cancel);
        }, observer ?? RunObserver.None, time ?? TimeProvider.System, cancel, through);
    }

    /// <summary>Runs an experiment from the start on data of any origin: the experiment's data set is only a name then.</summary>
    internal static RunSummary Run(
        Experiment experiment, RunOptions options, Func<Experiment, RunObserver, FederatedData> load, RunObserver observer,
        TimeProvider time, CancellationToken cancel, Func<IMessageChannel, IMessageChannel>? through = null)
    {
        var started = time.GetTimestamp();
        RunDirectory? directory = null;
        try
        {
            return RunFiles.Record(options, directory: null, observer, time, all =>
            {
                experiment = ExperimentRules.Resolve(experiment, task: null); // the data say what it is, whatever their name promises
                LibTorch.Require(); // before gigabytes are read
                var data = load(experiment, all);
                experiment = ExperimentRules.Settle(experiment, data.Task, data.Clients.Length);
                var method = Catalog.Resolve(experiment);
                var network = BuildNetwork(experiment, method, data, options);
                var initial = InitialModel.Of(experiment, method, network, checkpoints: null, all.Warning);
                directory = RunDirectory.Create(experiment, options, data.Table, time);
                return Run(
                    new(experiment, method, options, data.Contract, network, initial, directory, all, time, started),
                    data, cancel, through);
            });
        }
        finally
        {
            directory?.Dispose(); // not earlier: its lock is held until a failure is recorded
        }
    }

    /// <summary>Goes on with a run that was stopped, killed or broken off; one that had ended is only summed up again.</summary>
    /// <param name="path">Its directory.</param>
    /// <param name="options">How to carry it out from here; where data lies is taken from the first start unless given anew. Null: as
    /// <see cref="RunOptions"/> has it.</param>
    /// <param name="observer">Receives events; null for none.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="cancel">Stops the run again.</param>
    /// <exception cref="AutoFlipException">The directory, the data or the run was bad: see <see cref="ExitCode"/>.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static RunSummary Resume(
        string path, RunOptions? options = null, RunObserver? observer = null, TimeProvider? time = null,
        CancellationToken cancel = default)
    {
        (options, observer, time) = (options ?? new(), observer ?? RunObserver.None, time ?? TimeProvider.System);
        var started = time.GetTimestamp();
        using var directory = RunDirectory.Open(path, MethodOptions.Schema with { Infer = experiment => experiment });
        if (directory.IsOfNetwork)
            throw AutoFlipException.BadRequest(
                $"The clients of '{path}' are on other machines. Resume it with FederationServer.Resume.");
        var experiment = directory.Experiment;
        ExperimentRules.Check(experiment);
        LibTorch.Require();
        options = options with
        {
            DataPath = options.DataPath ?? directory.Options.DataPath,
            LogFormat = options.LogFormat ?? directory.Options.LogFormat,
        };
        return RunFiles.Record(options, directory.Path, observer, time, all =>
        {
            if (!directory.HasChecksums)
                all.Warning("An earlier version began this run, and its files have no checksum: damage to them is not detected.");
            var data = FederatedData.Load(experiment, DataLocations.Of(options), all, cancel);
            var method = Catalog.Resolve(experiment);
            var network = BuildNetwork(experiment, method, data, options);
            var initial = InitialModel.Of(experiment, method, network, directory.Checkpoints, all.Warning);
            return Run(new(experiment, method, options, data.Contract, network, initial, directory, all, time, started), data, cancel);
        });
    }

    /// <summary>The network, once it is sure that data, model, loss and pruner fit each other, and that the run fits into memory.</summary>
    static Network BuildNetwork(Experiment experiment, Method method, FederatedData data, RunOptions options) =>
        RunNetwork.Build(experiment, method, data.Contract, network =>
            TrainingMemory.Of(experiment, network, data, options.Workers)
                .Require(experiment, options.MemoryLimit ?? MemoryLimit.OfProcess));

    static RunSummary Run(
        RunSetting setting, FederatedData data, CancellationToken cancel, Func<IMessageChannel, IMessageChannel>? through = null)
    {
        using var server = new RunServer(setting);
        setting.Directory.RequirePartition(data.Table.Sha256);
        using var clients = new SimulatedClients(setting, data);
        server.Announce(clients.Samples);
        foreach (var warning in RunWarnings.Of(setting, data, server.IsNew)) setting.Observer.Warning(warning);
        if (server.MaskInForce is { } mask) clients.Remember(mask);
        return server.Run(through is null ? clients.Channel : through(clients.Channel), clients.TestSet, cancel);
    }
}
