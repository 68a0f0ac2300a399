using TorchSharp;

namespace AutoFlip.Cli;

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
        LocalEpochs = 1,
        BatchSize = 50,
    };

    /// <summary>Measures.</summary>
    public static BenchReport Measure(BenchContext context) => context.Bench.Case is null
        ? Measure(context, () => OwnProcess.Measure<List<Reading>>(context, "run", oneHeap: true))
        : OwnProcess.Answer(context, Run(context));

    static int Every(BenchContext context) => Math.Max(context.Experiment.Rounds / 5, 1);

    /// <summary>Carries the run out in this process.</summary>
    internal static List<Reading> Run(BenchContext context)
    {
        var readings = new Readings(context.Progress, Every(context));
        var folder = Directory.CreateTempSubdirectory("autoflip-bench-");
        try
        {
            Simulation.Run(context.Experiment, context.Options with { ResultPath = folder.FullName }, readings, context.Time, context.Cancel);
            return readings.Taken;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Measures by that means.</summary>
    internal static BenchReport Measure(BenchContext context, Func<List<Reading>> run)
    {
        var (experiment, readings) = (context.Experiment, run());
        var (first, last) = (readings[0], readings[^1]);
        var growth = last.Resident / (double)first.Resident - 1;
        var tensors = last.Tensors - first.Tensors;
        return new BenchReport(
            "Memory from round to round",
            $"""
            One run in one process: {experiment.Dataset} ({experiment.SampleFraction:P0} of the samples), {experiment.Clients} clients, {experiment.CohortSize} a round, {experiment.Model} of width {experiment.HiddenSize}, pruner {experiment.Pruner}, augmentation,
            {context.Options.Workers} workers. Every {Every(context)} rounds, between two rounds, free memory is given back to the system (by the garbage collector, compacting, and where there is one by the
            native allocator's `malloc_trim`, under `MALLOC_ARENA_MAX=1`, without which it keeps some), so that what is left is memory in use. Then: the process's resident memory, the managed heap, and the tensors that TorchSharp
            counts as alive in all threads.
            """,
            [new(["round", "MiB resident before collecting", "MiB resident", "MiB managed", "live tensors", "resident / first"],
                [.. readings.Select(taken => (string[])[
                    $"{taken.Round}", $"{taken.Before / Mebibyte:0.0}", $"{taken.Resident / Mebibyte:0.0}", $"{taken.Managed / Mebibyte:0.0}", $"{taken.Tensors}", $"{taken.Resident / (double)first.Resident:0.0000}"])])],
            [
                new($"resident memory after round {last.Round} against round {first.Round}", "within 2 %", $"{growth:+0.00 %;-0.00 %}", growth <= 0.02),
                new($"live tensors after round {last.Round} against round {first.Round}", "no more", $"{tensors:+0;-0;0}", tensors <= 0),
            ]);
    }

    /// <param name="Round">After which round.</param>
    /// <param name="Before">Resident bytes before garbage was collected.</param>
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
            Taken.Add(new(report.Round, before, Environment.WorkingSet, GC.GetTotalMemory(forceFullCollection: false), torch.Tensor.TotalCount));
            progress.WriteLine($"round {report.Round}: {Taken[^1].Resident / Mebibyte:0.0} MiB resident, {Taken[^1].Tensors} tensors");
        }
    }
}
