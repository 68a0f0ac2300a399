using Spectre.Console;
using Spectre.Console.Rendering;

namespace AutoFlip.Cli;

/// <summary>A terminal's view of a run: bars that move, the last rounds as a table, and the result in a panel.</summary>
/// <remarks>Callbacks and the clock's ticks change the view under one lock; each draws once. Names from outside are never markup.</remarks>
sealed class TerminalDisplay(IAnsiConsole terminal, TimeProvider time) : RunDisplay
{
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(1); // the clock on the screen moves by seconds

    readonly Lock _lock = new();
    readonly RunView _view = new(time, terminal.Profile.Capabilities.Unicode);
    LiveDisplayContext? _live;
    RunSummary? _summary;

    /// <inheritdoc/>
    public override RunSummary Watch(Func<RunSummary> run)
    {
        var summary = terminal.Live(_view.Draw()).Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Top).Start(live =>
        {
            lock (_lock) _live = live;
            using var timer = time.CreateTimer(_ => Draw(() => { }), null, Tick, Tick);
            try
            {
                return run();
            }
            finally
            {
                Draw(() => _view.End());
                lock (_lock) _live = null;
            }
        });
        if (_summary is { } shown) terminal.Write(ResultPanel(shown));
        if (Directory is not null) terminal.Write(PathLine(Directory));
        return summary;
    }

    /// <inheritdoc/>
    public override void Warning(string message)
    {
        lock (_lock)
            terminal.Write(new OverLive(new Paragraph("warning: ", new Style(Color.Yellow)).Append(ForeignText.OnOneLine(message) + "\n")));
    }

    /// <inheritdoc/>
    public override void Loading(string what, double? fraction) => Draw(() => _view.Loading(what, fraction));

    /// <inheritdoc/>
    public override void Started(RunStart start)
    {
        base.Started(start);
        lock (_lock) terminal.Write(new OverLive(PathLine(start.Directory)));
        Draw(() => _view.Start(start));
    }

    /// <inheritdoc/>
    public override void Explored(int done, int explorers) => Draw(() => _view.Explored(done, explorers));

    /// <inheritdoc/>
    public override void RoundStarted(int round, int cohort) => Draw(() => _view.Round(round, 0, cohort));

    /// <inheritdoc/>
    public override void ClientDone(int round, int done, int cohort) => Draw(() => _view.Round(round, done, cohort));

    /// <inheritdoc/>
    public override void Evaluating(int round) => Draw(() => _view.Evaluating(round));

    /// <inheritdoc/>
    public override void RoundDone(RoundReport report) => Draw(() => _view.RoundDone(report));

    /// <inheritdoc/>
    public override void Finished(RunSummary summary) => _summary = summary;

    static WhereItFits ResultPanel(RunSummary summary)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var (label, value) in Results.Rows(summary))
            grid.AddRow(new Text(label, new Style(Color.Grey)), new Text(ForeignText.OnOneLine(value)));
        var title = $"{summary.Dataset}, {Results.Method(summary.Algorithm, summary.Pruner)}, {summary.RoundsDone} rounds";
        return new(_ => Results.Lines(summary), new Panel(grid)
        {
            Header = new PanelHeader(Markup.Escape($" {ForeignText.OnOneLine(title)} ")),
            Border = BoxBorder.Rounded,
            BorderStyle = new Style(Color.Grey),
        });
    }

    /// <summary>A path on a line of its own, never broken, so that it can be copied.</summary>
    static Text PathLine(string path) => new(ForeignText.OnOneLine(path) + "\n") { Overflow = Overflow.Fold };

    void Draw(Action change)
    {
        lock (_lock)
        {
            change();
            _live?.UpdateTarget(_view.Draw());
        }
    }

    /// <summary>Something printed above the moving part, which starts where that part was: what was there is erased first.</summary>
    sealed class OverLive(IRenderable content) : IRenderable
    {
        const string EraseToEndOfScreen = "\u001b[0J";

        public Measurement Measure(RenderOptions options, int maxWidth) => content.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
            content.Render(options, maxWidth).Prepend(Segment.Control(EraseToEndOfScreen));
    }
}
