using System.Collections.Immutable;

namespace AutoFlip.Tests;

/// <summary>A record of four rounds whose figures a reader can add up: round 3 is the first that is
/// pruned, 2 and 4 are evaluated.</summary>
static class HandMadeRun
{
    public static Experiment Experiment { get; } = new()
    {
        Rounds = 4,
        DenseRounds = 2,
        EvaluateEvery = 2,
        Clients = 2,
        Metrics = ["acc1", "f1"]
    };

    public static RunRecord Record { get; } = new()
    {
        Directory = "runs/made",
        Experiment = Experiment,
        Rounds = [Round(1), Round(2, 0.50), Round(3), Round(4, 0.75)],
        Explorers = [new(0, 1_000, 500, 10, 2.0, null), new(1, 1_000, 500, 10, 3.5, null)],
        Partition = new(["cat", "dog"], [[3, 0], [1, 2]], [[1, 0], [0, 1]]),
        Guidance = new(
            "saliency", 2, 3,
            [new GuidanceHistogram("a.weight", -2, 0, OneBin(0, 4, 31, 12), OneBin(0, 0, 31, 12), Zeros: 4, ZerosKept: 1)]),
    };

    /// <summary>Dense rounds send 10,000 bytes down and 4,000 up, pruned ones half; dense float32 is 20,000. 100 samples a round, 8
    /// MACs each, 2 when pruned.</summary>
    public static RoundReport Round(int t, double? accuracy = null)
    {
        var dense = t < 3;
        return new()
        {
            Round = t,
            Time = DateTimeOffset.UnixEpoch,
            Seconds = t,
            MaskSeconds = 0.25,
            EvaluateSeconds = 0.5,
            ClientSeconds = new(0, 2 * t, 0),
            Cohort = [0],
            Density = dense ? 1 : 0.5,
            Mask = dense ? null : "abc",
            TrainedParameters = dense ? 10 : 6,
            MacsPerSample = 8,
            ActiveMacsPerSample = dense ? 8 : 2,
            DownBytes = dense ? 10_000 : 5_000,
            UpBytes = dense ? 4_000 : 2_000,
            DenseFp32Bytes = 20_000,
            ModelBytes = 40,
            TrainSamples = 100,
            LearningRate = 0.1,
            Layers =
            [
                new LayerFigures("a", 8, dense ? 8 : 3, 1, t, 1.0 / t) { Units = 4, KeptUnits = dense ? 4 : 1 },
                new LayerFigures("b", 2, 2, 1, 10 * t, 0.5),
            ],
            ClientsUpdated = Figures(2.0 / t, 0.3),
            ClientsEvaluatedOut = accuracy is null ? null : Figures(1.5, accuracy - 0.1),
            ServerEvaluated = accuracy is null ? null : new ServerEvaluation(1.25, Metrics(accuracy.Value, double.NaN)),
        };
    }

    static ImmutableSortedDictionary<string, double?> Metrics(double accuracy, double f1) =>
        ImmutableSortedDictionary<string, double?>.Empty.Add("acc1", accuracy).Add("f1", f1);

    static ImmutableSortedDictionary<string, MetricSummary> Figures(double loss, double? accuracy) =>
        ImmutableSortedDictionary<string, MetricSummary>.Empty
        .Add("loss", new MetricSummary(0, loss, 0.2)).Add("acc1", new MetricSummary(0, accuracy, 0.05));

    static ImmutableArray<int> OneBin(int bin, int count, int other, int otherCount)
    {
        var counts = new int[GuidanceHistogram.Bins];
        (counts[bin], counts[other]) = (count, otherCount);
        return [.. counts];
    }
}
