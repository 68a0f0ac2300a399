using System.Collections.Immutable;

namespace AutoFlip.Reports;

/// <summary>Source of a statement.</summary>
enum Evidence
{
    /// <summary>Measured by clocks, message sizes or test data.</summary>
    Measured,

    /// <summary>Computed from the sizes of network, mask and messages of FedAvg.</summary>
    Counted,
}

/// <summary>A sentence about what was gained or lost.</summary>
/// <param name="Text">The sentence.</param>
/// <param name="Evidence">How it is known.</param>
sealed record Finding(string Text, Evidence Evidence);

/// <summary>Comparisons of runs with plain FedAvg in sentences. Gains and losses have the same wording.</summary>
/// <remarks>
/// One run alone knows what FedAvg would have sent and computed, for that is counted; how good and how fast FedAvg would have been can only
/// be measured, by a run of it.
/// </remarks>
static class Findings
{
    /// <summary>Statements about one run.</summary>
    public static IEnumerable<Finding> Of(RunRecord run)
    {
        var (figures, main) = (run.Figures, run.Figures.Metrics.Primary);
        if (figures.RoundsDone == 0) yield break;
        if (Quality(main) is { } quality) yield return new(quality, Evidence.Measured);
        yield return new(
            figures.ModelSize.Density >= 1
                ? $"Nothing is removed: the model keeps all of its {Readable.Count(figures.ModelSize.Parameters)} parameters."
                : $"The model keeps {Readable.Percent(figures.ModelSize.Density)} of its parameters: "
                    + $"{Readable.Count(figures.ModelSize.ActiveParameters)} of {Readable.Count(figures.ModelSize.Parameters)}.",
            Evidence.Counted);
        if (figures.Traffic.DenseFp32Bytes > 0)
            yield return new(
                $"{Readable.Bytes(Sent(figures))} were sent{(figures.Traffic.ExploreBytes > 0 ? ", exploration included" : "")}: "
                    + $"{ComparedTo(figures.Traffic.DenseFp32Bytes, Sent(figures))} the "
                    + $"{Readable.Bytes(figures.Traffic.DenseFp32Bytes)} that FedAvg would send in float32 over the same rounds. "
                    + "Sent bytes are measured; those of FedAvg are computed.",
                Evidence.Measured);
        if (figures.Compute.DenseMacs > 0)
            yield return new(
                $"Clients computed {ComparedTo(figures.Compute.DenseMacs, Macs(figures))} FedAvg with the dense model, "
                    + $"by multiply-accumulates{(figures.Compute.ExploreMacs > 0 ? ", exploration included" : "")}.",
                Evidence.Counted);
        var exploring = figures.Time.Explore > 0 ? $", {Readable.Time(figures.Time.Explore)} of it exploring" : "";
        yield return new(
            $"It {(run.Status.Stage == RunStage.Running ? "has taken" : "took")} {Readable.Time(figures.Time.Total)}{exploring}; "
            + $"the median round {Readable.Time(figures.Time.MedianRound)}.",
            Evidence.Measured);
    }

    /// <summary>Gains and losses of each setting against the run of plain FedAvg among them; empty without such a run of as many
    /// rounds.</summary>
    public static IEnumerable<(string Name, string Against, ImmutableArray<Finding> Findings)> Of(IReadOnlyList<RunGroup> groups) =>
        from setting in groups
        let baseline = BaselineOf(setting, groups)
        where baseline is not null
        select (setting.Name, baseline.Name, Against(baseline, setting).ToImmutableArray());

    /// <summary>FedAvg without pruning, of the same data, clients, partition, model and number of rounds, as far as they have come: of
    /// several the one that differs in the fewest other choices. Null for itself and where there is none.</summary>
    public static RunGroup? BaselineOf(RunGroup group, IEnumerable<RunGroup> groups)
    {
        var experiment = group.Runs[0].Experiment;
        return IsDense(experiment) ? null : groups
            .Where(other => IsDense(other.Runs[0].Experiment) && Setting(other.Runs[0].Experiment) == Setting(experiment)
                && group.Runs.Concat(other.Runs).Select(run => run.Rounds.Length).Distinct().ToArray() is [> 0])
            .MinBy(group.DifferencesFrom);

        static (string, double, string, int, int, string, Partition?) Setting(Experiment e) => (
            e.Dataset, e.SampleFraction, e.Model, e.Rounds, e.Clients, e.Partition,
            Catalog.Partitions.TryGet(e.Partition, out var partition) ? partition(e) : null); // equal if its own options are
    }

    static bool IsDense(Experiment experiment) => experiment is { Algorithm: "fedavg", IsDense: true };

