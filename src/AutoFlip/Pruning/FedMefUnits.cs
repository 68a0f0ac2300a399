using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>FedMef's extrusion for whole units, which is ours: outgoing weights of units that are about to go are drawn to
/// 0 first.</summary>
/// <param name="Plan">How much is removed.</param>
/// <param name="Rounds">Rounds of the run.</param>
/// <remarks>
/// In a measuring round (<see cref="UnitSwaps"/>) each client marks the k_l = ⌊f(s) K_l⌋ kept units of least mean |w| of each group in the
/// model that it received, and trains with the loss plus λ‖w‖² of their outgoing weights to kept units: at 0 these units contribute
/// nothing, and going changes no output. Incoming weights are left alone, for a unit comes back with them. Reports and swaps are those of
/// <see cref="FedTinyUnits"/> with one block, which it is with λ = 0, to the bit.
/// <para>Cost: as that one's, of all groups.</para>
/// </remarks>
[Published("ours, after Huang et al. 2024, CVPR")]
public sealed record FedMefUnits(PruningPlan Plan, int Rounds) : UnitSwaps(Plan, Rounds)
{
    /// <summary>λ, at least 0.</summary>
    [Option(FedMefPruner.PenaltyHelp, AtLeast = 0)]
    public double ExtrusionPenalty { get; init; } = 0.01;

    /// <inheritdoc/>
    internal override TrainingProbe ProbeOf(ProbeContext context, ImmutableArray<SwapSet> sets) => new Extrusion(
        base.ProbeOf(context, sets), (float)ExtrusionPenalty, received =>
        {
            var magnitudes = MagnitudesOf(context, received);
            var small = new Units(context.Network, [.. sets.Select(group => group.Kept)]).Present; // without what leads into removed units
            HashSet<int> going = [.. sets.SelectMany(group => group.Going(magnitudes))];
            return UnitScores.OutgoingOf(context.Network, going).Where(weight => small[weight]);
        });
}
