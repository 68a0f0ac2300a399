namespace AutoFlip;

/// <summary>What a run began as: <c>checkpoints/run.json</c>, written once, before the first round. Runs of version 0.1 have none.</summary>
/// <param name="Version">The program that began it.</param>
/// <param name="Identity">The experiment (<see cref="RunIdentity"/>): a run that was stopped before its first round has no other record of it.</param>
sealed record RunStamp(string Version, string Identity)
{
    /// <summary>Its name below the checkpoints. Where it is, all files of the run must have their checksum (<see cref="Seal.IsRequired"/>).</summary>
    public const string FileName = Seal.Mark;

    /// <summary>The stamp of a run that begins now.</summary>
    public static RunStamp Of(Experiment experiment) => new(ExperimentFile.ProgramVersion, RunIdentity.Of(experiment));

    /// <summary>Reads the stamp of a run; null if it has none.</summary>
    /// <param name="checkpoints">The folder of its checkpoints.</param>
    /// <exception cref="AutoFlipException">It is damaged (exit 3).</exception>
    public static RunStamp? Load(string checkpoints) => RunJson.Load<RunStamp>(Path.Combine(checkpoints, FileName));

    /// <summary>Refuses another experiment than the one the run began with.</summary>
    /// <exception cref="AutoFlipException">It is another (exit 2).</exception>
    public void Require(Experiment experiment)
    {
        if (Identity != RunIdentity.Of(experiment)) throw RunIdentity.Changed();
    }
}
