using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>Pruners that swap whole units within each group, which is ours: clients train a smaller network, whose units change.</summary>
/// <param name="Plan">How much is removed.</param>
/// <param name="Rounds">Rounds of the run.</param>
/// <remarks>
/// The first mask removes units by the plan: drawn, or those with the least mean |w| over their incoming weights and bias. Then each group
/// keeps its number of units. In the round before an adjustment, the measuring round, clients get the full network, of which the
/// outgoing weights of removed units are removed: these units compute with the values that they last had, and contribute 0. So the network
/// computes what the small one does, and the gradient of an outgoing weight says what it could contribute. A unit's magnitude is the mean
/// |w| above. A unit comes back with its last incoming weights and with outgoing weights of 0, so that its return changes no output.
/// <para>In measuring rounds removed units get no gradient, so their weights do not move (weight decay would shrink them); their running
/// statistics are brought up to date.</para>
/// <para>Cost: measuring rounds take the time of a dense round, and the bytes of one but for outgoing weights; all others are those of the
/// small network.</para>
/// <para>The last round of a run measures nothing, so its model is the small one. Refused: networks in which a removed unit would change
/// others though it contributes 0 (normalisation over units, attention), and ΔT = 1, with which all rounds would measure.</para>
/// </remarks>
public abstract record UnitSwaps(PruningPlan Plan, int Rounds) : SwappingPruner(Plan)
{
    /// <inheritdoc/>
    public sealed override Regrow? RegrowIn(int round, int first) => Measures(round, first) ? Regrow.Zero : Regrow.Keep;

    /// <inheritdoc/>
    public sealed override int MadeFor(int round, int first) => Measures(round, first) ? round : base.MadeFor(round, first);

    /// <inheritdoc/>
    public override string? Refuses(Experiment experiment) => base.Refuses(experiment)
        ?? (AdjustmentRatio > 0 && AdjustmentInterval == 1
            ? ApiNames.Refusal("Options.AdjustmentInterval", "1", "at least 2 under Experiment.Pruning structured")
        : LayerDensities != LayerDensities.Auto
            ? ApiNames.Refusal(
                "Options.LayerDensities", ExperimentOption.Text(LayerDensities),
                "auto under Experiment.Pruning structured, which removes whole units; any under Experiment.Pruning unstructured")
        : null);

    /// <inheritdoc/>
    public override void Check(Network network)
    {
        base.Check(network);
        var mixes = network.Nodes.Any(node => node.Layer is LayerNorm or SelfAttention or Attention)
            || network.Groups.Any(group => !group.IsFixed && !group.Memberships.Any(membership => !membership.Makes));
        if (mixes && AdjustmentRatio > 0)
            throw AutoFlipException.BadRequest(
                $"Experiment.Pruning structured: {network.Name} has layer normalisation or attention, in which a unit changes others "
                + "without contributing to them, so none can be swapped. Accepted: unstructured.");
    }

    /// <inheritdoc/>
    internal sealed override bool Measures(int round, int first) => round != Rounds && base.Measures(round, first);

    /// <inheritdoc/>
    internal sealed override ImmutableArray<SwapSet> SetsOf(ProbeContext context)
    {
        var free = context.Network.Groups.Count(group => !group.IsFixed);
        var sets = ImmutableArray.CreateBuilder<SwapSet>();
        var (first, layer) = (0, 0);
        foreach (var (g, group) in context.Network.Groups.Index())
        {
            var kept = context.Units?.Kept[g] ?? KeptIn(group, context);
            sets.Add(group.IsFixed ? new(first, kept, 0) : SetOf(first, kept, layer++, free, context));
            first += kept.Count;
        }
        return sets.ToImmutable();
    }

    /// <inheritdoc/>
    internal sealed override float[] MagnitudesOf(ProbeContext context, ReadOnlySpan<float> parameters)
    {
        var means = Means(context.Network, parameters);
        if (context.Units is { } units) means = [.. units.Kept.Zip(means, (kept, small) => kept.Scatter(small))];
        return [.. means.SelectMany(group => group)];
    }

    /// <inheritdoc/>
    /// <remarks>Of a unit Σ over its outgoing weights of Σ g², or the norm of Σ g.</remarks>
    internal sealed override float[] GrowthOf(ProbeContext context, float[] sums)
    {
        if (Growth == GrowthKind.Squares) return UnitScores.OutgoingSums(context.Network, sums);
        var squares = new float[sums.Length];
        TensorPrimitives.Multiply(sums, sums, squares);
        var norms = UnitScores.OutgoingSums(context.Network, squares);
        TensorPrimitives.Sqrt(norms, norms);
        return norms;
    }

    /// <inheritdoc/>
    protected sealed override Mask Initial(PruningContext context, Weights weights)
    {
        var network = context.Network;
        var random = context.Seeds.For(Purpose.RandomMask);
        double[][] scores = MaskInit == MaskInit.Magnitude
            ? Array.ConvertAll(Means(network, weights.Parameters), group => Array.ConvertAll(group, mean => (double)mean))
            : [.. network.Groups.Select(group => Enumerable.Range(0, group.Width).Select(_ => random.NextDouble()).ToArray())];
        return Plan.Prune(network, scores, new float[network.Layout.ParameterCount]);
    }

    /// <inheritdoc/>
    protected sealed override Mask Adjusted(PruningContext context, Weights weights, Mask before)
    {
        if (Measures(context.Round, context.First)) return Measuring(context.Network, before);
        if (before.Units is not null) return before; // the round before was the last one of a run that was prolonged
        var units = new Units(context.Network, [.. Next(context, weights, before)]);
        return Mask.OfUnits(units, Selection.All(units.Small.Layout.Count));
    }

    /// <summary>The full network without the outgoing weights of removed units.</summary>
    internal static Mask Measuring(Network network, Mask before)
    {
        var kept = Enumerable.Repeat(true, network.Layout.ParameterCount).ToArray();
        if (before.Units is { } units)
            foreach (var (group, own) in network.Groups.Zip(units.Kept))
                foreach (var (unit, start, length) in UnitScores.Outgoing(group, network.Layout))
                    if (!own[unit]) kept.AsSpan(start, length).Clear();
        return Mask.OfWeights(network.Layout, Selection.Of(kept));
    }

    /// <summary>The units of a group whose outgoing weights a measuring mask keeps.</summary>
    static Selection KeptIn(ChannelGroup group, ProbeContext context)
    {
        var kept = Enumerable.Repeat(true, group.Width).ToArray();
        foreach (var (unit, start, _) in UnitScores.Outgoing(group, context.Network.Layout)) kept[unit] = context.Kept[start];
        return Selection.Of(kept);
    }

    /// <summary>Per group the mean |w| over each unit's incoming weights and bias.</summary>
    static float[][] Means(Network network, ReadOnlySpan<float> parameters)
    {
        var magnitudes = new float[parameters.Length];
        TensorPrimitives.Abs(parameters, magnitudes);
        return UnitScores.MeansOf(network, magnitudes);
    }
}
