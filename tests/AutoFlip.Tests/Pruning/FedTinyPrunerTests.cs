namespace AutoFlip.Tests;

public class FedTinyPrunerTests
{
    static readonly FedTinyPruner Tiny = new(new PruningPlan(0.5m, 0, 1, 1)) { AdjustmentInterval = 10 };

    static int[] LayersOf(FedTinyPruner pruner, int layers, int rounds) =>
        [.. Enumerable.Range(0, layers).Where(layer => pruner.Adjusts(layer, layers, rounds))];

    /// <summary>Five layers and ΔT 10: layer 4 at 10, then towards the input, and from the output again.</summary>
    [Fact]
    public void Blocks_are_adjusted_from_the_output()
    {
        Assert.Equal([4, 3, 2, 1, 0, 4], Enumerable.Range(1, 6).SelectMany(i => LayersOf(Tiny, 5, 10 * i)));
        Assert.Equal([8], LayersOf(Tiny with { Blocks = 9 }, 9, 10));
        Assert.Equal([0, 1, 2], LayersOf(Tiny with { Blocks = 1 }, 3, 10));
    }

    /// <summary>Nine layers in five blocks: 0 1, 2 3, 4 5, 6 7, 8 by ⌊5l/9⌋.</summary>
    [Fact]
    public void Every_layer_is_in_one_block() =>
        Assert.Equal(["8", "6 7", "4 5", "2 3", "0 1"], Enumerable.Range(1, 5).Select(i => string.Join(' ', LayersOf(Tiny, 9, 10 * i))));

    /// <summary>Two steps, w = (·, ·, 0, 0, 0) with the last three removed: sums of gradients (3, -5, 1). Of two kept ones half is swapped,
    /// so one comes, of the mean -2.5.</summary>
    [Fact]
    public void Clients_report_the_largest_sums_of_gradients()
    {
        GrowthProbe Probe(GrowthKind kind) => Swaps.Probe(Swaps.OfLayer(1, 1, 0, 0, 0), 0.5, kind);
        var (largest, positions, squares) = (Probe(GrowthKind.Largest), Probe(GrowthKind.Positions), Probe(GrowthKind.Squares));
        foreach (var probe in (TrainingProbe[])[largest, positions, squares])
        {
            probe.Observe(new float[6], [9, 9, 1, -3, 2, 9]);
            probe.Observe(new float[6], [9, 9, 2, -2, -1, 9]);
        }

        Assert.Equal([new ReportPart(3, 1)], largest.Parts);
        Assert.Equal([0, -2.5f, 0], largest.Report([], []));
        Assert.Equal([new ReportPart(3, 1, HasValues: false)], positions.Parts);
        Assert.Equal([0, 1, 0], positions.Report([], []));
        Assert.Equal([new ReportPart(3)], squares.Parts);
        Assert.Equal([5, 13, 5], squares.Report([], []));
    }

    /// <summary>Clients of 1 and 3 samples report (0, 4) and (2, -1): (6, 1), and the first comes.</summary>
    [Fact]
    public void Clients_weigh_by_their_samples()
    {
        var fold = Tiny.BeginReports(memory: [9, 9], length: 2, new(1, 1, TaskCodecTests.Linear(4)))!;
        fold.Add(new ClientReply { Client = 0, Examples = 1, Report = new float[] { 0, 4 } });
        fold.Add(new ClientReply { Client = 1, Examples = 3, Report = new float[] { 2, -1 } });
        Assert.Equal([6, 1], fold.End(Weights.Zeros(TaskCodecTests.Linear(4).Layout)));
        fold.Add(new ClientReply { Client = 2, Examples = 9, Report = new float[] { float.MaxValue, float.MinValue } });
        Assert.Equal([float.MaxValue, float.MinValue], fold.End(Weights.Zeros(TaskCodecTests.Linear(4).Layout)));
        Assert.Null(Tiny.BeginReports([9, 9], length: 0, new(1, 1, TaskCodecTests.Linear(4))));
    }
}
