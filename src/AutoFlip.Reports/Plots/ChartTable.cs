using System.Globalization;

namespace AutoFlip.Reports;

/// <summary>Charts as tables of comma-separated values (RFC 4180, lines end with a line feed): a line per point.</summary>
/// <remarks>Numbers are those of the chart, unrounded, whatever the unit of its axis: bytes, seconds, shares in [0, 1]. Reading
/// one gives the same double.</remarks>
static class ChartTable
{
    /// <summary>The table of a chart, its header first.</summary>
    public static string Of(Chart chart) => string.Concat(Rows(chart).Select(CsvLine.Of));

    static IEnumerable<string[]> Rows(Chart chart) => chart switch
    {
        LineChart lines =>
        [
            ["series", "x", "y", "spread"],
            .. lines.Lines.SelectMany(line =>
                line.X.Select((x, i) =>
                    (string[])[line.Name, Number(x), Number(line.Y[i]), line.Spread is { } spread ? Number(spread[i]) : ""])),
        ],
        BarChart bars =>
            [["series", "name", "value"], .. bars.Bars.SelectMany(bar =>
                bars.Names.Select((name, i) => (string[])[bar.Name, name, Number(bar.Values[i])]))],
        HeatMap map =>
        [
            ["row", "column", "value"],
            .. map.Rows.SelectMany((row, i) => map.Columns.Select((column, j) => (string[])[row, column, Number(map.Values[i][j])])),
        ],
        _ => throw new ArgumentException($"There is no table of a {chart.GetType().Name}.", nameof(chart)),
    };

    static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
