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