    static IEnumerable<Finding> Against(RunGroup dense, RunGroup pruned)
    {
        Spread? Of(RunGroup group, Func<RunSummary, double?> figure) => Spread.Of(group.Runs.Select(run => figure(run.Figures)));
        var basis = QualityBasis.Of(dense.Runs.Concat(pruned.Runs).Select(run => run.Figures));
        double? Score(RunSummary run) => basis.Of(run.Metrics.Primary);
        if (Of(dense, Score) is { } before && Of(pruned, Score) is { } after)
        {
            var quality = Comparison.Quality(dense.Runs[0].Figures.Metrics.Primary.Name, before.Mean, after.Mean).TrimEnd('.');
            yield return new(
                $"{quality} ({BasisOf([.. dense.Runs, .. pruned.Runs])}).{Doubt(dense, pruned, Score)}", Evidence.Measured);
        }
        if (Of(dense, run => Sent(run)) is { } denseBytes && Of(pruned, run => Sent(run)) is { } bytes)
            yield return new(
                $"It sent {Comparison.Change(denseBytes.Mean, bytes.Mean, "fewer bytes", "more bytes", "as many bytes")}, "
                + $"{Readable.Bytes((long)bytes.Mean)} against {Readable.Bytes((long)denseBytes.Mean)}.",
                Evidence.Measured);
        if (Of(dense, run => Macs(run)) is { } denseMacs && Of(pruned, run => Macs(run)) is { } macs)
            yield return new(
                $"Clients computed {Comparison.Change(denseMacs.Mean, macs.Mean, "less", "more", "as much")}, by multiply-accumulates.",
                Evidence.Counted);
        if (Of(dense, run => run.Time.Total) is { } denseTime && Of(pruned, run => run.Time.Total) is { } time)
            yield return new(
                $"It took {Comparison.Change(denseTime.Mean, time.Mean, "less time", "more time", "the same time")}, "
                + $"{Readable.Time(time.Mean)} against {Readable.Time(denseTime.Mean)}"
                    + (dense.Runs.Concat(pruned.Runs).Select(run => run.Summary?.Workers).Distinct()
                        .Count() > 1 ? ", but not with as many workers." : ".")
                    + Doubt(dense, pruned, run => run.Time.Total),
                Evidence.Measured);
    }

    /// <summary>Caution for a mean difference smaller than its standard deviation over seeds; empty otherwise. Runs are paired by seed,
    /// which also determines the partition.</summary>
    static string Doubt(RunGroup dense, RunGroup pruned, Func<RunSummary, double?> figure)
    {
        var pairs = from one in dense.Runs
                    from other in pruned.Runs
                    where one.Experiment.Seed == other.Experiment.Seed
                    select (
            figure(other.Figures), figure(one.Figures));
        return Spread.OfDifferences(pairs) is { Deviation: { } deviation } apart && Math.Abs(apart.Mean) < deviation
            ? " The standard deviation over seeds is larger than this difference."
            : "";
    }

    static string? Quality(SummaryMain main)
    {
        var name = Metric.DisplayTitleOf(main.Name);
        if (main.Personal is not null)
            return $"{name} of personal models is {Readable.Metric(main.Name, main.Personal)} on clients that did not take part; they are "
                + "on the clients, and the model in this directory is the global one, which reaches "
                + $"{Readable.Metric(main.Name, main.Local)} there.";
        if (main.Global is null)
            return main.Local is null ? null : $"{name} is {Readable.Metric(main.Name, main.Local)} on clients that did not take part.";
        return $"{name} is {Readable.Metric(main.Name, main.Global)} on the server's test set"
            + (
                main.Best is null || main.Best == main.Global ? ""
                    : $", at its best {Readable.Metric(main.Name, main.Best)} in round {main.BestRound}")
            + (main.Local is null ? "." : $", and {Readable.Metric(main.Name, main.Local)} on clients that did not take part.");
    }

    /// <summary>The figure by which these runs are compared, in words: its place, and of how many evaluations it is the mean.</summary>
    public static string BasisOf(IReadOnlyCollection<RunRecord> runs)
    {
        if (QualityBasis.Of(runs.Select(run => run.Figures)).OnClients)
            return "on clients, of their personal models where the algorithm has some";
        if (runs.All(run => run.Figures.Metrics.Primary.Recent is null)) return "on clients";
        var counts = runs.Select(run =>
            Math.Min(run.Rounds.Count(round => round.ServerEvaluated is not null), RunSummary.RecentEvaluations)).Distinct().ToList();
        return counts switch
        {
            [1] => "in the last evaluation",
            [var count] => $"mean of the last {count} evaluations",
            _ => $"mean of the last {RunSummary.RecentEvaluations} evaluations, of some runs fewer",
        };
    }

    /// <summary>Bytes both ways, exploration included.</summary>
    public static long Sent(RunSummary run) => run.Traffic.DownBytes + run.Traffic.UpBytes;

    /// <summary>Multiply-accumulates, exploration included.</summary>
    public static double Macs(RunSummary run) => (double)run.Compute.ActiveMacs + run.Compute.ExploreMacs;

    /// <summary>12.0 % less than; as much as.</summary>
    public static string ComparedTo(double before, double after) =>
        Comparison.Change(before, after, "less than", "more than", "as much as");
}
