using Spectre.Console;

namespace AutoFlip.Cli;

/// <summary>Shows figures: a drawn table on a terminal that is wide enough, plain columns everywhere else,
/// or a line for each figure.</summary>
static class FigureTableView
{
    /// <summary>Writes a table.</summary>
    public static void Write(this FigureTable figures, Host host)
    {
        if (host.Terminal is { } terminal)
            terminal.Write(new WhereItFits(
                figures.Lines, Draw(figures, terminal, Widths(figures, header => [header])),
                Draw(figures, terminal, Widths(figures, Words))));
        else foreach (var line in figures.Lines(int.MaxValue)) host.Out.WriteLine(line);
    }

    /// <summary>A table whose columns of figures have the widths; labels, and headers above them, may be broken into words.</summary>
    static Table Draw(FigureTable figures, IAnsiConsole terminal, IReadOnlyList<int> widths)
    {
        var table = new Table
        {
            Border = terminal.Profile.Capabilities.Unicode ? TableBorder.Rounded : TableBorder.Ascii2,
            BorderStyle = new Style(Color.Grey)
        };
        table.AddColumn("");
        foreach (var (header, width) in figures.Headers.Zip(widths))
            table.AddColumn(new TableColumn(new Text(ForeignText.OnOneLine(header), new Style(decoration: Decoration.Bold)))
            {
                Alignment = Justify.Right,
                Width = width,
                NoWrap = true,
            });
        foreach (var (label, cells) in figures.Rows)
            table.AddRow([new Text(ForeignText.OnOneLine(label)), .. cells.Select(figure => new Text(ForeignText.OnOneLine(figure)))]);
        return table;
    }

    /// <summary>Columns that the figures take whole, and their headers in parts.</summary>
    static IReadOnlyList<int> Widths(FigureTable figures, Func<string, IEnumerable<string>> parts) =>
        [.. figures.Headers.Select((header, i) => parts(header).Concat(figures.Rows.Select(row => row.Figures[i]))
            .Max(text => ForeignText.OnOneLine(text).GetCellWidth()))];

    static IEnumerable<string> Words(string header) => header.Split(' ');
}
