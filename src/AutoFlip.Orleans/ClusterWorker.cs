using AutoFlip.Grpc;

namespace AutoFlip.Orleans;

/// <summary>A worker process: computes clients of the runs of a cluster.</summary>
public static class ClusterWorker
{
    static readonly TimeSpan Again = TimeSpan.FromSeconds(2), Look = TimeSpan.FromSeconds(1);

    /// <summary>Joins the cluster and works until it is stopped, or until a run has ended.</summary>
    /// <param name="cluster">How to take part in the cluster.</param>
    /// <param name="options">Where data lie.</param>
    /// <param name="slots">Clients that compute at the same time.</param>
    /// <param name="once">End with the first run.</param>
    /// <param name="log">Receives what its reader should see.</param>
    /// <param name="time">The clock; only durations count.</param>
    /// <param name="ct">Stops it.</param>
    /// <exception cref="AutoFlipException">A setting is not accepted (exit 2); the cluster cannot be joined in time, or the worker does
    /// not fit the run (exit 4).</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static async Task RunAsync(
        ClusterOptions cluster, RunOptions options, int slots, bool once, IClientLog log, TimeProvider time, CancellationToken ct)
    {
        for (var runs = 0; ; runs++)
        {
            using var worker = new WorkerService(
                (experiment, stop) => SimulationWorker.Load(experiment, options, slots, ILoadObserver.None, stop), slots, log, time);
            var within = runs == 0 ? cluster.StartTimeout : Timeout.InfiniteTimeSpan;
            await using var silo = await JoinAsync(cluster, worker, within, log, time, ct);
            log.Note($"Joined the cluster {cluster.Cluster}.");
            using var timer = new PeriodicTimer(Look, time);
            var isStatic = cluster.Cluster.Kind == ClusterKind.Static; // there is no such cluster without its coordinator
            while (!worker.Ended.IsCompleted && !worker.IsForsaken(isStatic) && !silo.Lost.IsCompleted)
                await timer.WaitForNextTickAsync(ct);
            if (!worker.Ended.IsCompleted)
            {
                log.Warning("The coordinator is gone. Waiting for the next one.");
                continue;
            }
            if (await worker.Ended is { } refusal)
                throw AutoFlipException.RunFailed($"This worker takes no part in the run: {refusal}");
            log.Note("The run has ended.");
            if (once) return;
        }
    }

    static async Task<Silo> JoinAsync(
        ClusterOptions cluster, WorkerService worker, TimeSpan within, IClientLog log, TimeProvider time, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Silo.StartAsync(cluster, isCoordinator: false, worker, log.Warning, time, ct);
            }
            catch (AutoFlipException e) when (
                e.Code == ExitCode.RunFailed && (within == Timeout.InfiniteTimeSpan || time.GetElapsedTime(started) < within))
            {
                if (attempt == 1) log.Warning($"{e.Message} Trying again.");
            }
            await Task.Delay(Again, time, ct);
        }
    }
}
