using Spectre.Console;
using Spectre.Console.Rendering;

namespace AutoFlip.Cli;

/// <summary>Screen content of a run in progress, as a value that is drawn again after each change. Not safe for several
/// threads.</summary>
/// <param name="time">Tells how long things have taken.</param>
/// <param name="unicode">Whether the terminal can show more than ASCII.</param>
sealed class RunView(TimeProvider time, bool unicode)
{
    const int ShownRounds = 8;
    const int BarWidth = 30, ShortBar = 15;

    readonly Queue<RoundLine> _rounds = new();
    RunStart? _start;
    (string What, double? Fraction)? _loading;
    (int Done, int All)? _explored;
    (int Round, int Done, int Cohort, bool Evaluating)? _current;
    (int Rounds, long Time) _since; // what the clock counts from
    int _roundsDone;
    bool _ended;

    string MainMetric => Metric.MainOf(_start!.Experiment);

    /// <summary>Data is fetched or read.</summary>
    public void Loading(string what, double? fraction) => _loading = (what, fraction);

    /// <summary>Work begins.</summary>
    public void Start(RunStart start) =>
        (_start, _loading, _roundsDone, _since) = (start, null, start.RoundsDone, (start.RoundsDone, time.GetTimestamp()));

    /// <summary>Explorers are done. They are no part of the time of a round.</summary>
    public void Explored(int done, int all) => (_explored, _since) = ((done, all), (_roundsDone, time.GetTimestamp()));

    /// <summary>Clients of a round are done.</summary>
    public void Round(int round, int done, int cohort) => _current = (round, done, cohort, false);

    /// <summary>The global model is evaluated.</summary>
    public void Evaluating(int round) => _current = (round, 1, 1, true);

    /// <summary>A round is over. After the last dense round the clock is reset, because pruned rounds are shorter.</summary>
    public void RoundDone(RoundReport report)
    {
        (_roundsDone, _current) = (report.Round, null);
        if (_start is { Experiment: { IsDense: false } run } && report.Round == run.FirstPrunedRound - 1)
            _since = (report.Round, time.GetTimestamp());
        _rounds.Enqueue(RoundLine.Of(report, MainMetric));
        if (_rounds.Count > ShownRounds) _rounds.Dequeue();
    }

    /// <summary>Nothing moves any more: only what happened stays on the screen.</summary>
    public void End() => (_ended, _current, _loading) = (true, null, null);

    /// <summary>The view as it is now.</summary>
    public IRenderable Draw()
    {
        var parts = new List<IRenderable>();
        if (_start is not null)
        {
            parts.Add(new Text(ForeignText.OnOneLine(Results.Headline(_start)), new Style(decoration: Decoration.Bold)));
            parts.Add(new Text(ForeignText.OnOneLine(Results.Federation(_start)), new Style(Color.Grey)));
        }
        (string Label, double Fraction, string Note)[] bars = [.. Bars()];
        if (bars.Length > 0)
            parts.Add(new WhereItFits(_ => bars.Select(bar => $"{bar.Label}  {bar.Note}"), Bars(bars, BarWidth), Bars(bars, ShortBar)));
        if (_rounds.Count > 0)
            parts.Add(new WhereItFits(_ => _rounds.Select(round => round.ToText(_start!.Experiment.Rounds, MainMetric)), Rounds()));
        return new Rows(parts);
    }

    IEnumerable<(string Label, double Fraction, string Note)> Bars()
    {
        if (_loading is { } loading)
            yield return (
                ForeignText.OnOneLine(loading.What), loading.Fraction ?? 0, loading.Fraction is { } share ? Readable.Percent(share) : "");
        if (_explored is { } explored)
            yield return ("Exploring", (double)explored.Done / explored.All, $"{explored.Done}/{explored.All} explorers");
        if (_start is null || _explored is { } e && e.Done < e.All && _roundsDone == _start.RoundsDone && _current is null) yield break;

        yield return ("Rounds", (double)_roundsDone / _start.Experiment.Rounds, $"{_roundsDone}/{_start.Experiment.Rounds}{Clock()}");
        if (_current is { } now)
            yield return (
                $"Round {now.Round}", (double)now.Done / now.Cohort, now.Evaluating ? "evaluating" : $"{now.Done}/{now.Cohort} clients");
    }

    string Clock()
    {
        if (_ended) return "";
        var elapsed = time.GetElapsedTime(_since.Time).TotalSeconds;
        var (done, left) = (_roundsDone - _since.Rounds, _start!.Experiment.Rounds - _roundsDone);
        return done == 0 ? $"  {Clock(elapsed)}" : $"  {Clock(elapsed)}, about {Clock(elapsed / done * left)} left";
    }

    /// <summary>Whole seconds: tenths would only flicker.</summary>
    static string Clock(double seconds) => seconds < 59.95 ? $"{(int)seconds} s" : Readable.Time(seconds);

    Grid Bars(IReadOnlyCollection<(string Label, double Fraction, string Note)> bars, int width)
    {
        static GridColumn Column(int width, int gap) => new() { NoWrap = true, Width = width, Padding = new Padding(0, 0, gap, 0) };
        var grid = new Grid().AddColumn(Column(bars.Max(bar => bar.Label.GetCellWidth()), 2)).AddColumn(Column(width, 2))
            .AddColumn(Column(bars.Max(bar => bar.Note.GetCellWidth()), 0));
        foreach (var (label, fraction, note) in bars)
            grid.AddRow(new Text(label), Bar(fraction, width), new Text(note, new Style(Color.Grey)));
        return grid;
    }

    Paragraph Bar(double fraction, int width)
    {
        var filled = (int)Math.Round(Math.Clamp(fraction, 0, 1) * width);
        var (on, off) = unicode ? ('━', '━') : ('#', '-');
        return new Paragraph(new string(on, filled), new Style(fraction >= 1 ? Color.Green : Color.Blue))
            .Append(new string(off, width - filled), new Style(unicode ? Color.Grey23 : Color.Grey));
    }

    Table Rounds()
    {
        var table = new Table { Border = unicode ? TableBorder.Simple : TableBorder.Ascii2, BorderStyle = new Style(Color.Grey) };
        string[] headings = ["round", MainMetric, "loss", "train loss", "kept", "sent", "time"];
        string[][] rows = [.. _rounds.Select(Cells)];
        foreach (var (heading, i) in headings.Select((heading, i) => (heading, i)))
            table.AddColumn(new TableColumn(new Text(heading, new Style(Color.Grey)))
            {
                Alignment = Justify.Right,
                NoWrap = true,
                Width = rows.Append(headings).Max(row => row[i].Length),
            });
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(cell)));
        return table;
    }

    static string[] Cells(RoundLine round) =>
    [
        $"{round.Round}", Readable.Figure(round.Score), Readable.Figure(round.Loss), Readable.Figure(round.TrainLoss),
        Readable.Percent(round.Density), Readable.Bytes(round.Bytes), Readable.Time(round.Seconds) + (round.Failures > 0 ? " !" : ""),
    ];
}
