namespace AutoFlip.Reports;

/// <summary>Labelled figures in columns.</summary>
/// <param name="Headers">One per column of figures.</param>
/// <param name="Rows">A label, and as many figures as there are headers.</param>
public sealed record FigureTable(IReadOnlyList<string> Headers, IReadOnlyList<(string Label, IReadOnlyList<string> Figures)> Rows)
{
    /// <summary>Plain text: a line per row with aligned columns, or a line per figure where that is wider than the text may be.</summary>
    /// <param name="columns">Most characters of a line.</param>
    public IEnumerable<string> Lines(int columns)
    {
        const int Gap = 2, Least = 12;
        var first = Rows.Max(row => row.Label.Length);
        int[] widths = [.. Headers.Select((header, i) => Math.Max(Least, Math.Max(header.Length, Rows.Max(row => row.Figures[i].Length))))];
        if (first + widths.Sum(width => width + Gap) > columns)
            return Rows.SelectMany(row =>
                row.Figures is [var only] ? [$"{row.Label}  {only}"] : Stacked(row.Label, Headers.Zip(row.Figures)));
        string Line(string label, IReadOnlyList<string> cells) =>
            label.PadRight(first) + string.Concat(cells.Select((cell, i) => cell.PadLeft(widths[i] + Gap)));
        return [Line("", Headers), .. Rows.Select(row => Line(row.Label, row.Figures))];
    }

    /// <summary>The figures of one row below its label, each with its header.</summary>
    public static IEnumerable<string> Stacked(string label, IEnumerable<(string Header, string Figure)> figures) =>
        [label, .. figures.Select(entry => $"  {entry.Header}: {entry.Figure}")];
}
