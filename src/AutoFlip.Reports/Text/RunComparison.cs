namespace AutoFlip.Reports;

/// <summary>The ledgers of several runs side by side: a table of what is compared, and nothing else.</summary>
public static class RunComparison
{
    /// <summary>Row of a comparison: label, figure and format. Shares are compared by difference, everything else by ratio.</summary>
    static readonly Row[] Identity =
    [
        Row.Text("data set", run => DataSetName.WithoutFolders(run.Dataset)),
        Row.Text("model", run => run.Model),
        Row.Text("method", run => Results.Method(run.Algorithm, run.Pruner)),
        Row.Text("seed", run => $"{run.Seed}"),
        Row.Text("rounds", run => run.RoundsDone == run.Rounds ? Readable.Count(run.Rounds) : $"{run.RoundsDone} of {run.Rounds}"),
    ];

    static readonly Row[] Costs =
    [
        Row.Ratio("loss", run => run.Metrics.Global.Loss, value => Readable.Figure(value)),
        Row.Ratio("parameters kept", run => run.ModelSize.ActiveParameters, Count),
        Row.Ratio("parameters trained", run => run.ModelSize.TrainedParameters, Count),
        Row.Ratio("multiply-accumulates a sample", run => run.Compute.ActiveMacsPerSample, Count),
        Row.Ratio("multiply-accumulates, rounds", run => run.Compute.ActiveMacs, Large),
        Row.OfExploration("  exploration", run => run.Compute.ExploreMacs, Large),
        Row.Ratio("bytes down", run => run.Traffic.DownBytes, Bytes),
        Row.Ratio("bytes up", run => run.Traffic.UpBytes, Bytes),
        Row.OfExploration("  of both, exploration", run => run.Traffic.ExploreBytes, Bytes),
        Row.Ratio("bytes of dense float32", run => run.Traffic.DenseFp32Bytes, Bytes),
        Row.Ratio("clients: training", run => run.Time.ClientTrain, Readable.Time),
        Row.Ratio("clients: encoding", run => run.Time.ClientEncode, Readable.Time),
        Row.Ratio("clients: decoding", run => run.Time.ClientDecode, Readable.Time),
        Row.OfExploration("clients: exploring", run => run.Time.ExploreTrain, Readable.Time),
        Row.Ratio("server: masks", run => run.Time.Mask, Readable.Time),
        Row.Ratio("server: folding", run => run.Time.Fold, Readable.Time),
        Row.Ratio("a round, median", run => run.Time.MedianRound, Readable.Time),
        Row.Ratio("rounds", run => run.Time.Rounds, Readable.Time),
        Row.OfExploration("exploration", run => run.Time.Explore, Readable.Time),
        Row.Ratio("everything", run => run.Time.Total, Readable.Time),
        Row.Ratio("peak memory", run => run.PeakRssBytes, Bytes),
        Row.Text("clients that failed", run => Readable.Count(run.Failures)),
        Row.Text("model_sha256", run => run.ModelSha256 switch { "" => "-", { Length: > 12 } hash => hash[..12], var hash => hash }),
    ];

    /// <summary>The table, one column per run; for two runs, a third column compares the second with the first.</summary>
    public static FigureTable Of(IReadOnlyList<RunSummary> runs) => new(
        [.. runs.Select((_, i) => $"{i + 1}"), .. runs.Count == 2 ? ["2 against 1"] : Array.Empty<string>()],
        [.. Identity.Concat(Quality(runs)).Concat(Reaching(runs)).Concat(Costs).Where(row => row.IsShown(runs)).Select(row =>
            (row.Label, (IReadOnlyList<string>)[
                .. runs.Select(row.Show), .. runs is [var one, var two] ? [row.Against(one, two)] : Array.Empty<string>()]))]);

    /// <summary>The main metric of the runs; each of them if they differ.</summary>
    static IEnumerable<Row> Quality(IReadOnlyList<RunSummary> runs) =>
        runs.Select(run => run.Metrics.Primary.Name).Distinct().SelectMany(metric =>
    {
        var name = Metric.DisplayNameOf(metric);
        Row Of(string label, Func<SummaryMain, double?> figure)
        {
            double? Value(RunSummary run) => run.Metrics.Primary is { } main && main.Name == metric ? figure(main) : null;
            return Metric.IsInPercent(metric) ? Row.Share(label, Value) : Row.Ratio(label, Value, value => Readable.Figure(value));
        }
        var recent = RecentCount.Of(runs, metric);
        return (Row[])
        [
            Of($"{name}, last evaluation", main => main.Global),
            .. recent == "last evaluation" ? [] : new[] { Of($"{name}, mean of the {recent}", main => main.Recent) },
            Of($"{name}, best", main => main.Best),
            Of($"{name} on clients", main => main.Local),
            .. runs.All(run => run.Metrics.Primary.Personal is null)
                ? []
                : new[] { Of($"{name} of personal models", main => main.Personal) },
        ];
    });

    /// <summary>Cost of each run up to shares of the first run's final quality; empty if that is unknown.</summary>
    static IEnumerable<Row> Reaching(IReadOnlyList<RunSummary> runs)
    {
        var basis = QualityBasis.Of(runs);
        if (!runs.All(run => CostToReach.IsMeasured(run, basis) && run.Metrics.Primary.Name == runs[0].Metrics.Primary.Name)) return [];
        return from share in CostToReach.Shares
               let target = CostToReach.Target(runs[0], share, basis)
               where target is not null
               from row in new[]
               {
                   Row.Reached($"bytes to {share:0 %} of run 1", run => CostToReach.Of(run, target.Value, basis)?.Bytes, Bytes),
                   Row.Reached("  computation", run => CostToReach.Of(run, target.Value, basis)?.Macs, Large),
                   Row.Reached("  time", run => CostToReach.Of(run, target.Value, basis)?.Seconds, Readable.Time),
               }
               select row;
    }

    static string Count(double value) => Readable.Count((long)value);

    static string Large(double value) => value == 0 ? "0" : Readable.Large(value);

    static string Bytes(double value) => Readable.Bytes((long)value);

    sealed record Row(string Label, Func<RunSummary, string> Show, Func<RunSummary, RunSummary, string> Against)
    {
        /// <summary>False for costs that no run has.</summary>
        public Func<IReadOnlyList<RunSummary>, bool> IsShown { get; init; } = _ => true;

        public static Row Text(string label, Func<RunSummary, string> text) =>
            new(label, text, (one, two) => text(one) == text(two) ? "same" : "differs");

        public static Row Share(string label, Func<RunSummary, double?> share) => new(
            label, run => Readable.Percent(share(run)), (one, two) => Readable.Points(share(two) - share(one)));

        public static Row Reached(string label, Func<RunSummary, double?> cost, Func<double, string> show) => new(
            label, run => cost(run) is { } value ? show(value) : "never", (one, two) => Readable.Ratio(cost(two) / cost(one)));

        public static Row Ratio(string label, Func<RunSummary, double?> figure, Func<double, string> show) => new(
            label, run => figure(run) is { } value ? show(value) : "-", (one, two) => Readable.Ratio(figure(two) / figure(one)));

        public static Row OfExploration(string label, Func<RunSummary, double> cost, Func<double, string> show) =>
            Ratio(label, run => cost(run), show) with { IsShown = runs => runs.Any(run => cost(run) > 0) };
    }
}
