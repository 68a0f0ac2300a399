namespace AutoFlip.Tests;

/// <summary>Whole runs in a folder, at once and in two parts.</summary>
static class ResumedRuns
{
    /// <summary>The model's hash of a run from beginning to end.</summary>
    public static string Unbroken(Experiment experiment, string folder) => Run(experiment, folder).ModelSha256;

    /// <summary>The same of a run that is stopped after a round and resumed.</summary>
    public static string Resumed(Experiment experiment, string folder, int after)
    {
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Run(experiment, folder, new StopAfter(after, stop), stop.Token));
        return Simulation.Resume(
            Assert.Single(Directory.GetDirectories(folder)), Options(folder), RunObserver.None, TimeProvider.System, default).ModelSha256;
    }

    static RunSummary Run(Experiment experiment, string folder, RunObserver? observer = null, CancellationToken cancel = default)
    {
        Directory.CreateDirectory(folder);
        return Simulation.Run(experiment, Options(folder), observer ?? RunObserver.None, TimeProvider.System, cancel);
    }

    static RunOptions Options(string folder) => new() { ResultPath = folder, Workers = 2, Offline = true };

    sealed class StopAfter(int round, CancellationTokenSource stop) : RunObserver
    {
        public override void RoundDone(RoundReport report)
        {
            if (report.Round == round) stop.Cancel();
        }
    }
}
