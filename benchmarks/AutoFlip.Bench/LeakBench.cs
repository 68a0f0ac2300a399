using System.Collections.Immutable;
using TorchSharp;

namespace AutoFlip.Bench;

/// <summary>Whether memory grows from round to round.</summary>
static class LeakBench
{
    const double Mebibyte = 1 << 20;

    /// <summary>Everything switched on, on little data.</summary>
    public static Experiment Setting { get; } = new()
    {
        Name = "bench",
        Dataset = "FashionMNIST",
        SampleFraction = 0.05,
        CohortFraction = 0.25,
        ExplorerFraction = 0.5,
        Rounds = 50,
        DenseRounds = 0, // every reading is of the same work
        LocalEpochs = 1,
        BatchSize = 50,
    };

    /// <summary>Three ways of pruning, which differ in how often tensors change their shapes.</summary>
    static readonly ImmutableArray<Case> Cases =
    [
        new("fixed", "units and weights, one mask", e => e with { Pruning = PruningKind.Hybrid, MaskRefresh = MaskRefresh.Once }),
        new("weights", "weights, a mask a round", e => e with { Pruning = PruningKind.Unstructured, MaskRefresh = MaskRefresh.Cohort }),
        new("units", "units and weights, a mask a round", e => e with { Pruning = PruningKind.Hybrid, MaskRefresh = MaskRefresh.Cohort }),
    ];

    /// <summary>Measures each case in a process of its own.</summary>
    public static BenchReport Measure(BenchContext context)
    {
        if (context.Bench.Case is not { } name)
            return Measure(context, one => OwnProcess.Measure<List<Reading>>(context, one.Name, oneHeap: true));

        var only = Cases.FirstOrDefault(one => one.Name == name)
            ?? throw AutoFlipException.BadRequest(
                $"bench leak: there is no case '{name}'. Accepted: {string.Join(", ", Cases.Select(one => one.Name))}.");
        return OwnProcess.Answer(context, Run(context, only));
    }

    /// <summary>Measures by that means.</summary>
    internal static BenchReport Measure(BenchContext context, Func<Case, List<Reading>> run)
    {
        var experiment = context.Experiment;
        List<string[]> rows = [];
        List<BenchTarget> targets = [];
        foreach (var one in Cases)
        {
            context.Progress.WriteLine(one.Pruning);
            var readings = run(one);
            var (first, last) = (readings[0], readings[^1]);
            var growth = last.Resident / (double)first.Resident - 1;
            var tensors = last.Tensors - first.Tensors;
            var between = $"round {last.Round} against round {first.Round}";
            foreach (var taken in readings)
            {
                rows.Add([
                    one.Pruning, $"{taken.Round}", $"{taken.Before / Mebibyte:0.0}", $"{taken.Resident / Mebibyte:0.0}",
                    $"{taken.Managed / Mebibyte:0.0}", $"{taken.Tensors}", $"{taken.Resident / (double)first.Resident:0.0000}"]);
            }
            targets.Add(new(
                $"{one.Pruning}: resident memory, {between}", "within 2 %", $"{growth:+0.00 %;-0.00 %}", Math.Abs(growth) <= 0.02));
            targets.Add(new($"{one.Pruning}: live tensors, {between}", "no more", $"{tensors:+0;-0;0}", tensors <= 0));
        }
        return new BenchReport(
            "Memory from round to round",
            $"""
            Runs of {experiment.Rounds} rounds: {experiment.Dataset} ({experiment.SampleFraction:P0} of the samples), {experiment.Clients}
            clients, {experiment.CohortSize} a round, {experiment.Model} of width {experiment.HiddenSize}, pruner {experiment.Pruner},
            augmentation, {context.Options.Workers} workers, each run in a process of its own. Every {Every(experiment)} rounds, between two
            rounds, free memory is given back to the system: by the garbage collector, compacting, and where there is one by the native
            allocator's `malloc_trim`, under `MALLOC_ARENA_MAX=1`, without which it keeps some. What is left is memory in use: the process's
            resident memory, the managed heap, and the tensors that TorchSharp counts as alive in all threads.
            """,
            [new(
                ["pruning", "round", "MiB resident before", "MiB resident", "MiB managed", "live tensors", "resident / first"], [.. rows])],
            [.. targets],
            "Where a round's mask removes other units than the one before, tensors have other shapes, "
            + "and libtorch keeps what it compiles for each shape it meets (oneDNN alone: up to 1,024 primitives). "
            + "That growth is bounded by the number of shapes; the other two runs show what the engine itself keeps.");
    }

    /// <summary>Carries a run out in this process.</summary>
    internal static List<Reading> Run(BenchContext context, Case one)
    {
        var experiment = one.Change(context.Experiment);
        var readings = new Readings(context.Progress, Every(experiment));
        var folder = Directory.CreateTempSubdirectory("autoflip-bench-");
        try
        {
            Simulation.Run(experiment, context.Options with { ResultPath = folder.FullName }, readings, context.Time, context.Cancel);
            return readings.Taken;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static int Every(Experiment experiment) => Math.Max(experiment.Rounds / 5, 1);

    /// <summary>A run.</summary>
    /// <param name="Name">The word that chooses it.</param>
    /// <param name="Pruning">What is pruned and when, for the report.</param>
    /// <param name="Change">Makes its experiment.</param>
    internal sealed record Case(string Name, string Pruning, Func<Experiment, Experiment> Change);

    /// <summary>What memory was after a round.</summary>
    /// <param name="Round">After which round.</param>
    /// <param name="Before">Resident bytes before what is free was given back.</param>
    /// <param name="Resident">And after.</param>
    /// <param name="Managed">Bytes of the managed heap in use.</param>
    /// <param name="Tensors">TorchSharp's count of live tensors.</param>
    internal sealed record Reading(int Round, long Before, long Resident, long Managed, long Tensors);

    sealed class Readings(TextWriter progress, int every) : RunObserver
    {
        public List<Reading> Taken { get; } = [];

        public override void RoundDone(RoundReport report)
        {
            if (report.Round % every != 0) return;
            var before = Environment.WorkingSet;
            FreeMemory.GiveBack();
            Taken.Add(new(
                report.Round, before, Environment.WorkingSet, GC.GetTotalMemory(forceFullCollection: false), torch.Tensor.TotalCount));
            progress.WriteLine($"round {report.Round}: {Taken[^1].Resident / Mebibyte:0.0} MiB resident, {Taken[^1].Tensors} tensors");
        }
    }
}
