using System.Globalization;

namespace AutoFlip.Reports;

/// <summary>A cell of text; with a link if it has a target, which is a path with slashes.</summary>
sealed record TableText(string Text, string? Target = null)
{
    /// <summary>Plain text.</summary>
    public static implicit operator TableText(string text) => new(text);
}

/// <summary>A table with its heading: the first cell of a row names it.</summary>
/// <param name="Title">What it is.</param>
/// <param name="Headers">One per column.</param>
/// <param name="Rows">As many cells each.</param>
sealed record TableSection(string Title, IReadOnlyList<string> Headers, IReadOnlyList<IReadOnlyList<TableText>> Rows)
{
    /// <summary>Columns of words, besides the first: they are aligned like words, all others like numbers.</summary>
    public IReadOnlyCollection<int> Words { get; init; } = [];
}

/// <summary>Content of a table's page, before it is written as Markdown or HTML.</summary>
/// <param name="Title">Its name.</param>
/// <param name="Summary">One line: how far it is.</param>
/// <param name="Sections">The comparison, the runs, the settings.</param>
/// <param name="Notes">Meaning of the columns, by their headers.</param>
/// <param name="Facts">What the figures depend on besides.</param>
sealed record TablePage(
    string Title, string Summary, IReadOnlyList<TableSection> Sections, IReadOnlyList<(string Header, string Meaning)> Notes,
    IReadOnlyList<(string What, string Value)> Facts)
{
    /// <summary>Puts it together.</summary>
    /// <param name="result">The table and its runs.</param>
    /// <param name="folder">Where the page will lie: links start from there.</param>
    /// <param name="facts">Name and value of each fact about program and machine.</param>
    public static TablePage Of(TableResult result, string folder, IEnumerable<(string What, string Value)> facts)
    {
        RunSummary[] ended = [.. result.Ended];
        var figures = TableFigure.Measured(ended);
        var compared = result.Rows.Any(row => result.Against(row) is not null);
        return new(
            result.Table.Experiment.Name,
            $"{ended.Length} of {result.Cells.Count()} runs are done. Values over several seeds are means ± sample standard deviation.",
            [Comparison(result, figures, compared), .. Reaching(result), Runs(result, folder), .. Settings(result.Table)],
            [
                ("seeds", "Finished runs, of all runs of the row."),
                .. figures.Select(figure => (figure.Header, figure.Meaning)),
                .. result.Rows.Any(row => result.CostsToReach(row, 1).Count > 0)
                    ? [(
                        "cost to reach",
                        $"Until the mean of {CostToReach.Window} evaluations in a row first reaches that share of the baseline's final "
                        + "figure of quality, seed by seed; "
                        + "exploration included. Where some seeds never reach it, the mean is over the others, and their number is given.")]
                    : Array.Empty<(string, string)>(),
                .. compared
                    ? [(
                        "against the baseline",
                        $"Difference to '{result.Table.Baseline}' in the first figure of quality, seed by seed: "
                        + "the mean of these differences, and its 95 % interval by Student's t distribution. "
                        + "A star marks an interval that excludes zero.")]
                    : Array.Empty<(string, string)>(),
            ],
            [
                ("file", Path.GetFileName(result.Table.Source)),
                ("versions of the runs", ended is [] ? "-" : string.Join(
                    ", ", ended.Select(run => run.Version).Distinct().Order(StringComparer.Ordinal))),
                ("time of all runs", ended is [] ? "-" : Readable.Time(ended.Sum(run => run.Time.Total))),
                ("clients side by side", ended is [] ? "-" : string.Join(", ", ended.Select(run => run.Workers).Distinct().Order())),
                .. facts,
            ]);
    }

    /// <summary>The figures of a row, as people read them.</summary>
    public static string Cell(TableFigure figure, TableRowResult row)
    {
        var over = Spread.Of(row.Ended.Select(figure.Of));
        // a loss that ran away is no number
        return over is null ? "-" : figure.Show(over) + (over.Count < row.Ended.Count() ? $" ({over.Count} of {row.Ended.Count()})" : "");
    }

    /// <summary>Difference of a row to the baseline, in words.</summary>
    public static string Against(TableResult result, TableRowResult row) =>
        result.Against(row) is { } over ? TableFigure.Difference(row.Ended.First().Metrics.Primary.Name, over)
        : row.Name == result.Table.Baseline ? "baseline" : "-";

    static TableSection Comparison(TableResult result, IReadOnlyList<TableFigure> figures, bool compared) => new(
        "Comparison",
        [
            "setting", "seeds", .. figures.Take(1).Select(figure => figure.Header),
            .. compared ? ["against the baseline"] : Array.Empty<string>(), .. figures.Skip(1).Select(figure => figure.Header),
        ],
        [.. result.Rows.Select(row => (IReadOnlyList<TableText>)
        [
            row.Name, row.Done, .. figures.Take(1).Select(figure => (TableText)Cell(figure, row)),
            .. compared ? [Against(result, row)] : Array.Empty<TableText>(),
            .. figures.Skip(1).Select(figure => (TableText)Cell(figure, row)),
        ])]);

    /// <summary>Bytes, computation and time until shares of the baseline's final quality are reached; nothing if no run shows it.</summary>
    static IEnumerable<TableSection> Reaching(TableResult result)
    {
        if (!result.Rows.Any(row => result.CostsToReach(row, 1).Count > 0)) yield break;
        (string Name, Func<CostToReach, double> Of, Func<double, string> Show)[] costs =
        [
            ("bytes", cost => cost.Bytes, value => Readable.Bytes((long)value)), ("computation", cost => cost.Macs, Readable.Macs),
            ("time", cost => cost.Seconds, Readable.Time),
        ];
        yield return new(
            $"Cost to reach the final quality of '{result.Table.Baseline}'",
            ["setting", .. CostToReach.Shares.SelectMany(share => costs.Select(cost => $"{share:0 %}: {cost.Name}"))],
            [.. result.Rows.Select(row => (IReadOnlyList<TableText>)
            [
                row.Name,
                .. CostToReach.Shares.SelectMany(share =>
                    costs.Select(cost => (TableText)Mean(result.CostsToReach(row, share), cost.Of, cost.Show))),
            ])]);

        static string Mean(IReadOnlyList<CostToReach?> runs, Func<CostToReach, double> of, Func<double, string> show)
        {
            CostToReach[] reached = [.. runs.OfType<CostToReach>()];
            return runs.Count == 0 ? "-" : reached is [] ? "never"
                : show(reached.Average(of)) + (reached.Length < runs.Count ? $" ({reached.Length} of {runs.Count})" : "");
        }
    }

    static TableSection Runs(TableResult result, string folder) => new(
        "Runs",
        ["setting", "seed", "result", "time", "state", "directory"],
        [.. result.Rows.SelectMany(row => row.Cells.Select(cell => (IReadOnlyList<TableText>)
        [
            row.Name, $"{cell.Experiment.Seed}",
            cell.Summary is { } summary
                ? $"{summary.Metrics.Primary.Name} "
                    + Readable.Metric(summary.Metrics.Primary.Name, result.Basis.Of(summary.Metrics.Primary))
                : "-",
            cell.Summary is { } timed ? Readable.Time(timed.Time.Total) : "-",
            cell.State,
            cell.Run is { } run ? new TableText(Path.GetFileName(run.Directory), Link(folder, run.Directory)) : "-",
        ]))])
    {
        Words = [4, 5],
    };

    static IEnumerable<TableSection> Settings(ExperimentTable table)
    {
        var settings = TableSettings.Of(table);
        if (settings.Own.Any(row => row.Fields.Count > 0))
            yield return new("Settings of the rows", ["setting", .. settings.Own[0].Fields.Select(field => field.Field)],
                [.. settings.Own.Select(row => (IReadOnlyList<TableText>)[row.Row, .. row.Fields.Select(field => (TableText)field.Value)])])
            {
                Words = [.. Enumerable.Range(1, settings.Own[0].Fields.Count).Where(column =>
                    !settings.Own.All(row => IsNumber(row.Fields[column - 1].Value)))],
            };
        if (settings.Shared.Count > 0)
            yield return new(
                "Settings of all rows that differ from the defaults", ["field", "value"],
                [.. settings.Shared.Select(field => (IReadOnlyList<TableText>)[field.Field, field.Value])])
            {
                Words = [1],
            };
    }

    static bool IsNumber(string value) => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    /// <summary>A path from the page to a directory, as part of an address.</summary>
    internal static string Link(string folder, string directory) =>
        string.Join('/', Path.GetRelativePath(folder, directory).Split([Path.DirectorySeparatorChar, '/']).Select(Uri.EscapeDataString));
}
