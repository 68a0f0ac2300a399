namespace AutoFlip.Cli;

/// <summary>An observer that shows a run, with the folder of its files.</summary>
abstract class RunDisplay : RunObserver
{
    /// <summary>The run directory; null until work begins.</summary>
    public string? Directory { get; private set; }

    /// <summary>Shows the run during <paramref name="run"/>.</summary>
    public virtual RunSummary Watch(Func<RunSummary> run) => run();

    /// <inheritdoc/>
    public override void Started(RunStart start) => Directory = start.Directory;

    /// <summary>The display that fits the request and the host.</summary>
    public static RunDisplay For(Presentation show, Host host) =>
        show.ShowsLog ? For(show with { LogFormat = null, Quiet = true }, host with { Error = TextWriter.Null }) // the log tells it
        : show.Json ? new JsonDisplay(host)
        : show.Quiet ? new QuietDisplay(host)
        : show.Plain || host.Terminal is not { Profile.Width: >= WhereItFits.LeastWidth } ? new PlainDisplay(host)
        : new TerminalDisplay(host.Terminal, host.Time);
}

/// <summary>The run directory, the result, the run directory: what scripts need.</summary>
class QuietDisplay(Host host) : RunDisplay
{
    /// <summary>Host whose streams the display writes to.</summary>
    protected Host Host => host;

    /// <inheritdoc/>
    public override void Warning(string message) => host.Warn(message);

    /// <inheritdoc/>
    public override void Started(RunStart start)
    {
        base.Started(start);
        host.Out.WriteLine(start.Directory);
    }

    /// <inheritdoc/>
    public override void Finished(RunSummary summary)
    {
        host.Out.WriteLine(Results.Line(summary)); // one line at any width: scripts read it
        host.Out.WriteLine(Directory);
    }
}

/// <summary>One line per thing that happens, for logs. The first and the last line are the run directory.</summary>
sealed class PlainDisplay(Host host) : QuietDisplay(host)
{
    Experiment _experiment = new();
    string? _loading;

    /// <inheritdoc/>
    public override void Loading(string what, double? fraction)
    {
        if (what == _loading) return; // a line per thing, not per percent
        _loading = what;
        Host.Error.WriteLine($"{what} ..."); // not on standard output, whose first line is the run directory
    }

    /// <inheritdoc/>
    public override void Started(RunStart start)
    {
        base.Started(start);
        _experiment = start.Experiment;
        Host.Print(Results.Headline(start));
        Host.Print(Results.Federation(start));
    }

    /// <inheritdoc/>
    public override void Explored(int done, int explorers)
    {
        // ten lines at most
        if (done > 0 && done * 10 / explorers > (done - 1) * 10 / explorers) Host.Out.WriteLine($"explored {done}/{explorers}");
    }

    /// <inheritdoc/>
    public override void RoundDone(RoundReport report) =>
        Host.Print(RoundLine.Of(report, Metric.MainOf(_experiment)).ToText(_experiment.Rounds, Metric.MainOf(_experiment)));

    /// <inheritdoc/>
    public override void Finished(RunSummary summary)
    {
        foreach (var line in Results.Lines(summary)) Host.Print(line);
        Host.Out.WriteLine(Directory);
    }
}
