using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>FedMef's extrusion: weights that are about to go are drawn to 0 first, so that others take over what they knew.</summary>
/// <param name="Plan">How much is removed.</param>
/// <remarks>
/// In the round before an adjustment each client marks the k_l kept weights of least |w| of each layer in the model that it received, and
/// trains with the loss plus λ‖w_marked‖²: before every step g ← g + 2λw of the marked weights. It reports the k_l removed weights of
/// largest |g|, positions and values, g the mean over its steps without that term. The server adds n_k g over clients and swaps
/// (<see cref="SwappingPruner"/>). With λ = 0 it is <see cref="FedTinyPruner"/> with one block, to the bit.
/// <para>Cost: as FedTiny's, of all layers. With <see cref="Experiment.Pruning"/> structured whole units are swapped: see
/// <see cref="FedMefUnits"/>.</para>
/// <para>Source: Huang et al. 2024 (CVPR), budget-aware extrusion. Departures: the learning rate stays that of the round (the paper raises
/// it with ‖w_marked‖), and scaled activation pruning, which saves clients' memory, is left out.</para>
/// </remarks>
[Published("Huang et al. 2024, CVPR")]
public sealed record FedMefPruner(PruningPlan Plan) : WeightSwaps(Plan)
{
    internal const string PenaltyHelp = "Weight of the penalty on the squared weights that are about to be removed.";

    /// <summary>λ, at least 0.</summary>
    [Option(PenaltyHelp, AtLeast = 0)]
    public double ExtrusionPenalty { get; init; } = 0.01;

    /// <summary>The pruner of an experiment: of weights, or of units where only units are removed.</summary>
    public static SwappingPruner Of(Experiment experiment) => experiment.Pruning == PruningKind.Structured
        ? new FedMefUnits(PruningPlan.Of(experiment), experiment.Rounds)
        : new FedMefPruner(PruningPlan.OfWeights(experiment));

    /// <inheritdoc/>
    internal override TrainingProbe ProbeOf(ProbeContext context, ImmutableArray<SwapSet> layers) => new Extrusion(
        base.ProbeOf(context, layers), (float)ExtrusionPenalty, received => layers.SelectMany(layer => layer.Going(received)));
}
