using Spectre.Console;

namespace AutoFlip.Cli;

/// <summary>Labelled figures in columns: a drawn table on a terminal that is wide enough, plain columns everywhere else, or a line for each figure.</summary>
/// <param name="Headers">One per column of figures.</param>
/// <param name="Rows">A label, and as many figures as there are headers.</param>
sealed record FigureTable(IReadOnlyList<string> Headers, IReadOnlyList<(string Label, IReadOnlyList<string> Figures)> Rows)
{
    /// <summary>Writes it.</summary>
    public void Write(Host host)
    {
        if (host.Terminal is { } terminal) terminal.Write(new WhereItFits(Lines, Draw(terminal, Widths(header => [header])), Draw(terminal, Widths(Words))));
        else foreach (var line in Lines(int.MaxValue)) host.Out.WriteLine(line);
    }

    /// <summary>The figures of one row below its label, each with its header.</summary>
    public static IEnumerable<string> Stacked(string label, IEnumerable<(string Header, string Figure)> figures) =>
        [label, .. figures.Select(entry => $"  {entry.Header}: {entry.Figure}")];

    /// <summary>A table whose columns of figures have the widths; labels, and headers above them, may be broken into words.</summary>
    Table Draw(IAnsiConsole terminal, IReadOnlyList<int> widths)
    {
        var table = new Table { Border = terminal.Profile.Capabilities.Unicode ? TableBorder.Rounded : TableBorder.Ascii2, BorderStyle = new Style(Color.Grey) };
        table.AddColumn("");
        foreach (var (header, width) in Headers.Zip(widths))
            table.AddColumn(new TableColumn(new Text(ForeignText.OnOneLine(header), new Style(decoration: Decoration.Bold)))
            {
                Alignment = Justify.Right,
                Width = width,
                NoWrap = true,
            });
        foreach (var (label, figures) in Rows)
            table.AddRow([new Text(ForeignText.OnOneLine(label)), .. figures.Select(figure => new Text(ForeignText.OnOneLine(figure)))]);
        return table;
    }

    /// <summary>Columns that the figures take whole, and their headers in parts.</summary>
    IReadOnlyList<int> Widths(Func<string, IEnumerable<string>> parts) =>
        [.. Headers.Select((header, i) => parts(header).Concat(Rows.Select(row => row.Figures[i])).Max(text => ForeignText.OnOneLine(text).GetCellWidth()))];

    IEnumerable<string> Lines(int columns)
    {
        const int Gap = 2, Least = 12;
        var first = Rows.Max(row => row.Label.Length);
        int[] widths = [.. Headers.Select((header, i) => Math.Max(Least, Math.Max(header.Length, Rows.Max(row => row.Figures[i].Length))))];
        if (first + widths.Sum(width => width + Gap) > columns)
            return Rows.SelectMany(row => row.Figures is [var only] ? [$"{row.Label}  {only}"] : Stacked(row.Label, Headers.Zip(row.Figures)));
        string Line(string label, IReadOnlyList<string> cells) =>
            label.PadRight(first) + string.Concat(cells.Select((cell, i) => cell.PadLeft(widths[i] + Gap)));
        return [Line("", Headers), .. Rows.Select(row => Line(row.Label, row.Figures))];
    }

    static IEnumerable<string> Words(string header) => header.Split(' ');
}
