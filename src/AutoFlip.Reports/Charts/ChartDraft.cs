namespace AutoFlip.Reports;

/// <summary>A value over a round or a cost; null, NaN and infinity where there is none.</summary>
/// <param name="X">Position.</param>
/// <param name="Y">The value.</param>
/// <param name="Spread">How far it varies to either side; null if unknown.</param>
readonly record struct ChartPoint(double X, double? Y, double? Spread = null)
{
    public bool IsDefined => double.IsFinite(X) && Y is { } y && double.IsFinite(y);
}

/// <summary>Makes lines and charts of what there is, and nothing of what there is not.</summary>
static class ChartDraft
{
    /// <summary>Points that a line has at most.</summary>
    public const int MaxPoints = 500;

    /// <summary>The axis of rounds.</summary>
    public static Axis Rounds { get; } = new("round", AxisUnit.Count);

    /// <summary>A line through the points that are defined; null if none is.</summary>
    /// <remarks>Of more than <see cref="MaxPoints"/> points n, those numbered round(i (n - 1) / (MaxPoints - 1)) are taken: evenly, the
    /// first and the last among them. Points keep their own values; nothing is averaged.</remarks>
    public static Line? Line(string name, IEnumerable<ChartPoint> points)
    {
        ChartPoint[] all = [.. points.Where(point => point.IsDefined)];
        if (all is []) return null;
        if (all.Length > MaxPoints)
            all = [.. Enumerable.Range(0, MaxPoints).Select(i => all[(int)Math.Round(i * (all.Length - 1) / (MaxPoints - 1.0))])];
        return new(name, [.. all.Select(point => point.X)], [.. all.Select(point => point.Y!.Value)])
        {
            Spread = all.Any(Spreads) ? [.. all.Select(point => Spreads(point) ? point.Spread!.Value : 0)] : null,
        };
    }

    /// <summary>A chart of the lines that there are; null if there are none.</summary>
    public static LineChart? Lines(string id, string title, Axis x, Axis y, string note, params IEnumerable<Line?> lines)
    {
        Line[] drawn = [.. lines.OfType<Line>()];
        return drawn is [] ? null : new LineChart(id, title, x, y, [.. drawn]) { Note = note };
    }

    /// <summary>The chart with a logarithmic vertical axis, if that shows more: no shares, and all that is drawn lies above 0 and spans two
    /// orders of magnitude or more.</summary>
    public static LineChart? Spanning(LineChart? chart)
    {
        if (chart is null or { Y.Unit: AxisUnit.Share }) return chart;
        var lowest = chart.Lines.Min(line => line.Y.Select((y, i) => y - (line.Spread?[i] ?? 0)).Min());
        var highest = chart.Lines.Max(line => line.Y.Max());
        return lowest > 0 && highest >= 100 * lowest ? chart with { Y = chart.Y with { IsLogarithmic = true } } : chart;
    }

    /// <summary>A name as part of an <see cref="Chart.Id"/>: lower-case letters, digits and dashes.</summary>
    public static string IdOf(string name) =>
        string.Concat(name.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-'));

    static bool Spreads(ChartPoint point) => point.Spread is { } spread && double.IsFinite(spread);
}
