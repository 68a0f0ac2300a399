using AutoFlip.Grpc;

namespace AutoFlip.Cli;

/// <summary>One run with its display.</summary>
static class Session
{
    /// <summary>Shows and carries out a run, and makes of its directory what is made when a run has ended: see
    /// <see cref="Host.RunOutputs"/>.</summary>
    /// <param name="show">Options of the output.</param>
    /// <param name="host">Streams and clock.</param>
    /// <param name="run">Carries it out.</param>
    /// <param name="resume">The command that resumes it, without the directory.</param>
    /// <param name="together">Runs that share its live view; null if it has one of its own.</param>
    /// <exception cref="AutoFlipException">It failed, or was interrupted (exit 130): the message then names the command that resumes
    /// it.</exception>
    public static RunSummary Watch(
        Presentation show, Host host, Func<RunObserver, RunSummary> run, LiveRuns? together = null, string resume = "autoflip resume")
    {
        var display = RunDisplay.For(show, host);
        var observer = show.ShowsLog ? RunObserver.All(new StreamLog(show.LogFormat!.Value, host), display) : display;
        using var alone = together is null ? LiveRuns.Of(show, host) : null;
        (together ?? alone)!.Add(() => display.Directory);
        using var warning = WarnOnStop(observer, host);
        try
        {
            var summary = display.Watch(() => run(observer));
            if (display.Directory is { } ended) RunOutput.WriteAll(show, ended, host);
            return summary;
        }
        catch (OperationCanceledException stopped) when (host.Cancel.IsCancellationRequested || stopped is ServerDrained)
        {
            throw new AutoFlipException(ExitCode.Interrupted, display.Directory is { } directory
                ? $"{(stopped is ServerDrained ? "drained" : "interrupted")}; finished rounds are saved. To resume: {resume} "
                    + ShellWord.Of(directory)
                : "interrupted before the first round; nothing was saved.", stopped);
        }
    }

    /// <summary>Warns once a stop was asked for; until disposed.</summary>
    public static IDisposable WarnOnStop(RunObserver observer, Host host) =>
        host.Cancel.Register(() =>
            observer.Warning("Stopping. Press Ctrl-C again to stop immediately; the round in progress will be lost."));
}
