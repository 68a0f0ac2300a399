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
/// keyed by round.</para>
/// <para>Source: Hong Huang et al. 2025, arXiv 2501.19122. Departures: g is summed over the steps of a round; the server's new
/// model stands for the aggregate, so server momentum enters.</para>
/// </remarks>
[Published("Huang et al. 2025, arXiv 2501.19122")]
public sealed record FedRtsPruner(PruningPlan Plan) : WeightSwaps(Plan)
{
    /// <summary>λ, above 0.</summary>
    [Option("Weight of a round's outcome in the posteriors of weights.", Above = 0, AtMost = 1000000)]
    public double OutcomeWeight { get; init; } = 10;

    /// <summary>γ, in [0, 1].</summary>
    [Option("Share of the aggregated model in an outcome; clients' own models have the rest.", AtLeast = 0, AtMost = 1)]
    public double AggregateShare { get; init; } = 0.5;

    /// <summary>The pruner of an experiment.</summary>
    public static FedRtsPruner Of(Experiment experiment) => new(PruningPlan.OfWeights(experiment));

    /// <inheritdoc/>
    internal override TrainingProbe ProbeOf(RemovedWeights removed) => new GrowthProbe(removed, GrowthKind.Positions);

    /// <inheritdoc/>
    public override ReportFold? BeginReports(float[]? memory, int length, ProbeContext context) =>
        context.Round < context.First ? null : new Posterior(this, memory, context);

    /// <inheritdoc/>
    protected override Mask Adjusted(PruningContext context, Weights weights, Mask before)
    {
        var draws = new float[before.Count];
        var (successes, failures) = (context.Memory[..before.Count], context.Memory[before.Count..]);
        var random = context.Seeds.For(Purpose.PrunerDraws, context.Round);
        foreach (var layer in LayerCounts.LayersOf(before.Layout))
            for (var i = layer.Offset; i < layer.Offset + layer.Length; i++)
                draws[i] = (float)random.NextBeta(successes.Span[i], failures.Span[i]);
        return LayerCounts.Highest(before.Layout, LayerCounts.Of(before), draws);
    }

    /// <summary>The posteriors of a round: [a, b], one of each per parameter; 1 of biases and norms.</summary>
    internal sealed class Posterior : ReportFold
    {
        readonly FedRtsPruner _pruner;
        readonly ProbeContext _context;
        readonly float[] _memory;
        readonly RemovedWeights? _removed; // where clients report
        readonly float[] _votes; // Σ n_k X_k of each parameter
        float _samples;

        public Posterior(FedRtsPruner pruner, float[]? memory, ProbeContext context)
        {
            (_pruner, _context) = (pruner, context);
            var count = context.Network.Layout.ParameterCount;
            _memory = memory?.ToArray() ?? new float[2 * count]; // a copy: a round may be given up
            if (memory is null) Array.Fill(_memory, 1);
            _votes = new float[count];
            if (pruner.IsAdjusted(context.Round + 1, context.First)) _removed = new RemovedWeights(pruner, context);
        }

        /// <inheritdoc/>
        public override void Add(ClientReply reply)
        {
            _samples += reply.Examples;
            Vote(_context.Kept.Scatter(reply.Values), reply.Examples, _votes);
            var report = reply.Report.Span;
            foreach (var layer in _removed?.Layers ?? [])
            {
                for (var i = 0; i < layer.Indices.Length; i++) _votes[layer.Indices[i]] += reply.Examples * report[i];
                report = report[layer.Indices.Length..];
            }
        }

        /// <inheritdoc/>
        public override float[] End(Weights aggregate)
        {
            var outcomes = new float[_votes.Length];
            Vote(aggregate.Parameters, 1, outcomes);
            foreach (var layer in _removed?.Layers ?? [])
                foreach (var index in layer.Indices) outcomes[index] = 0.5f;
            var (share, weight) = ((float)_pruner.AggregateShare, (float)_pruner.OutcomeWeight);
            for (var i = 0; i < outcomes.Length; i++) outcomes[i] = share * outcomes[i] + (1 - share) * _votes[i] / _samples;

            foreach (var layer in LayerCounts.LayersOf(_context.Network.Layout))
                for (var i = layer.Offset; i < layer.Offset + layer.Length; i++)
                    if (_context.Kept[i]) Update(i);
            foreach (var layer in _removed?.Layers ?? [])
                foreach (var index in layer.Indices) Update(index);
            return _memory;

            void Update(int i)
            {
                _memory[i] += weight * outcomes[i];
                _memory[outcomes.Length + i] += weight * (1 - outcomes[i]);
            }
        }

        /// <summary>Adds a weight to the κ kept weights of largest magnitude of each layer.</summary>
        void Vote(ReadOnlySpan<float> parameters, float weight, float[] votes)
        {
            foreach (var (layer, stay) in _pruner.Staying(_context, parameters))
                for (var i = 0; i < stay.Count; i++)
                    if (stay[i]) votes[layer.Offset + i] += weight;
        }
    }
}
