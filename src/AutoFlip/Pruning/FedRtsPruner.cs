using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>FedRTS: a posterior per weight says how likely it belongs to the model, and each new mask is a draw from it.</summary>
/// <param name="Plan">How much is removed.</param>
/// <remarks>
/// Every prunable weight j has Beta(a_j, b_j), a = b = 1 at first. After each round with X_j in [0, 1]: a_j += λX_j, b_j += λ(1 - X_j).
/// With K weights kept of a layer, k = ⌊f(s) K⌋ and κ = K - k, X_j of a kept weight is γ X_agg + (1 - γ) Σ p_k X_k: X_agg is 1 if j is
/// among the κ of largest |w| of the layer in the server's new model, X_k the same in client k's, p_k = n_k / Σ n. In the round before an
/// adjustment, X_j of a removed weight is γ/2 + (1 - γ) Σ p_k X_k, where X_k is 1 if j is among the k removed weights of the layer of
/// largest |Σ g| over client k's steps. The adjustment draws ξ_j from Beta(a_j, b_j) for all weights, and each layer keeps the K of largest
/// ξ.
/// <para>γ weighs the aggregate: that is the paper's equation 3. Its appendix B.1 and public code weigh clients by γ; the two agree at the
/// default of one half, and <c>1 - γ</c> gives the other.</para>
/// <para>Cost: k positions per layer up, about a byte each, per client and adjustment. The server keeps 2 floats per parameter. Draws are
/// keyed by round. With <see cref="Experiment.Pruning"/> structured whole units are swapped: see <see cref="FedRtsUnits"/>.</para>
/// <para>Source: Hong Huang et al. 2025, arXiv 2501.19122. Departures: g is summed over the steps of a round; the server's new
/// model stands for the aggregate, so server momentum enters.</para>
/// </remarks>
[Published("Huang et al. 2025, arXiv 2501.19122")]
public sealed record FedRtsPruner(PruningPlan Plan) : WeightSwaps(Plan)
{
    internal const string OutcomeHelp = "Weight of a round's outcome in the posteriors of weights.";

    internal const string AggregateHelp = "Share of the aggregated model in an outcome; clients' own models have the rest.";

    /// <summary>λ, above 0.</summary>
    [Option(OutcomeHelp, Above = 0, AtMost = 1000000)]
    public double OutcomeWeight { get; init; } = 10;

    /// <summary>γ, in [0, 1].</summary>
    [Option(AggregateHelp, AtLeast = 0, AtMost = 1)]
    public double AggregateShare { get; init; } = 0.5;

    /// <summary>The pruner of an experiment: of weights, or of units where only units are removed.</summary>
    public static SwappingPruner Of(Experiment experiment) => experiment.Pruning == PruningKind.Structured
        ? new FedRtsUnits(PruningPlan.Of(experiment), experiment.Rounds)
        : new FedRtsPruner(PruningPlan.OfWeights(experiment));

    /// <inheritdoc/>
    private protected override ReportFold? FoldOf(float[]? memory, int length, ProbeContext context) =>
        new Posterior(this, AggregateShare, OutcomeWeight, context.Network.Layout.ParameterCount, memory, context);

    /// <inheritdoc/>
    internal override GrowthKind Growth => GrowthKind.Positions;

    /// <inheritdoc/>
    internal override IEnumerable<Selection> Next(PruningContext context, ImmutableArray<SwapSet> sets, float[] magnitudes) =>
        Posterior.Draw(context, sets);
}
