namespace AutoFlip;

/// <summary>Facts of loaded data by which a run is set up.</summary>
/// <param name="Contract">What is agreed on about them.</param>
/// <param name="Clients">The number of clients, where the data determine it; null: the experiment's.</param>
/// <param name="Partition">The partition among clients; null if each client has data of its own.</param>
/// <param name="Memory">The least memory that a network takes on them.</param>
sealed record DataFacts(DataContract Contract, int? Clients, PartitionTable? Partition, Func<Experiment, Network, TrainingMemory> Memory);

/// <summary>The way from an experiment, or from a run directory, to a run that can begin: the same for simulations and servers.</summary>
/// <typeparam name="T">What the process has of data.</typeparam>
/// <param name="Load">Loads data for a resolved experiment.</param>
/// <param name="Facts">Facts of what was loaded.</param>
/// <param name="Carry">Carries the run out.</param>
sealed record RunSetup<T>(
    Func<Experiment, RunOptions, RunObserver, T> Load, Func<T, RunDevices, DataFacts> Facts, Func<RunSetting, T, RunSummary> Carry)
{
    /// <summary>Refuses an experiment before anything else is looked at.</summary>
    public Action<Experiment> Check { get; init; } = _ => { };

    /// <summary>Begins a run: nothing is written for one that cannot run.</summary>
    public RunSummary Begin(Experiment experiment, RunOptions options, RunObserver observer, TimeProvider time)
    {
        var started = time.GetTimestamp();
        RunDirectory? directory = null;
        try
        {
            return RunFiles.Record(options, directory: null, observer, time, all =>
            {
                Check(experiment);
                experiment = ExperimentRules.Resolve(experiment, task: null); // the data say what it is, whatever their name promises
                LibTorch.Require(); // before gigabytes are read
                var devices = RunDevices.Open(experiment, options);
                var data = Load(experiment, options, all);
                var facts = Facts(data, devices);
                experiment = ExperimentRules.Settle(
                    experiment, facts.Contract.Task, facts.Clients ?? experiment.Clients, facts.Partition?.HeldOutSamples);
                return Run(
                    experiment, data, facts, checkpoints: null,
                    () => directory = RunDirectory.Create(experiment, options, facts.Partition, devices.Kind, time), options, devices, all,
                    time, started);
            });
        }
        finally
        {
            directory?.Dispose(); // not earlier: its lock is held until a failure is recorded
        }
    }

    /// <summary>Goes on with a run.</summary>
    /// <param name="path">Its directory.</param>
    /// <param name="refuses">Reason to refuse the directory; null accepts it.</param>
    /// <param name="options">How to carry it out from here; what is not given is taken from the first start.</param>
    /// <param name="observer">Receives events.</param>
    /// <param name="time">The clock.</param>
    public RunSummary GoOn(string path, Func<RunDirectory, string?> refuses, RunOptions options, RunObserver observer, TimeProvider time)
    {
        var started = time.GetTimestamp();
        using var directory = RunDirectory.Open(path, MethodOptions.Schema with { Infer = experiment => experiment });
        if (refuses(directory) is { } reason) throw AutoFlipException.BadRequest(reason);
        var experiment = directory.Experiment;
        ExperimentRules.Check(experiment);
        LibTorch.Require();
        options = options with
        {
            Device = options.Device ?? directory.Options.Device,
            DeviceIds = options is { Device: null, DeviceIds: [] } ? directory.Options.DeviceIds : options.DeviceIds,
            DataPath = options.DataPath ?? directory.Options.DataPath,
            LogFormat = options.LogFormat ?? directory.Options.LogFormat,
        };
        var devices = RunDevices.Open(experiment, options);
        if (!options.ChangeDevice) directory.RequireDevice(devices.Kind);
        return RunFiles.Record(options, directory.Path, observer, time, all =>
        {
            if (!directory.HasChecksums)
                all.Warning("An earlier version began this run, and its files have no checksum: damage to them is not detected.");
            var data = Load(experiment, options, all);
            return Run(
                experiment, data, Facts(data, devices), directory.Checkpoints, () => directory, options, devices, all, time, started);
        });
    }

    /// <summary>Builds the network, once it is sure that data, model, loss and pruner fit each other and the run fits into memory; then
    /// opens the directory, and carries the run out.</summary>
    RunSummary Run(
        Experiment experiment, T data, DataFacts facts, string? checkpoints, Func<RunDirectory> open, RunOptions options,
        RunDevices devices, RunObserver all, TimeProvider time, long started)
    {
        var method = Catalog.Resolve(experiment);
        var network = RunNetwork.Build(experiment, method, facts.Contract, network =>
            (facts.Memory(experiment, network) with { Replies = RepliesKept(experiment, method, facts) })
            .Require(experiment, options.MemoryLimit ?? MemoryLimit.OfProcess));
        var initial = InitialModel.Of(experiment, method, network, checkpoints, all.Warning);
        return Carry(new(experiment, method, options, devices, facts.Contract, network, initial, open(), all, time, started), data);
    }

    /// <summary>Replies that the server keeps in its largest round, at least. Over a network a round may end with those of a
    /// cohort.</summary>
    static int RepliesKept(Experiment experiment, Method method, DataFacts facts) =>
        !method.Algorithm.KeepsReplies ? 0
        : facts.Partition is null ? experiment.CohortSize
        : method.Pruner.AsksExplorers(experiment.FirstPrunedRound - 1, experiment.FirstPrunedRound)
            ? Cohort.Of(experiment, method.Pruner, experiment.FirstPrunedRound - 1).Length
        : experiment.AskedSize;
}
