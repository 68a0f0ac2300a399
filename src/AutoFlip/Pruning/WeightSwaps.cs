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
    public override TrainingProbe? Probe(ProbeContext context) =>
        IsAdjusted(context.Round + 1, context.First) ? ProbeOf(new RemovedWeights(this, context)) : null;

    /// <inheritdoc/>
    public override ReportFold? BeginReports(float[]? memory, int length, ProbeContext context) =>
        length == 0 ? null : new SampleSum(length);

    /// <summary>The measurement of the round before an adjustment.</summary>
    internal abstract TrainingProbe ProbeOf(RemovedWeights removed);

    /// <summary>Tests whether a layer takes part in an adjustment.</summary>
    /// <param name="layer">Its number, from 0.</param>
    /// <param name="layers">Number of layers.</param>
    /// <param name="rounds">Rounds since the first mask.</param>
    protected internal virtual bool Adjusts(int layer, int layers, int rounds) => true;

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
    protected override Mask Adjusted(PruningContext context, Weights weights, Mask before)
    {
        var removed = new RemovedWeights(this, new(context.Round - 1, context.First, context.Network) { Kept = before.KeptParameters() });
        return Swap(before, weights.Parameters, removed, context.Memory.Span);
    }

    /// <summary>Removes the kept weights of least |w| of each layer, and restores as many of the removed ones, of largest |growth|: of
    /// those that were removed before, so that none goes and comes at once. Of equal ones the lower index stays, or comes.</summary>
    /// <param name="before">The mask.</param>
    /// <param name="weights">[parameters].</param>
    /// <param name="removed">The removed weights, and how many come.</param>
    /// <param name="growth">One number per removed weight of the layers that are adjusted, in the order of reports.</param>
    internal static Mask Swap(Mask before, ReadOnlySpan<float> weights, RemovedWeights removed, ReadOnlySpan<float> growth)
    {
        var kept = new bool[before.Count];
        for (var i = 0; i < kept.Length; i++) kept[i] = before.Values[i];
        foreach (var layer in removed.Layers)
        {
            var stay = Largest(layer.Tensor, weights, before.Values, layer.Tensor.Length - layer.Indices.Length - layer.Swaps);
            for (var i = 0; i < stay.Count; i++) kept[layer.Tensor.Offset + i] = stay[i];

            var scores = growth[..layer.Indices.Length].ToArray();
            growth = growth[layer.Indices.Length..];
            foreach (ref var score in scores.AsSpan()) score = MathF.Abs(score);
            var come = Selection.Highest(scores, layer.Swaps);
            for (var i = 0; i < scores.Length; i++)
                if (come[i]) kept[layer.Indices[i]] = true;
        }
        return Mask.OfWeights(before.Layout, Selection.Of(kept));
    }

    /// <summary>Weights of each layer that the adjustment after a round does not remove.</summary>
    /// <param name="context">The round.</param>
    /// <param name="weights">[parameters].</param>
    internal List<(TensorEntry Layer, Selection Stay)> Staying(ProbeContext context, ReadOnlySpan<float> weights)
    {
        var stay = new List<(TensorEntry, Selection)>();
        foreach (var layer in LayerCounts.LayersOf(context.Network.Layout))
        {
            var kept = context.Kept.KeptIn(layer.Offset, layer.Length);
            var swaps = Swaps(kept, layer.Length - kept, context.Round + 1 - context.First);
            stay.Add((layer, Largest(layer, weights, context.Kept, kept - swaps)));
        }
        return stay;
    }

    /// <summary>The kept weights of largest |w| of a layer; of equal ones the lower index.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="weights">[parameters].</param>
    /// <param name="kept">What is kept of them.</param>
    /// <param name="count">How many, at most as many as are kept.</param>
    /// <returns>Over the layer's weights.</returns>
    internal static Selection Largest(TensorEntry layer, ReadOnlySpan<float> weights, Selection kept, int count)
    {
        var magnitudes = new float[layer.Length];
        for (var i = 0; i < magnitudes.Length; i++)
            magnitudes[i] = kept[layer.Offset + i] ? MathF.Abs(weights[layer.Offset + i]) : -1;
        return Selection.Highest(magnitudes, count);
    }
}

/// <summary>Weights that a mask has removed, of the layers that the next adjustment changes.</summary>
sealed class RemovedWeights
{
    /// <summary>Finds them.</summary>
    /// <param name="pruner">Says how many are swapped.</param>
    /// <param name="context">The round before the adjustment.</param>
    public RemovedWeights(WeightSwaps pruner, ProbeContext context)
    {
        (Layout, Kept) = (context.Network.Layout, context.Kept);
        var rounds = context.Round + 1 - context.First;
        var tensors = LayerCounts.LayersOf(Layout);
        var layers = ImmutableArray.CreateBuilder<Layer>();
        foreach (var (l, tensor) in tensors.Index())
        {
            if (!pruner.Adjusts(l, tensors.Length, rounds)) continue;
            int[] indices = [.. Enumerable.Range(tensor.Offset, tensor.Length).Where(i => !context.Kept[i])];
            if (pruner.Swaps(tensor.Length - indices.Length, indices.Length, rounds) is > 0 and var swaps)
                layers.Add(new(tensor, indices, swaps));
        }
        Layers = layers.ToImmutable();
    }

    /// <summary>The model.</summary>
    public WeightLayout Layout { get; }

    /// <summary>The parameters that are not removed.</summary>
    public Selection Kept { get; }

    /// <summary>Layers of which at least one weight is swapped.</summary>
    public ImmutableArray<Layer> Layers { get; }

    /// <summary>A layer.</summary>
    /// <param name="Tensor">Its weights.</param>
    /// <param name="Indices">Parameters that are removed, ascending.</param>
    /// <param name="Swaps">Weights that go, and that come.</param>
    public readonly record struct Layer(TensorEntry Tensor, int[] Indices, int Swaps);
}
