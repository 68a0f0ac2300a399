namespace AutoFlip.Tests;

/// <summary>Pruners that swap weights, and what holds for all of them.</summary>
static class Swaps
{
    /// <summary>A dense round, masks from round 2 on, adjusted in rounds 4 and 6 of 7.</summary>
    public static Experiment Of(string pruner, PruningKind pruning = PruningKind.Unstructured)
    {
        var experiment = TinyFederation.Experiment with
        {
            Pruner = pruner,
            Pruning = pruning,
            PruneFraction = 0.5m,
            UnitMultiple = 1,
            DenseRounds = 1,
            Rounds = 7,
            KeepNorm = false,
        };
        return pruner == "flash" ? experiment : experiment.WithOption("adjustmentInterval", 2);
    }

    /// <summary>As many weights of each layer as a mask keeps.</summary>
    public static int[] Counts(Mask mask) =>
        [.. LayerCounts.LayersOf(mask.Layout).Select(layer => Enumerable.Range(layer.Offset, layer.Length).Count(i => mask.Values[i]))];

    /// <summary>The network of a layer of some weights and its bias.</summary>
    public static Mask OfLayer(params int[] bits) => Mask.OfWeights(
        TaskCodecTests.Linear(bits.Length).Layout, Selection.Of([.. bits.Select(bit => bit == 1), true]));

    /// <summary>Swaps weights of one layer: the mask's bits.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="growth">Of all; those of kept ones are not reported.</param>
    /// <param name="mask">Bits.</param>
    /// <param name="share">Of the kept ones.</param>
    public static int[] Swap(float[] weights, float[] growth, int[] mask, double share)
    {
        var before = OfLayer(mask);
        var removed = RemovedOf(before, share);
        float[] reported = [.. growth.Where((_, i) => mask[i] == 0)];
        var after = WeightSwaps.Swap(before, [.. weights, 1], removed, reported);
        Assert.True(after.Values[mask.Length]);
        return [.. Enumerable.Range(0, mask.Length).Select(i => after.Values[i] ? 1 : 0)];
    }

    public static RemovedWeights RemovedOf(Mask before, double share) => new(
        new PruneFlPruner(new PruningPlan(0.5m, 0, 1, 1)) { AdjustmentInterval = 1, AdjustmentRatio = share, AdjustmentEnd = 1_000_000 },
        new(1, 1, TaskCodecTests.Linear(before.Count - 1)) { Kept = before.KeptParameters() });
}
