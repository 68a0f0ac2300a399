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
        CancellationToken cancel = default) =>
        RunThrough(experiment, session => session.Clients, options, observer, time, cancel);

    /// <summary>Runs an experiment from the start, with a channel of the caller between the server and the simulated clients: one that
    /// withholds answers, for example, as a network did, or that computes clients on other machines.</summary>
    /// <param name="experiment">What to run. Checked first: nothing is written for an experiment that cannot run.</param>
    /// <param name="through">Returns the server's channel.</param>
    /// <param name="options">How to carry it out; null: as <see cref="RunOptions"/> has it.</param>
    /// <param name="observer">Receives events; null for none.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="cancel">Stops the run; what was finished is saved.</param>
    /// <exception cref="AutoFlipException">The request, the data or the run was bad: see <see cref="ExitCode"/>.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static RunSummary RunThrough(
        Experiment experiment, Func<SimulationSession, IMessageChannel> through, RunOptions? options = null,
        RunObserver? observer = null, TimeProvider? time = null, CancellationToken cancel = default) =>
        SetupOf(
            (resolved, how, all) =>
            {
                ExperimentRules.Check(resolved); // with the task that the data set's name promises, so before anything is loaded
                RunNetwork.CheckPruning(resolved);
                return FederatedData.Load(resolved, DataLocations.Of(how), all, cancel);
            },
            through, cancel)
            .Begin(experiment, options ?? new(), observer ?? RunObserver.None, time ?? TimeProvider.System);

    /// <summary>Runs an experiment from the start on data of any origin: the experiment's data set is only a name then.</summary>
    internal static RunSummary Run(
        Experiment experiment, RunOptions options, Func<Experiment, RunObserver, FederatedData> load, RunObserver observer,
        TimeProvider time, CancellationToken cancel) =>
        SetupOf((resolved, _, all) => load(resolved, all), session => session.Clients, cancel).Begin(experiment, options, observer, time);

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
        CancellationToken cancel = default) =>
        ResumeThrough(path, session => session.Clients, options, observer, time, cancel);

    /// <summary>Goes on with a run as <see cref="Resume"/> does, with a channel of the caller as in <see cref="RunThrough"/>.</summary>
    /// <param name="path">Its directory.</param>
    /// <param name="through">Returns the server's channel.</param>
    /// <param name="options">How to carry it out from here.</param>
    /// <param name="observer">Receives events; null for none.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="cancel">Stops the run again.</param>
    /// <exception cref="AutoFlipException">The directory, the data or the run was bad: see <see cref="ExitCode"/>.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static RunSummary ResumeThrough(
        string path, Func<SimulationSession, IMessageChannel> through, RunOptions? options = null, RunObserver? observer = null,
        TimeProvider? time = null, CancellationToken cancel = default) =>
        SetupOf((experiment, how, all) => FederatedData.Load(experiment, DataLocations.Of(how), all, cancel), through, cancel)
            .GoOn(
                path,
                directory => directory.IsOfNetwork
                    ? $"The clients of '{path}' are on other machines. Resume it with FederationServer.Resume."
                    : null,
                options ?? new(), observer ?? RunObserver.None, time ?? TimeProvider.System);

    static RunSetup<FederatedData> SetupOf(
        Func<Experiment, RunOptions, RunObserver, FederatedData> load, Func<SimulationSession, IMessageChannel> through,
        CancellationToken cancel) => new(
        load,
        (data, devices) => new(
            data.Contract, data.Clients.Count, data.Table,
            (experiment, network) => TrainingMemory.Of(experiment, network, data, devices.Workers)),
        (setting, data) => Run(setting, data, through, cancel));

    static RunSummary Run(
        RunSetting setting, FederatedData data, Func<SimulationSession, IMessageChannel> through, CancellationToken cancel)
    {
        using var server = new RunServer(setting);
        setting.Directory.RequirePartition(data.Table.Sha256);
        using var clients = new SimulatedClients(setting, data);
        server.Announce(clients.Samples);
        foreach (var warning in RunWarnings.Of(setting, data, server.IsNew)) setting.Observer.Warning(warning);
        if (server.MaskInForce is { } mask) clients.Remember(mask);
        return server.Run(through(clients.Session), clients.TestSet, clients.PersonalModels, cancel);
    }
}
