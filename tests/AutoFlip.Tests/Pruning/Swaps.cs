using System.Collections.Immutable;

namespace AutoFlip.Tests;

/// <summary>Pruners that swap weights, and what holds for all of them.</summary>
static class Swaps
{
    /// <summary>The pruners that swap whole units too: the name of an experiment's pruner, and what it removes.</summary>
    public static TheoryData<string> OfUnits => ["prunefl units", "fedtiny units", "fedmef units", "fedrts units"];

    /// <summary>A dense round, masks from round 2 on, adjusted in rounds 4 and 6 of 7.</summary>
    /// <param name="name">The pruner of single weights, or with "units" behind it that of units.</param>
    public static Experiment Of(string name)
    {
        var experiment = Named(TinyFederation.Experiment, name) with
        {
            PruneFraction = 0.5m,
            UnitMultiple = 1,
            DenseRounds = 1,
            Rounds = 7,
            KeepNorm = false,
        };
        return name == "flash" ? experiment : experiment.WithOption("adjustmentInterval", 2);
    }

    /// <summary>An experiment with the pruner of a name.</summary>
    public static Experiment Named(Experiment experiment, string name) => experiment with
    {
        Pruner = name.Split(' ')[0],
        Pruning = name.EndsWith(" units", StringComparison.Ordinal) ? PruningKind.Structured : PruningKind.Unstructured,
    };

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
        var (layers, growths) = (SetsOf(before, share), new float[mask.Length + 1]);
        SwapSet.Add(Rule.Reported(layers), [.. growth.Where((_, i) => mask[i] == 0)], 1, growths);
        var after = LayerCounts.MaskOf(before.Layout, layers.Select(layer => layer.Next([.. weights, 1], growths)));
        Assert.True(after.Values[mask.Length]);
        return [.. Enumerable.Range(0, mask.Length).Select(i => after.Values[i] ? 1 : 0)];
    }

    static readonly PruneFlPruner Rule = new(new PruningPlan(0.5m, 0, 1, 1));

    public static ImmutableArray<SwapSet> SetsOf(Mask before, double share) =>
        (Rule with { AdjustmentInterval = 1, AdjustmentRatio = share, AdjustmentEnd = 1_000_000 }).SetsOf(
            new(1, 1, TaskCodecTests.Linear(before.Count - 1)) { Kept = before.KeptParameters() });

    /// <summary>The measurement of a layer's removed weights.</summary>
    public static GrowthProbe Probe(Mask before, double share, GrowthKind kind) =>
        new(before.Count, Rule.Reported(SetsOf(before, share)), kind, sums => sums);
}
