using Microsoft.Extensions.DependencyInjection;

namespace AutoFlip.Orleans;

/// <summary>A simulation whose clients are computed by the workers of a cluster. The result is that of <see cref="Simulation"/>, to the
/// bit.</summary>
public static class ClusterRun
{
    /// <summary>Runs an experiment from the start.</summary>
    /// <param name="experiment">What to run.</param>
    /// <param name="cluster">How to take part in the cluster.</param>
    /// <param name="options">How to carry it out; <see cref="RunOptions.Workers"/> threads of this process evaluate on the test
    /// set.</param>
    /// <param name="observer">Receives events.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Stops the run; what was finished is saved and can be resumed.</param>
    /// <exception cref="AutoFlipException">The request, the data, the cluster or the run was bad: see <see cref="ExitCode"/>.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static RunSummary Run(
        Experiment experiment, ClusterOptions cluster, RunOptions options, RunObserver observer, TimeProvider time,
        CancellationToken cancel) =>
        Within(cluster, observer, time, through => Simulation.RunThrough(experiment, through, options, observer, time, cancel), cancel);

    /// <summary>Goes on with a run that was stopped, killed or broken off, wherever its clients were computed before.</summary>
    /// <param name="path">Its directory.</param>
    /// <param name="cluster">How to take part in the cluster.</param>
    /// <param name="options">How to carry it out from here.</param>
    /// <param name="observer">Receives events.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancel">Stops the run again.</param>
    /// <exception cref="AutoFlipException">The directory, the data, the cluster or the run was bad: see <see cref="ExitCode"/>.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static RunSummary Resume(
        string path, ClusterOptions cluster, RunOptions options, RunObserver observer, TimeProvider time, CancellationToken cancel) =>
        Within(cluster, observer, time, through => Simulation.ResumeThrough(path, through, options, observer, time, cancel), cancel);

    static RunSummary Within(
        ClusterOptions cluster, RunObserver observer, TimeProvider time,
        Func<Func<SimulationSession, IMessageChannel>, RunSummary> run, CancellationToken cancel)
    {
        var silo = Silo.StartAsync(cluster, isCoordinator: true, worker: null, observer.Warning, time, cancel).GetAwaiter().GetResult();
        ClusterChannel? channel = null;
        try
        {
            return run(session =>
            {
                channel = ChannelOf(silo, session, cluster, time);
                _ = silo.Lost.ContinueWith(lost => channel.Fail(lost.Result), cancel, TaskContinuationOptions.None, TaskScheduler.Default);
                return channel;
            });
        }
        finally
        {
            channel?.DisposeAsync().AsTask().GetAwaiter().GetResult();
            silo.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>The way to the workers of a cluster.</summary>
    internal static ClusterChannel ChannelOf(Silo silo, SimulationSession session, ClusterOptions cluster, TimeProvider time) => new(
        session, cluster, silo.Services.GetRequiredService<IGrainFactory>(),
        silo.Services.GetRequiredService<IClusterMembershipService>(),
        silo.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress, time);
}
