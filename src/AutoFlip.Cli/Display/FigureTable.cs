using Spectre.Console;

namespace AutoFlip.Cli;

/// <summary>Labelled figures in columns: a drawn table on a terminal, plain columns everywhere else.</summary>
/// <param name="Headers">One per column of figures.</param>
/// <param name="Rows">A label, and as many figures as there are headers.</param>
sealed record FigureTable(IReadOnlyList<string> Headers, IReadOnlyList<(string Label, IReadOnlyList<string> Figures)> Rows)
{
    /// <summary>Writes it.</summary>
    public void Write(Host host)
    {
        if (host.Terminal is { } terminal) terminal.Write(Draw(terminal));
        else foreach (var line in Lines()) host.Out.WriteLine(line);
    }

    Table Draw(IAnsiConsole terminal)
    {
        var table = new Table { Border = terminal.Profile.Capabilities.Unicode ? TableBorder.Rounded : TableBorder.Ascii2, BorderStyle = new Style(Color.Grey) };
        table.AddColumn("");
        foreach (var header in Headers) table.AddColumn(new TableColumn(new Text(ForeignText.OnOneLine(header), new Style(decoration: Decoration.Bold))).RightAligned());
        foreach (var (label, figures) in Rows) table.AddRow([new Text(ForeignText.OnOneLine(label)), .. figures.Select(figure => new Text(ForeignText.OnOneLine(figure)))]);
        return table;
    }

    IEnumerable<string> Lines()
    {
        const int Gap = 2, Least = 12;
        var first = Rows.Max(row => row.Label.Length);
        int[] widths = [.. Headers.Select((header, i) => Math.Max(Least, Math.Max(header.Length, Rows.Max(row => row.Figures[i].Length))))];
        string Line(string label, IReadOnlyList<string> cells) =>
            label.PadRight(first) + string.Concat(cells.Select((cell, i) => cell.PadLeft(widths[i] + Gap)));
        return [Line("", Headers), .. Rows.Select(row => Line(row.Label, row.Figures))];
    }
}
