namespace AutoFlip.Reports;

/// <summary>A column of a table of experiments.</summary>
/// <param name="Key">Name in JSON and CSV.</param>
/// <param name="Header">Heading of the column.</param>
/// <param name="Meaning">What it is, in one sentence.</param>
/// <param name="Of">Its value for a run; null where it was not measured.</param>
/// <param name="Show">Its value over the seeds of a row, as people read it.</param>
sealed record TableFigure(string Key, string Header, string Meaning, Func<RunSummary, double?> Of, Func<Spread, string> Show)
{
    static readonly TableFigure[] Costs =
    [
        new(
            "density", "kept", "Parameters that the last mask keeps, of all.", run => run.ModelSize.Density,
            over => Readable.Percent(over.Mean)),
        new(
            "active_macs_ratio", "arithmetic", "Multiply-accumulates of the rounds, of what plain FedAvg takes with the row's model.",
            run => run.Compute.ActiveMacs / NotZero(run.Compute.DenseMacs), Ratio),
        new(
            "explore_macs_ratio", "exploring", "Multiply-accumulates of the exploration, of the same.",
            run => run.Compute.ExploreMacs / NotZero(run.Compute.DenseMacs), Ratio),
        new(
            "bytes_ratio", "bytes, of dense",
            "Bytes both ways, exploration included, of what plain FedAvg sends of the row's model in float32.",
            run => Bytes(run) / NotZero(run.Traffic.DenseFp32Bytes), Ratio),
        new("bytes", "bytes", "The same, in bytes.", Bytes, over => Readable.Bytes((long)over.Mean)),
        new(
            "seconds", "time", "Wall-clock time of a run, loading and exploration included.", run => run.Time.Total,
            over => Readable.Time(over.Mean)),
        new(
            "peak_rss_bytes", "memory",
            "Largest resident memory of the process up to the end of the run: earlier runs of the same process count.",
            run => run.PeakRssBytes, over => Readable.Bytes((long)over.Mean)),
    ];

    /// <summary>The columns that are measured in at least one run: quality by main metric, then costs. The first is what runs are compared
    /// by (<see cref="QualityBasis"/>).</summary>
    public static IReadOnlyList<TableFigure> Measured(IReadOnlyCollection<RunSummary> runs) =>
    [
        .. runs.Select(run => run.Metrics.Primary.Name).Distinct().SelectMany(metric =>
            Quality(metric, RecentCount.Of(runs, metric), QualityBasis.Of(runs))).Concat(Costs)
            .Where(figure => runs.Any(run => figure.Of(run) is not null)),
    ];

    /// <summary>A difference in what runs are compared by, its 95 % interval, and a star where the interval excludes zero: points of
    /// accuracy, plain figures of anything else.</summary>
    public static string Difference(string metric, Spread over)
    {
        Func<double?, string> show = Metric.IsInPercent(metric)
            ? Readable.Points
            : value => (value > 0 ? "+" : "") + Readable.Figure(value);
        var unit = Metric.IsInPercent(metric) ? " points" : "";
        return over.Margin is not { } margin ? show(over.Mean)
            : $"{show(over.Mean)[..^unit.Length]} ({show(over.Mean - margin)[..^unit.Length]} to "
                + $"{show(over.Mean + margin)[..^unit.Length]}){unit}{(over.ExcludesZero ? " *" : "")}";
    }

    static IEnumerable<TableFigure> Quality(string metric, string recent, QualityBasis basis)
    {
        var name = Metric.DisplayNameOf(metric);
        Func<Spread, string> show = Metric.IsInPercent(metric)
            ? over => With(Readable.Percent(over.Mean), Readable.Percent(over.Deviation), " %")
            : Figure;
        Func<RunSummary, double?> Value(Func<SummaryMain, double?> of) =>
            run => run.Metrics.Primary is { } main && main.Name == metric ? of(main) : null;
        return
        [
            .. basis.OnClients
                ? [new(
                    $"{metric}_clients_recent", $"{name} on clients, recent",
                    $"Mean {name} on held-out samples of clients in the last evaluations, at most {RunSummary.RecentEvaluations}: of their "
                    + "personal models where the algorithm has some, else of the global model. Rows are compared by it, because some have "
                    + "personal models; a row without an evaluation on clients has no such figure, and no difference to the baseline.",
                    Value(basis.Of), show)]
                : Array.Empty<TableFigure>(),
            new($"{metric}_recent", $"{name}, {recent}",
                recent == "last evaluation" ? $"{Metric.DisplayTitleOf(metric)} of the last evaluation on the server's test set."
                    : $"Mean {name} of the {recent} evaluations on the server's test set.", Value(main => main.Recent), show),
            new($"{metric}_last", "last", "Of the last evaluation.", Value(main => main.Global), show),
            new(
                $"{metric}_best", "best", "Of the best evaluation, picked with the test set itself: for comparison with other work only.",
                Value(main => main.Best), show),
            new(
                $"{metric}_clients", $"{name} on clients",
                $"Mean {name} on held-out samples of clients that did not take part in the round before; the last evaluation.",
                Value(main => main.Local), show),
            new(
                $"{metric}_personal", $"{name} of personal models",
                $"Mean {name} of the personal models of the same clients on the same samples.", Value(main => main.Personal), show),
            new(
                $"{metric}_loss", "loss", "Mean loss on the server's test set, last evaluation.",
                run => run.Metrics.Primary.Name == metric ? run.Metrics.Global.Loss : null, Figure),
        ];
    }

    static string Figure(Spread over) => With(Readable.Figure(over.Mean), Readable.Figure(over.Deviation), "");

    static string Ratio(Spread over) => Readable.Ratio(over.Mean);

    /// <summary>Mean and deviation with the unit once: 75.0 ± 1.2 %. A single value has no deviation.</summary>
    static string With(string mean, string deviation, string unit) =>
        deviation == "-" ? mean : $"{mean[..^unit.Length]} ± {deviation.TrimStart('+')}";

    static double? Bytes(RunSummary run) => run.Traffic.DownBytes + run.Traffic.UpBytes;

    static double? NotZero(double whole) => whole == 0 ? null : whole;
}
