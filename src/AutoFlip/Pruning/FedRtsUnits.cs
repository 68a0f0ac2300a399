using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>FedRTS for whole units, which is ours: a posterior per unit, and each new set of units is a draw from it.</summary>
/// <param name="Plan">How much is removed.</param>
/// <param name="Rounds">Rounds of the run.</param>
/// <remarks>
/// The rule is that of <see cref="FedRtsPruner"/>, with units j in place of weights and groups in place of layers. Of the K units of a
/// group that are kept, those among the κ = K - k of largest mean |w| count: X_agg in the server's new model, X_k in the one that client k
/// returns. In a measuring round (<see cref="UnitSwaps"/>) X_k of a removed unit is 1 if it is among the k of its group whose outgoing
/// weights have the largest norm of Σ g over client k's steps. The adjustment draws ξ_j from Beta(a_j, b_j) for all units, and each group
/// keeps the K of largest ξ.
/// <para>Cost: k positions per group up, about a byte each, per client and adjustment. The server keeps 2 floats per unit.</para>
/// </remarks>
[Published("ours, after Huang et al. 2025, arXiv 2501.19122")]
public sealed record FedRtsUnits(PruningPlan Plan, int Rounds) : UnitSwaps(Plan, Rounds)
{
    /// <summary>λ, above 0.</summary>
    [Option(FedRtsPruner.OutcomeHelp, Above = 0, AtMost = 1000000)]
    public double OutcomeWeight { get; init; } = 10;

    /// <summary>γ, in [0, 1].</summary>
    [Option(FedRtsPruner.AggregateHelp, AtLeast = 0, AtMost = 1)]
    public double AggregateShare { get; init; } = 0.5;

    /// <inheritdoc/>
    private protected override ReportFold? FoldOf(float[]? memory, int length, ProbeContext context) =>
        new Posterior(this, AggregateShare, OutcomeWeight, SetsOf(context).Sum(group => group.Kept.Count), memory, context);

    /// <inheritdoc/>
    internal override GrowthKind Growth => GrowthKind.Positions;

    /// <inheritdoc/>
    internal override IEnumerable<Selection> Next(PruningContext context, ImmutableArray<SwapSet> sets, float[] magnitudes) =>
        Posterior.Draw(context, sets);
}
