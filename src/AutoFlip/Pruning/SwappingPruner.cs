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
    public sealed override bool GoesByWeights => true;

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
        var first = experiment.FirstPrunedRound;
        if (Refreshes && !Enumerable.Range(1, experiment.Rounds).Any(round => IsAdjusted(round, first)))
            yield return $"Experiment.Pruner {experiment.Pruner}: its mask is never adjusted in these {experiment.Rounds} rounds, with "
                + $"Options.AdjustmentInterval {AdjustmentInterval} and Options.AdjustmentEnd {AdjustmentEnd} from round {first} on.";
    }

    /// <inheritdoc/>
    public override Mask Prune(PruningContext context)
    {
        if (context.Weights is not { } weights) throw new ArgumentException("The mask follows from the server's weights.", nameof(context));
        return context.Before is { } before ? Adjusted(context, weights, before) : Initial(context, weights);
    }

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

    /// <summary>The first mask.</summary>
    protected abstract Mask Initial(PruningContext context, Weights weights);

    /// <summary>A later mask.</summary>
    protected abstract Mask Adjusted(PruningContext context, Weights weights, Mask before);
}
