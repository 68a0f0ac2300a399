using System.Collections.Immutable;

namespace AutoFlip.Bench;

/// <summary>The record of a run that never was: everything that a run directory can say, in the shapes and sizes of a real one.</summary>
static class SyntheticRun
{
    const int Width = 10_000;

    /// <summary>A record in which everything that can be there is there.</summary>
    /// <param name="experiment">Rounds, clients, metrics; a share is pruned after the dense rounds.</param>
    /// <param name="layers">Layers, all but the last of which make units.</param>
    /// <param name="classes">Classes.</param>
    public static RunRecord Of(Experiment experiment, int layers, int classes)
    {
        var random = new Seeds(experiment.Seed).For(Purpose.Initialization, 0);
        return new RunRecord
        {
            Directory = $"synthetic_{experiment.Seed}",
            Experiment = experiment,
            Rounds = [.. Enumerable.Range(1, experiment.Rounds).Select(t => Round(experiment, t, layers, random))],
            Explorers =
            [
                .. Enumerable.Range(0, experiment.ExplorerCount)
                    .Select(client =>
                        new ExplorerReport(client, 4 * Width * layers, 4 * Width * layers, 500, client + 1, null, new(0.01, 0.9, 0.01))),
            ],
            Partition = new([.. Enumerable.Range(0, classes).Select(c => $"class {c}")], Counts(400), Counts(100)),
            Guidance = new(
                experiment.Guidance, experiment.ExplorerCount, experiment.FirstPrunedRound,
                [.. Enumerable.Range(0, layers).Select(Histogram)]),
        };

        ImmutableArray<ImmutableArray<int>> Counts(int most) =>
            [.. Enumerable.Range(0, experiment.Clients).Select(_ => Enumerable.Range(0, classes).Select(_ => random.Next(most))
                .ToImmutableArray())];

        GuidanceHistogram Histogram(int layer)
        {
            ImmutableArray<int> count = [.. Enumerable.Range(0, GuidanceHistogram.Bins).Select(bin =>
                random.Next(Width / GuidanceHistogram.Bins))];
            return new(
                $"layer{layer}.weight", -12 - layer % 3, -1 - layer % 2, count,
                [.. count.Select((all, bin) => all * bin / GuidanceHistogram.Bins)], 100, 10);
        }
    }

    static RoundReport Round(Experiment experiment, int t, int layers, KeyedRandom random)
    {
        var dense = t < experiment.FirstPrunedRound;
        var kept = dense ? 1 : 1 - (double)experiment.PruneFraction;
        var progress = 1 - Math.Exp(-4.0 * t / experiment.Rounds);
        double Noise() => 0.05 * (random.NextSingle() - 0.5);
        var evaluated = t % experiment.EvaluateEvery == 0 || t == experiment.Rounds;
        var names = experiment.Metrics;
        return new RoundReport
        {
            Round = t,
            Time = DateTimeOffset.UnixEpoch.AddMinutes(t),
            Seconds = 3 + Noise(),
            MaskSeconds = dense ? 0 : 0.02,
            FoldSeconds = 0.01 + Noise() / 10,
            EvaluateSeconds = evaluated ? 0.5 : 0,
            ClientSeconds = new(0.05, 5 * kept, 0.05),
            Cohort = [.. Enumerable.Range(0, experiment.CohortSize)],
            Density = kept,
            Mask = dense ? null : $"{t:x16}",
            TrainedParameters = (int)(kept * Width * layers),
            MacsPerSample = 50L * Width,
            ActiveMacsPerSample = (long)(kept * 50 * Width),
            DownBytes = (long)(kept * 4 * Width * layers * experiment.CohortSize),
            UpBytes = (long)(kept * 4 * Width * layers * experiment.CohortSize),
            DenseFp32Bytes = 8L * Width * layers * experiment.CohortSize,
            ModelBytes = (long)(kept * 4 * Width * layers),
            TrainSamples = 500L * experiment.CohortSize,
            LearningRate = experiment.LearningRateOf(t),
            Layers = [.. Enumerable.Range(0, layers).Select(Layer)],
            ClientsUpdated = Summaries(),
            ClientsEvaluatedIn = Summaries(),
            ClientsEvaluatedOut = evaluated ? Summaries() : null,
            ServerEvaluated = evaluated
                ? new ServerEvaluation(
                    Value("loss"), names.ToImmutableSortedDictionary(name => name, name => (double?)Value(name), StringComparer.Ordinal))
                : null,
        };

        LayerFigures Layer(int layer) =>
            new($"layer{layer}", Width, (int)(kept * Width), 10, (layer + 1) * progress, (layer + 1) / (10.0 + t))
            {
                Units = layer == layers - 1 ? null : 100,
                KeptUnits = layer == layers - 1 ? null : (int)(kept * 100),
            };

        double Value(string name) => name == "loss" ? 2 - 1.5 * progress + Noise() : Math.Clamp(0.9 * progress + Noise(), 0, 1);

        ImmutableSortedDictionary<string, MetricSummary> Summaries() =>
            names.Append("loss").ToImmutableSortedDictionary(
                name => name, name => new MetricSummary(Value(name), Value(name), 0.1), StringComparer.Ordinal);
    }
}
