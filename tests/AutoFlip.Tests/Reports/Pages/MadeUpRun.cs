using System.Collections.Immutable;
using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>Runs that nobody ran: figures follow from the round's number, so that pages of any size are made at once.</summary>
static class MadeUpRun
{
    public static Experiment Experiment { get; } = new()
    {
        Name = "made-up",
        Dataset = "Digits",
        Model = "TwoNN",
        Clients = 4,
        CohortFraction = 0.5,
        Rounds = 12,
        DenseRounds = 2,
        Partition = "diri",
        PruneFraction = 0.5m,
        EvaluateEvery = 1,
        Criterion = "CrossEntropyLoss",
        Metrics = ["acc1", "f1"],
    };

    /// <summary>A run of the experiment after some of its rounds; after all of them it has ended.</summary>
    public static RunRecord Record(
        Experiment? experiment = null, int? rounds = null, string directory = "made-up_1_digits_twonn_261124_120000")
    {
        var e = experiment ?? Experiment;
        var explorers = e.Pruner == "autoflip"
            ? Enumerable.Range(0, e.ExplorerCount)
                .Select(i => new ExplorerReport(i, 4_000, 2_000, 100, 0.5 * (i + 1), null, new(0.01, 0.4, 0.01)))
            : [];
        var record = new RunRecord
        {
            Directory = directory,
            Experiment = e,
            Rounds = [.. Enumerable.Range(1, rounds ?? e.Rounds).Select(round => Round(e, round))],
            Explorers = [.. explorers],
            Partition = new([.. Enumerable.Range(0, 10).Select(c => $"{c}")], Samples(e, 8), Samples(e, 2)),
            Guidance = e.Pruner == "autoflip"
                ? new("saliency", e.ExplorerCount, e.FirstPrunedRound, [Histogram("features.0.weight"), Histogram("classifier.weight")])
                : null,
            Models = ["final.safetensors"],
        };
        return record.Rounds.Length < e.Rounds ? record : record with
        {
            Summary = record.Figures with
            {
                Workers = 2,
                ModelSha256 = new string('a', 64)
            }
        };
    }

    /// <summary>Writes what a run would have written.</summary>
    public static void Write(RunRecord record)
    {
        Directory.CreateDirectory(Path.Combine(record.Directory, "checkpoints"));
        void Put(string name, string text) => File.WriteAllText(Path.Combine(record.Directory, name), text);
        string Lines<T>(IEnumerable<T> lines) => string.Concat(lines.Select(line => JsonSerializer.Serialize(line, RunJson.Line) + "\n"));
        Put(ExperimentFile.FileName, ExperimentFile.Write(record.Experiment));
        Put("partition.json", JsonSerializer.Serialize(record.Partition, RunJson.Line));
        Put(Path.Combine("checkpoints", "exploration.jsonl"), Lines(record.Explorers));
        if (record.Guidance is { } guidance) Put("guidance.json", JsonSerializer.Serialize(guidance, RunJson.Line));
        Put("rounds.jsonl", Lines(record.Rounds));
        if (record.Summary is { } summary) Put("summary.json", JsonSerializer.Serialize(summary, RunJson.Document));
    }

    /// <summary>Holds the lock of a run, as the process that runs it does.</summary>
    public static FileStream Lock(string directory) =>
        new(Path.Combine(directory, "checkpoints", "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    static RoundReport Round(Experiment e, int round)
    {
        var isPruned = e.Pruner != "none" && round >= e.FirstPrunedRound;
        var kept = isPruned ? (double)(1 - e.PruneFraction) : 1;
        var score = 0.95 - 0.9 / (round + 1) - (isPruned ? 0.02 : 0) + 0.001 * e.Seed;
        return new RoundReport
        {
            Round = round,
            Time = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero).AddSeconds(round),
            Seconds = 1.5 * kept,
            MaskSeconds = 0.01,
            FoldSeconds = 0.02,
            EvaluateSeconds = 0.1,
            ClientSeconds = new(0.01, 1.2 * kept, 0.02),
            Cohort = [.. Enumerable.Range(0, e.CohortSize)],
            Density = kept,
            TrainedParameters = (int)(1_000 * kept),
            MacsPerSample = 5_000,
            ActiveMacsPerSample = (long)(5_000 * kept),
            DownBytes = (long)(4_000 * e.CohortSize * kept),
            UpBytes = (long)(4_000 * e.CohortSize * kept),
            DenseFp32Bytes = 8_000L * e.CohortSize,
            ModelBytes = (long)(4_000 * kept),
            TrainSamples = 500,
            PeakRssBytes = 100_000_000,
            LearningRate = e.LearningRateOf(round),
            Failures = round % 7 == 2 ? [new ClientFailure(1, "it sent <nothing> [in time]")] : [],
            Layers = [
                Layer("features.0", 800, kept, round) with { Units = 32, KeptUnits = (int)(32 * kept) },
                Layer("classifier", 200, kept, round)],
            ClientsUpdated = Summaries(score + 0.01),
            ClientsEvaluatedIn = Summaries(score),
            ClientsEvaluatedOut = Summaries(score - 0.01),
            ServerEvaluated = new(
                1 / (double)round, e.Metrics.ToImmutableSortedDictionary(name => name, _ => (double?)score, StringComparer.Ordinal)),
        };

        ImmutableSortedDictionary<string, MetricSummary> Summaries(double value) =>
            e.Metrics.Add("loss")
                .ToImmutableSortedDictionary(name => name, _ => new MetricSummary(value, value, 0.05), StringComparer.Ordinal);
    }

    static LayerFigures Layer(string name, int parameters, double kept, int round) =>
        new(name, parameters, (int)(parameters * kept), 3, 1 + 0.1 * round, 0.5 / round);

    static ImmutableArray<ImmutableArray<int>> Samples(Experiment e, int scale) =>
        [.. Enumerable.Range(0, e.Clients).Select(client => Enumerable.Range(0, 10).Select(c => (client + c) % 4 * scale)
            .ToImmutableArray())];

    static GuidanceHistogram Histogram(string tensor) =>
        new(tensor, -6, -1, [.. Enumerable.Range(0, 32).Select(bin => bin * 3)], [.. Enumerable.Range(0, 32).Select(bin => bin * 2)], 5, 0);
}
