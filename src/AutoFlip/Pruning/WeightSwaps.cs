using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Pruners that swap single weights within each layer, by reports about the removed ones.</summary>
/// <param name="Plan">How much is removed.</param>
/// <remarks>A weight that comes back starts at 0, whatever <see cref="Experiment.Regrow"/>. Biases and norm parameters are always kept.
/// Tensors keep their size, so this saves bytes and not time.</remarks>
public abstract record WeightSwaps(PruningPlan Plan) : SwappingPruner(Plan)
{
    LayerDensities Rule => LayerDensities == LayerDensities.Auto ? LayerDensities.Erk : LayerDensities;

    /// <inheritdoc/>
    public sealed override bool OnlyWeights => true;

    /// <inheritdoc/>
    public sealed override Regrow? RegrowIn(int round, int first) => Regrow.Zero;

    /// <inheritdoc/>
    public override void Check(Network network)
    {
        base.Check(network);
        if (Rule != LayerDensities.Global) LayerCounts.Of(Rule, network.Layout, Plan.Fraction);
    }

    /// <inheritdoc/>
    internal sealed override ImmutableArray<SwapSet> SetsOf(ProbeContext context)
    {
        var (layers, sets) = (LayerCounts.LayersOf(context.Network.Layout), ImmutableArray.CreateBuilder<SwapSet>());
        foreach (var (l, layer) in layers.Index())
        {
            var kept = new bool[layer.Length];
            for (var i = 0; i < kept.Length; i++) kept[i] = context.Kept[layer.Offset + i];
            sets.Add(SetOf(layer.Offset, Selection.Of(kept), l, layers.Length, context));
        }
        return sets.ToImmutable();
    }

    /// <inheritdoc/>
    internal sealed override float[] MagnitudesOf(ProbeContext context, ReadOnlySpan<float> parameters) => parameters.ToArray();

    /// <inheritdoc/>
    internal sealed override float[] GrowthOf(ProbeContext context, float[] sums) => sums;

    /// <inheritdoc/>
    protected sealed override Mask Initial(PruningContext context, Weights weights)
    {
        var network = context.Network;
        var scores = weights.Parameters.ToArray();
        var random = context.Seeds.For(Purpose.RandomMask);
        foreach (ref var score in scores.AsSpan()) score = MaskInit == MaskInit.Random ? random.NextSingle() : MathF.Abs(score);
        return Rule == LayerDensities.Global
            ? Plan.Prune(network, [.. network.Groups.Select(group => new double[group.Width])], scores)
            : LayerCounts.Highest(network.Layout, LayerCounts.Of(Rule, network.Layout, Plan.Fraction), scores);
    }

    /// <inheritdoc/>
    protected override Mask Adjusted(PruningContext context, Weights weights, Mask before) =>
        LayerCounts.MaskOf(before.Layout, Next(context, weights, before));
}
