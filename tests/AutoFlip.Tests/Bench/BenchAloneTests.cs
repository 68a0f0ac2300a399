using AutoFlip.Bench;
using static AutoFlip.Tests.TinyBench;

namespace AutoFlip.Tests;

/// <summary>Measurements that hold the garbage collector back, or run it without pause: nothing else runs beside them.</summary>
[CollectionDefinition(nameof(BenchAloneTests), DisableParallelization = true)]
public sealed class BenchAlone;

/// <summary>The measurements that suspend the collector or run it without pause, on a tiny setting.</summary>
[Collection(nameof(BenchAloneTests))]
[Trait("speed", "slow")]
public sealed class BenchAloneTests
{
    [Fact]
    public void Round_reports_itself_both_bare_loops_and_its_parts()
    {
        var lines = Report(Tiny, RoundBench.Measure);

        foreach (var row in (string[])[
            "a round of AutoFLIP", "bare TorchSharp loop", "bare loop, own network and optimiser", "a round in bf16",
            "a round of half the width", "a round of half the width in bf16", "fold a reply", "update the server"])
            Assert.Contains(lines, line => line.StartsWith($"| {row} |", StringComparison.Ordinal));
    }

    [Fact]
    public void Small_batches_report_rounds_and_loops_of_every_number_of_workers_and_their_parts()
    {
        var lines = Report(TinyBatches, SmallBatchBench.Measure);

        string[] kernels = KernelPlan.WidthHere is null ? ["torch"] : ["torch", "own"];
        foreach (var workers in (int[])[1, 2])
            foreach (var contestant in (string[])[
                .. kernels.Select(code => $"a round, kernels {code}"),
                .. kernels.Select(code => $"bare loop, own network and SGD, kernels {code}"), "bare TorchSharp loop"])
                Assert.Contains(lines, line => line.StartsWith($"| {contestant} | {workers} |", StringComparison.Ordinal));
        Assert.Equal(2, lines.Count(line => line.StartsWith("| fold a reply |", StringComparison.Ordinal)));
        Assert.Equal(2 * kernels.Length, lines.Count(line => line.StartsWith("| speed of a round", StringComparison.Ordinal)));
        // there are no held-out samples
        Assert.DoesNotContain(lines, line => line.StartsWith("| evaluate on held-out samples |", StringComparison.Ordinal));
    }

    [Fact]
    public void Optimizer_reports_three_ways() =>
        Report(Tiny, context => OptimizerBench.Measure(context, TinyFederation.Network(TinyFederation.Experiment).Layout, steps: 2));

    [Fact]
    public void Stress_repeats_every_training_and_nothing_differs()
    {
        var setting = StressBench.Setting with { SampleFraction = 0.2, BatchSize = 20, WidthMultiplier = 0.25 };

        var lines = Report(setting, StressBench.Measure, new BenchOptions { Minutes = 0 });

        Assert.Equal(
            "met", Cells(lines[Array.FindIndex(lines, line => line.StartsWith("| demanded of |", StringComparison.Ordinal)) + 2])[^1]);
    }
}
