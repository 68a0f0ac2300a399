using System.Collections.Immutable;
using System.Globalization;

namespace AutoFlip;

/// <summary>Pruners that exchange some of what the mask keeps for as much of what it removed, while the model trains.</summary>
/// <param name="Plan">How much is removed.</param>
/// <remarks>
/// With s the rounds since the first mask, the mask is adjusted at s = ΔT, 2ΔT, ... below T_end. Each adjustment swaps ⌊f(s) K⌋ of the K
/// that a layer (or group of units) keeps, f(s) = (α/2)(1 + cos(πs / T_end)), so K never changes, to the bit. The mask and the pruner's
/// memory are part of the saved state. Clients measure in the round before an adjustment, beside their ordinary training.
/// <see cref="Experiment.KeepNorm"/> scales the weights that the first mask keeps, which none of the sources does.
/// <para>Source: the schedule is that of RigL (Evci et al. 2020, arXiv 1911.11134).</para>
/// </remarks>
public abstract record SwappingPruner(PruningPlan Plan) : Pruner
{
    internal const string DensitiesHelp =
        "Distribution of the kept weights among layers. auto is erk where the pruner swaps weights, else global.";

    internal const string InitHelp = "Weights that the first mask keeps: drawn, or those of the largest magnitude.";

    /// <summary>Distribution of the kept weights among layers in the first mask; Auto is Erk.</summary>
    [Option(DensitiesHelp)]
    public LayerDensities LayerDensities { get; init; }

    /// <summary>Weights that the first mask keeps.</summary>
    [Option(InitHelp)]
    public MaskInit MaskInit { get; init; }

    /// <summary>Rounds ΔT between two adjustments, at least 1.</summary>
    [Option("Rounds between two adjustments of the mask.", AtLeast = 1, AtMost = 1000000)]
    public int AdjustmentInterval { get; init; } = 10;

    /// <summary>Share α that the cosine starts from, in [0, 1). With 0 the first mask stays.</summary>
    [Option(
        "Share of the kept weights of each layer that an adjustment swaps; it falls to 0 by a cosine. With 0 the first mask stays.",
        AtLeast = 0, Below = 1)]
    public double AdjustmentRatio { get; init; } = 0.4;

    /// <summary>Rounds T_end after the first mask from which on it stays, at least 1.</summary>
    [Option("Rounds after the first mask from which on it is not adjusted any more.", AtLeast = 1, AtMost = 1000000)]
    public int AdjustmentEnd { get; init; } = 300;

    /// <inheritdoc/>
    public sealed override bool GoesByWeights => Refreshes || MaskInit == MaskInit.Magnitude;

    /// <inheritdoc/>
    public sealed override bool HasReports => true;

    /// <inheritdoc/>
    public sealed override bool Refreshes => AdjustmentRatio > 0;

    /// <inheritdoc/>
    public sealed override string SettlesBy => "Options.AdjustmentRatio 0";

    /// <inheritdoc/>
    public override PruningPlan PlanOf(int round, int first) => Plan;

    /// <inheritdoc/>
    public override int MadeFor(int round, int first) => AdjustmentRatio == 0 ? first
        : first + Math.Min((round - first) / AdjustmentInterval, (AdjustmentEnd - 1) / AdjustmentInterval) * AdjustmentInterval;

    /// <inheritdoc/>
    public override IEnumerable<string> Warns(Experiment experiment, Network network)
    {
        if (!Refreshes) yield break;
        var first = experiment.FirstPrunedRound;
        var rounds = experiment.Rounds - first; // after the first mask
        var last = rounds / AdjustmentInterval * AdjustmentInterval;
        if (!Enumerable.Range(1, experiment.Rounds).Any(round => IsAdjusted(round, first)))
            yield return $"Experiment.Pruner {experiment.Pruner}: its mask is never adjusted in these {experiment.Rounds} rounds, with "
                + $"Options.AdjustmentInterval {AdjustmentInterval} and Options.AdjustmentEnd {AdjustmentEnd} from round {first} on.";
        else if (last + AdjustmentInterval < AdjustmentEnd)
            yield return $"Experiment.Pruner {experiment.Pruner}: its mask is adjusted until the run ends, and the last adjustment still "
                + $"swaps {ShareAfter(last).ToString("P0", CultureInfo.InvariantCulture)} of the layers it adjusts: Options.AdjustmentEnd "
                + $"{AdjustmentEnd} is more than the {rounds} rounds after the first mask.";
    }

    /// <inheritdoc/>
    public override Mask Prune(PruningContext context)
    {
        var weights = context.Weights ?? (GoesByWeights
            ? throw new ArgumentException("The mask follows from the server's weights.", nameof(context))
            : Weights.Zeros(context.Network.Layout)); // it is drawn
        return context.Before is { } before ? Adjusted(context, weights, before) : Initial(context, weights);
    }

    /// <inheritdoc/>
    public sealed override TrainingProbe? Probe(ProbeContext context) =>
        Measures(context.Round, context.First) ? ProbeOf(context, SetsOf(context)) : null;

    /// <inheritdoc/>
    public sealed override ReportFold? BeginReports(float[]? memory, int length, ProbeContext context) =>
        Refreshes && context.Round >= context.First ? FoldOf(memory, length, context) : null;

