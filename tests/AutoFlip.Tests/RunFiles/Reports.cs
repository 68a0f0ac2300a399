using System.Collections.Immutable;

namespace AutoFlip.Tests;

/// <summary>Made-up things that happen in a run, with figures that are easy to recognise.</summary>
static class Reports
{
    /// <summary>The clock of a run: 3:04:05 in the afternoon, an hour before UTC.</summary>
    public sealed class Afternoon : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 14, 4, 5, TimeSpan.Zero);

        public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.CreateCustomTimeZone(
            "test", TimeSpan.FromHours(1), "test", "test");
    }

    public static Experiment Experiment { get; } = new()
    {
        Name = "made-up",
        Seed = 7,
        Dataset = "Digits",
        Model = "TwoNN",
        Clients = 4,
        CohortFraction = 0.5,
        Rounds = 12,
        Metrics = ["f1", "acc1"]
    };

    public static RunStart Start(string directory = "runs/x", params RoundReport[] rounds) =>
        new(Experiment, directory, 1_234, 5_000, 2_000, 500, 1_000, rounds.Length) { Rounds = rounds };

    public static ImmutableSortedDictionary<string, MetricSummary> Means(double loss, double acc1, double f1) =>
        ImmutableSortedDictionary<string, MetricSummary>.Empty
            .Add("loss", new(loss, loss + 0.5, 0.25)).Add("acc1", new(acc1, acc1 / 2, 0.125)).Add("f1", new(f1, f1, 0));

    public static ImmutableSortedDictionary<string, double?> Values(double loss, double? acc1, double f1) =>
        ImmutableSortedDictionary<string, double?>.Empty.Add("loss", loss).Add("acc1", acc1).Add("f1", f1);

    /// <summary>A round; every second one is evaluated.</summary>
    public static RoundReport Round(int round) => new()
    {
        Round = round,
        Time = new DateTimeOffset(2026, 1, 2, 14, 0, 0, TimeSpan.Zero).AddSeconds(10 * round + 0.25),
        Seconds = 2.5,
        MaskSeconds = 0.5,
        FoldSeconds = 0.25,
        EvaluateSeconds = 1,
        ClientSeconds = new(0.1, 4, 0.2),
        Cohort = [1, 3],
        Density = 0.75,
        TrainedParameters = 900,
        ActiveMacsPerSample = 3_000,
        DownBytes = 6_000,
        UpBytes = 4_000,
        DenseFp32Bytes = 20_000,
        ModelBytes = 3_000,
        TrainSamples = 1_000,
        PeakRssBytes = 1 << 30,
        LearningRate = 0.125,
        Failures = round == 2 ? [new ClientFailure(3, "it sent nothing")] : [],
        Layers = [new LayerFigures("features.0", 80, 20, 4, 2, 1)],
        ClientsUpdated = Means(1.0 / round, 0.5, 0.25),
        ClientsEvaluatedIn = Means(2, 0.75, 0.5),
        ClientsEvaluatedOut = round % 2 == 0 ? Means(3, 0.25, 0.125) : null,
        ServerEvaluated = round % 2 == 0 ? new ServerEvaluation(1.5, Values(0, 0.625, 0.375).Remove("loss")) : null,
        GeneralizationGap = round % 2 == 0
            ? ImmutableSortedDictionary<string, Gap>.Empty.Add("gen_gap_acc1", new(-0.5, -0.25)).Add("gen_gap_loss", new(1, 2))
            : null,
    };
}
