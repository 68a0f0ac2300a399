namespace AutoFlip;

/// <summary>Attaches the observers that write into the run directory: <c>run.log</c>, the record of a failure, and
/// event files for TensorBoard.</summary>
static class RunFiles
{
    /// <summary>Carries out a run and writes its files. The files are written before <paramref name="observer"/> is notified, so they
    /// contain everything that it shows.</summary>
    /// <param name="options">Which files, and how.</param>
    /// <param name="directory">The run directory of a run that is resumed; null if it is not made yet.</param>
    /// <param name="observer">A further observer.</param>
    /// <param name="time">The clock.</param>
    /// <param name="run">The run, given the observer to notify.</param>
    public static RunSummary Record(
        RunOptions options, string? directory, RunObserver observer, TimeProvider time, Func<RunObserver, RunSummary> run)
    {
        using var log = new LogFile(options.LogFormat ?? LogFormat.Human, time, directory);
        using var tensorBoard = new TensorBoardLog(options.TensorBoard);
        var all = new ObserverGroup([log, new StatusFile(directory, time), tensorBoard, observer]) { Wording = options.Wording };
        try
        {
            return run(all);
        }
        catch (Exception why)
        {
            try
            {
                all.Failed(why);
            }
            catch (AutoFlipException unwritten) // a full disk, most often: what ended the run is what its reader must hear last
            {
                observer.Warning(unwritten.Message);
                observer.Failed(why);
            }
            throw;
        }
    }
}
