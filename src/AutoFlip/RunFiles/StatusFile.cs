namespace AutoFlip;

/// <summary>
/// An observer that records how a run ended before its last round, in <see cref="RunStatus.FileName"/>; while
/// the run works there is no such file.
/// </summary>
/// <param name="directory">The run directory of a run that is resumed; null if it is not made yet.</param>
/// <param name="time">The clock.</param>
sealed class StatusFile(string? directory, TimeProvider time) : RunObserver
{
    string? _directory = directory;
    RunStatus? _before;
    Experiment? _experiment;

    /// <inheritdoc/>
    public override void Started(RunStart start)
    {
        (_directory, _experiment) = (start.Directory, start.Experiment);
        _before = Recorded(_directory);
        var file = Path.Combine(_directory, RunStatus.FileName);
        try
        {
            File.Delete(file);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.RunFailed($"'{file}' of the earlier end cannot be removed: {refused.Message}", refused);
        }
    }

    /// <inheritdoc/>
    public override void RoundDone(RoundReport report) => _before = null; // it came further than before, so it is not the same failure

    static RunStatus? Recorded(string directory)
    {
        try
        {
            return RunStatus.Recorded(directory);
        }
        catch (AutoFlipException) // damaged: it is removed or replaced here in any case, and must not keep a run from going on
        {
            return null;
        }
    }

    static Experiment? ExperimentIn(string directory)
    {
        try
        {
            return ExperimentFile.OfRun(directory, ExperimentSchema.Partial);
        }
        catch (AutoFlipException) // damaged: that may be the very failure to be recorded
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override void Failed(Exception why)
    {
        if (_directory is null) return;
        var status = RunStatus.Of(why, _before ?? Recorded(_directory), time.GetUtcNow(), _experiment ?? ExperimentIn(_directory));
        AtomicFile.Write(Path.Combine(_directory, RunStatus.FileName), RunJson.Sealed(status, RunJson.Document));
    }
}
