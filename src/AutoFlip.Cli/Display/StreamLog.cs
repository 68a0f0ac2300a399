namespace AutoFlip.Cli;

/// <summary>The lines of <c>run.log</c> on standard error, as they come.</summary>
/// <param name="format">What they look like.</param>
/// <param name="host">Where standard error is, and the clock.</param>
sealed class StreamLog(LogFormat format, Host host) : RunLog(format, host.Time)
{
    /// <inheritdoc/>
    protected override void Write(string line) => host.Error.WriteLine(line);
}
