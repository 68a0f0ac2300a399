using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>PruneFL's swap for whole units, which is ours.</summary>
/// <param name="Plan">How much is removed.</param>
/// <param name="Rounds">Rounds of the run.</param>
/// <remarks>
/// In a measuring round (<see cref="UnitSwaps"/>) client k reports per unit Σ g² over its outgoing weights and its steps; the server adds
/// n_k Σ g², and in each group ⌊f(s) K⌋ units of least mean |w| go and as many of those that were removed, of largest Σ g², come.
/// <para>Cost: a float per unit up in measuring rounds.</para>
/// </remarks>
[Published("ours, after Jiang et al. 2022, arXiv 1909.12326")]
public sealed record PruneFlUnits(PruningPlan Plan, int Rounds) : UnitSwaps(Plan, Rounds)
{
    /// <inheritdoc/>
    internal override GrowthKind Growth => GrowthKind.Squares;

    /// <inheritdoc/>
    /// <remarks>Of all units, kept ones included.</remarks>
    internal override IEnumerable<ReportedMembers> Reported(ImmutableArray<SwapSet> sets) =>
        sets.Select(group => new ReportedMembers([.. group.Members], group.Swaps));
}
