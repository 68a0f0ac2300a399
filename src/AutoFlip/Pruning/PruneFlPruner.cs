namespace AutoFlip;

/// <summary>PruneFL at a fixed density: the weights of least magnitude go, and those with the largest squared gradients come.</summary>
/// <param name="Plan">How much is removed.</param>
/// <remarks>
/// In the round before an adjustment client k reports Σ g² over its steps, g the gradient of the pruned model, of each removed weight. The
/// server adds n_k Σ g² over clients and swaps in each layer (<see cref="SwappingPruner"/>).
/// <para>Cost: a float per removed weight of each client and adjustment (two bytes unless values are float32), and as much memory on the
/// server. With <see cref="Experiment.Pruning"/> structured whole units are swapped: see <see cref="PruneFlUnits"/>.</para>
/// <para>Source: Jiang et al. 2022 (arXiv 1909.12326), in the variant that later papers compare with: fixed density, a cosine, and g²
/// without the time of a weight, which is PruneFL with equal times. Departures from the paper: no initial pruning by one client, importance
/// of one round and not of all since the last adjustment, and a weight comes back at 0 and not at the server's value.</para>
/// </remarks>
[Published("Jiang et al. 2022, arXiv 1909.12326")]
public sealed record PruneFlPruner(PruningPlan Plan) : WeightSwaps(Plan)
{
    /// <summary>The pruner of an experiment: of weights, or of units where only units are removed.</summary>
    public static SwappingPruner Of(Experiment experiment) => experiment.Pruning == PruningKind.Structured
        ? new PruneFlUnits(PruningPlan.Of(experiment), experiment.Rounds)
        : new PruneFlPruner(PruningPlan.OfWeights(experiment));

    /// <inheritdoc/>
    internal override GrowthKind Growth => GrowthKind.Squares;
}
