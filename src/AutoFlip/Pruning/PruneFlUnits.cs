using System.Collections.Immutable;
using System.Numerics.Tensors;
using Tensor = TorchSharp.torch.Tensor;

namespace AutoFlip;

/// <summary>PruneFL's swap for whole units, which is ours: clients train a smaller network, whose units change.</summary>
/// <param name="Plan">How much is removed.</param>
/// <param name="Rounds">Rounds of the run.</param>
/// <remarks>
/// The first mask removes units by the plan: drawn, or those with the least mean |w| over their incoming weights and bias. Then each group
/// keeps its number of units. In the round before an adjustment, the measuring round, clients get the full network, of which the
/// outgoing weights of removed units are removed: these units compute with the values that they last had, and contribute 0. So the network
/// computes what the small one does, and the gradient of an outgoing weight says what it could contribute. Client k reports per unit Σ g²
/// over its outgoing weights and its steps; the server adds n_k Σ g², and in each group ⌊f(s) K⌋ units of least mean |w| go and as many of
/// those that were removed, of largest Σ g², come. A unit comes back with its last incoming weights and with outgoing weights of 0, so that
/// its return changes no output.
/// <para>In measuring rounds removed units get no gradient, so their weights do not move (weight decay would shrink them); their running
/// statistics are brought up to date.</para>
/// <para>Cost: measuring rounds take the time of a dense round, and the bytes of one but for outgoing weights, and a float per unit up;
/// all others are those of the small network.</para>
/// <para>The last round of a run measures nothing, so its model is the small one. Refused: networks in which a removed unit would change
/// others though it contributes 0 (normalisation over units, attention), and ΔT = 1, with which all rounds would measure.</para>
/// </remarks>
[Published("ours, after Jiang et al. 2022, arXiv 1909.12326")]
public sealed record PruneFlUnits(PruningPlan Plan, int Rounds) : SwappingPruner(Plan)
{
    bool Measures(int round, int first) => round != Rounds && IsAdjusted(round + 1, first);

    /// <inheritdoc/>
    public override Regrow? RegrowIn(int round, int first) => Measures(round, first) ? Regrow.Zero : Regrow.Keep;

    /// <inheritdoc/>
    public override int MadeFor(int round, int first) => Measures(round, first) ? round : base.MadeFor(round, first);

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
                $"Experiment.Pruner prunefl: {network.Name} has layer normalisation or attention, in which a unit changes others without "
                + "contributing to them. Accepted: Experiment.Pruning unstructured.");
    }

    /// <inheritdoc/>
    public override TrainingProbe? Probe(ProbeContext context) =>
        Measures(context.Round, context.First) ? new UnitGrowth(context.Network) : null;

    /// <inheritdoc/>
    public override ReportFold? BeginReports(float[]? memory, int length, ProbeContext context) =>
        length == 0 ? null : new SampleSum(length);

    /// <inheritdoc/>
    protected override Mask Initial(PruningContext context, Weights weights)
    {
        var network = context.Network;
        var random = context.Seeds.For(Purpose.RandomMask);
        double[][] scores = MaskInit == MaskInit.Magnitude
            ? Array.ConvertAll(Magnitudes(network, weights), group => Array.ConvertAll(group, mean => (double)mean))
            : [.. network.Groups.Select(group => Enumerable.Range(0, group.Width).Select(_ => random.NextDouble()).ToArray())];
        return Plan.Prune(network, scores, new float[network.Layout.ParameterCount]);
    }

    /// <inheritdoc/>
    protected override Mask Adjusted(PruningContext context, Weights weights, Mask before)
    {
        var network = context.Network;
        if (Measures(context.Round, context.First)) return Measuring(network, before);
        if (before.Units is not null) return before; // the round before was the last one of a run that was prolonged
        var magnitudes = Magnitudes(network, weights);
        var rounds = context.Round - context.First;
        var growth = context.Memory.Span;
        var kept = ImmutableArray.CreateBuilder<Selection>(network.Groups.Length);
        foreach (var (g, group) in network.Groups.Index())
        {
            var own = KeptIn(group, network.Layout, before);
            kept.Add(group.IsFixed ? own : Swap(own, magnitudes[g], growth[..group.Width], Swaps(own.Kept, own.Count - own.Kept, rounds)));
            growth = growth[group.Width..];
        }
        var units = new Units(network, kept.MoveToImmutable());
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
    static Selection KeptIn(ChannelGroup group, WeightLayout layout, Mask measuring)
    {
        var kept = Enumerable.Repeat(group.IsFixed, group.Width).ToArray();
        foreach (var (unit, start, _) in UnitScores.Outgoing(group, layout))
            if (measuring.Values[start]) kept[unit] = true;
        return Selection.Of(kept);
    }

    /// <summary>As many units as before, without the least magnitudes and with the largest growths.</summary>
    static Selection Swap(Selection before, float[] magnitudes, ReadOnlySpan<float> growth, int swaps)
    {
        var scores = new float[before.Count];
        for (var unit = 0; unit < scores.Length; unit++) scores[unit] = before[unit] ? magnitudes[unit] : -1;
        var stay = Selection.Highest(scores, before.Kept - swaps);
        for (var unit = 0; unit < scores.Length; unit++) scores[unit] = before[unit] ? -1 : growth[unit];
        var come = Selection.Highest(scores, swaps);
        return Selection.Of([.. Enumerable.Range(0, before.Count).Select(unit => stay[unit] || come[unit])]);
    }

    static float[][] Magnitudes(Network network, Weights weights)
    {
        var magnitudes = new float[network.Layout.ParameterCount];
        TensorPrimitives.Abs(weights.Parameters, magnitudes);
        return UnitScores.MeansOf(network, magnitudes);
    }

    /// <summary>Σ g² of each unit's outgoing weights over the steps.</summary>
    sealed class UnitGrowth(Network network) : TrainingProbe
    {
        readonly ParameterSums _squares = new(network.Layout.ParameterCount);

        public override ImmutableArray<ReportPart> Parts { get; } = [.. network.Groups.Select(group => group.Width)];

        public override void Observe(ReadOnlySpan<float> parameters, ReadOnlySpan<float> gradients) =>
            TensorPrimitives.MultiplyAdd(gradients, gradients, _squares.Values, _squares.Values);

        internal override bool Watch(Tensor parameters, Tensor gradients)
        {
            _squares.Add(gradients.mul(gradients));
            return true;
        }

        public override float[] Report(ReadOnlySpan<float> received, ReadOnlySpan<float> trained)
        {
            var (report, squares) = (new float[network.Groups.Sum(group => group.Width)], _squares.Values);
            var first = 0;
            foreach (var group in network.Groups)
            {
                foreach (var (unit, start, length) in UnitScores.Outgoing(group, network.Layout))
                    report[first + unit] += TensorPrimitives.Sum<float>(squares.AsSpan(start, length));
                first += group.Width;
            }
            return report;
        }
    }
}
