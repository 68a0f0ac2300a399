using System.Collections.Immutable;

namespace AutoFlip.Reports;

/// <summary>One run that a table wants.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Run">What there is of it on the disk; null if nothing.</param>
/// <param name="Failure">Why it failed just now; null if it did not.</param>
public sealed record TableCell(Experiment Experiment, EarlierRun? Run, string? Failure)
{
    /// <summary>Its figures, once it has ended.</summary>
    public RunSummary? Summary => Run?.Summary;

    /// <summary>State, in words.</summary>
    public string State =>
        Summary is not null ? "done"
        : Failure is not null ? $"failed: {DataSetName.WithoutFolders(Failure, Experiment).ReplaceLineEndings(" ")}"
        : Run switch
        {
            null => "not run yet",
            { Status.Stage: RunStage.Stopped or RunStage.Interrupted } => $"{Run.Status.InWords}, can be resumed",
            _ => Run.Status.InWords,
        };
}

/// <summary>A row and what there is of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Cells">One per seed.</param>
public sealed record TableRowResult(string Name, ImmutableArray<TableCell> Cells)
{
    /// <summary>The figures of the runs that have ended.</summary>
    public IEnumerable<RunSummary> Ended => Cells.Select(cell => cell.Summary).OfType<RunSummary>();

    /// <summary>Number of finished runs, of all.</summary>
    public string Done => Ended.Count() == Cells.Length ? $"{Cells.Length}" : $"{Ended.Count()} of {Cells.Length}";
}

/// <summary>A table and what there is of its runs: everything that is written about it follows from this.</summary>
/// <param name="Table">What is wanted; resolved.</param>
/// <param name="Rows">What there is, in the same order.</param>
public sealed record TableResult(ExperimentTable Table, ImmutableArray<TableRowResult> Rows)
{
    /// <summary>Finds the runs of a table.</summary>
    /// <param name="table">A resolved table.</param>
    /// <param name="runs">The runs there are.</param>
    /// <param name="failure">Why a run failed just now; null if it did not.</param>
    public static TableResult Of(ExperimentTable table, EarlierRuns runs, Func<Experiment, string?> failure) => new(
        table,
        [.. table.Rows.Select(row =>
            new TableRowResult(row.Name, [.. row.Experiments.Select(wanted => new TableCell(wanted, runs.Of(wanted), failure(wanted)))]))]);

    /// <summary>All runs.</summary>
    public IEnumerable<TableCell> Cells => Rows.SelectMany(row => row.Cells);

    /// <summary>Figures of all runs that have ended.</summary>
    public IEnumerable<RunSummary> Ended => Rows.SelectMany(row => row.Ended);

    /// <summary>The figure by which its runs are compared: one for all rows.</summary>
    public QualityBasis Basis => QualityBasis.Of(Ended);

    /// <summary>The figures to look at first: quality, the difference to the baseline, and what is kept, sent and
    /// spent. Some run has ended.</summary>
    public FigureTable Overview()
    {
        var figures = TableFigure.Measured([.. Ended]);
        TableFigure[] shown = [figures[0], .. figures.Where(figure => figure.Key is "density" or "bytes_ratio" or "seconds")];
        return new(
            ["seeds", shown[0].Header, "against baseline", .. shown.Skip(1).Select(figure => figure.Header)],
            [.. Rows.Select(row => (row.Name, (IReadOnlyList<string>)
            [
                row.Done, TablePage.Cell(shown[0], row), TablePage.Against(this, row),
                .. shown.Skip(1).Select(figure => TablePage.Cell(figure, row)),
            ]))]);
    }

    /// <summary>Cost of each run of a row up to a share of the final quality of the baseline's run of the same seed.</summary>
    /// <param name="row">The row; the baseline itself too.</param>
    /// <param name="share">In (0, 1].</param>
    /// <returns>One per seed that has ended in both; null where the target was never reached.</returns>
    public IReadOnlyList<CostToReach?> CostsToReach(TableRowResult row, double share) =>
    [
        .. from cell in row.Cells
           let basis = Basis
           let run = cell.Summary
           let other = BaselineOf(cell)
           where run is not null && CostToReach.IsMeasured(run, basis)
           where other is not null && run.Metrics.Primary.Name == other.Metrics.Primary.Name
           let target = CostToReach.Target(other, share, basis)
           where target is not null
           select CostToReach.Of(run, target.Value, basis),
    ];

    RunSummary? BaselineOf(TableCell cell) =>
        Rows.SingleOrDefault(other => other.Name == Table.Baseline)?.Cells.FirstOrDefault(other =>
            other.Experiment.Seed == cell.Experiment.Seed)?.Summary;

    /// <summary>Differences between a row's runs and the baseline's of the same seed in the main metric, by <see cref="Basis"/>; null for
    /// the baseline itself, and if no seed was measured in both.</summary>
    public Spread? Against(TableRowResult row)
    {
        if (row.Name == Table.Baseline) return null;
        var basis = Basis;
        return Spread.OfDifferences(
            from cell in row.Cells
            let run = cell.Summary
            let other = BaselineOf(cell)
            where run is not null && other is not null && run.Metrics.Primary.Name == other.Metrics.Primary.Name
            select (basis.Of(run.Metrics.Primary), basis.Of(other.Metrics.Primary)));
    }
}
