namespace AutoFlip.Cli;

/// <summary>One run with its display.</summary>
static class Session
{
    /// <summary>Shows and carries out a run.</summary>
    /// <exception cref="AutoFlipException">It failed, or was interrupted (exit 130): then the message says how to go on.</exception>
    public static RunSummary Watch(Presentation show, Host host, Func<RunObserver, RunSummary> run)
    {
        var display = RunDisplay.For(show, host);
        var observer = show.ShowsLog ? RunObserver.All(new StreamLog(show.LogFormat!.Value, host), display) : display;
        using var told = Tell(observer, host);
        try
        {
            return display.Watch(() => run(observer));
        }
        catch (OperationCanceledException stopped) when (host.Cancel.IsCancellationRequested)
        {
            throw new AutoFlipException(ExitCode.Interrupted, display.Directory is { } directory
                ? $"interrupted; finished rounds are saved. Go on with: autoflip resume {Quoted(directory)}"
                : "interrupted before anything was trained; nothing was saved.", stopped);
        }
    }

    /// <summary>Says that a wish to stop was heard: what is under way may take a while to end.</summary>
    public static IDisposable Tell(RunObserver observer, Host host) =>
        host.Cancel.Register(() => observer.Warning("stopping; once more stops at once, without saving what is under way."));

    static string Quoted(string path) => path.All(letter => char.IsAsciiLetterOrDigit(letter) || "/\\:._-+".Contains(letter, StringComparison.Ordinal))
        ? path
        : $"\"{path}\"";
}