    /// <summary>The fold of the replies of a round under a mask; null if it makes nothing of them.</summary>
    /// <param name="memory">What the last fold came to; null before the first.</param>
    /// <param name="length">Numbers of a report; 0 where clients do not measure.</param>
    /// <param name="context">The round.</param>
    private protected virtual ReportFold? FoldOf(float[]? memory, int length, ProbeContext context) =>
        length == 0 ? null : new SampleSum(length);

    /// <summary>f(s): the share that is swapped after a number of rounds.</summary>
    /// <param name="rounds">Rounds since the first mask.</param>
    public double ShareAfter(int rounds) =>
        rounds >= AdjustmentEnd ? 0 : AdjustmentRatio / 2 * (1 + Math.Cos(Math.PI * rounds / AdjustmentEnd));

    /// <summary>True if the mask is adjusted before a round.</summary>
    internal bool IsAdjusted(int round, int first) => round > first && AdjustmentRatio > 0
        && round - first < AdjustmentEnd && (round - first) % AdjustmentInterval == 0;

    /// <summary>⌊f(s) K⌋, and no more than can come in their place.</summary>
    /// <param name="kept">K.</param>
    /// <param name="removed">What is removed.</param>
    /// <param name="rounds">s, of the adjustment.</param>
    /// <remarks>Both sides compute it: the slack is above the error of a cosine on any machine.</remarks>
    internal int Swaps(int kept, int removed, int rounds) => Math.Min((int)(ShareAfter(rounds) * kept + 1e-9), removed);

    /// <summary>Tests whether a layer, or a group of units that are not fixed, takes part in an adjustment.</summary>
    /// <param name="layer">Its number, from 0.</param>
    /// <param name="layers">Number of layers or groups.</param>
    /// <param name="rounds">Rounds since the first mask.</param>
    protected internal virtual bool Adjusts(int layer, int layers, int rounds) => true;

    /// <summary>Numbers that clients report.</summary>
    internal virtual GrowthKind Growth => GrowthKind.Largest;

    /// <summary>Tests whether clients measure in a round: in the one before an adjustment.</summary>
    internal virtual bool Measures(int round, int first) => IsAdjusted(round + 1, first);

    /// <summary>The layers or groups, and how many members of each the adjustment after a round swaps.</summary>
    internal abstract ImmutableArray<SwapSet> SetsOf(ProbeContext context);

    /// <summary>Magnitudes by which members stay, of all sets.</summary>
    /// <param name="context">The round.</param>
    /// <param name="parameters">Of the network of the round.</param>
    internal abstract float[] MagnitudesOf(ProbeContext context, ReadOnlySpan<float> parameters);

    /// <summary>Numbers by which removed members come, of all sets.</summary>
    /// <param name="context">The round.</param>
    /// <param name="sums">Over a client's steps, one per parameter, by <see cref="Growth"/>.</param>
    internal abstract float[] GrowthOf(ProbeContext context, float[] sums);

    /// <summary>The members that each part of a report is about: the removed ones of each set that is adjusted.</summary>
    internal virtual IEnumerable<ReportedMembers> Reported(ImmutableArray<SwapSet> sets) =>
        sets.Where(set => set.Swaps > 0).Select(set => new ReportedMembers([.. set.Removed], set.Swaps));

    /// <summary>The measurement of the round before an adjustment.</summary>
    internal virtual TrainingProbe ProbeOf(ProbeContext context, ImmutableArray<SwapSet> sets) =>
        new GrowthProbe(context.Network.Layout.ParameterCount, Reported(sets), Growth, sums => GrowthOf(context, sums));

    /// <summary>The members that each set keeps after an adjustment.</summary>
    /// <param name="context">The adjustment.</param>
    /// <param name="sets">The sets before it.</param>
    /// <param name="magnitudes">Of the server's weights.</param>
    internal virtual IEnumerable<Selection> Next(PruningContext context, ImmutableArray<SwapSet> sets, float[] magnitudes)
    {
        var growth = new float[magnitudes.Length];
        SwapSet.Add(Reported(sets), context.Memory.Span, 1, growth);
        return sets.Select(set => set.Next(magnitudes, growth));
    }

    /// <summary>The members that each layer or group keeps after an adjustment of a mask.</summary>
    internal IEnumerable<Selection> Next(PruningContext context, Weights weights, Mask before)
    {
        var measured = new ProbeContext(context.Round - 1, context.First, context.Network) { Kept = before.KeptParameters() };
        return Next(context, SetsOf(measured), MagnitudesOf(measured, weights.Parameters));
    }

    /// <summary>A set, and how many of it the adjustment after a round swaps.</summary>
    private protected SwapSet SetOf(int offset, Selection kept, int layer, int layers, ProbeContext context)
    {
        var rounds = context.Round + 1 - context.First;
        return new(offset, kept, Adjusts(layer, layers, rounds) ? Swaps(kept.Kept, kept.Count - kept.Kept, rounds) : 0);
    }

    /// <summary>The first mask.</summary>
    protected abstract Mask Initial(PruningContext context, Weights weights);

    /// <summary>A later mask.</summary>
    protected abstract Mask Adjusted(PruningContext context, Weights weights, Mask before);
}
