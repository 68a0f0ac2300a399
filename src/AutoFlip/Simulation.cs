namespace AutoFlip;

/// <summary>TEMPORARY stand-in: the engine's own class takes this file's place.</summary>
public static class Simulation
{
    /// <summary>Carries an experiment out.</summary>
    public static RunSummary Run(Experiment experiment, RunOptions options, RunObserver observer, TimeProvider time, CancellationToken cancel) =>
        throw new NotSupportedException("The engine is not wired to the command line yet.");

    /// <summary>Continues a run from its directory.</summary>
    public static RunSummary Resume(string directory, RunOptions options, RunObserver observer, TimeProvider time, CancellationToken cancel) =>
        throw new NotSupportedException("The engine is not wired to the command line yet.");
}
