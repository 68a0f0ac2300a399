namespace AutoFlip;

/// <summary>FedExP: the server extrapolates beyond the clients' mean, the further the more their updates differ.</summary>
/// <remarks>
/// With Δ_k = w_k - w over kept parameters, Δ = Σ p_k Δ_k and p_k = n_k / Σ n: w ← w + η_g Δ, where η_g = max(1, Σ p_k ‖Δ_k‖² / (2 (‖Δ‖² +
/// ε))). It is 1, and the step FedAvg's to the bit, while updates agree: C of equal weight and length, each two of which have the cosine
/// r, give C / (2 (1 + (C-1) r)), so orthogonal ones C / 2, and more than 1 below r = (C/2 - 1) / (C - 1), near a half. Running
/// statistics become the mean.
/// <para>Cost: the model as the round began once more, in the fold; nothing on the wire or at clients.</para>
/// <para>Source: Jhunjhunwala, Wang and Joshi 2023, arXiv 2301.09604, algorithm 1. Departures: we evaluate the last iterate, and the paper
/// the mean of the last two; ε does not decay with the learning rate. No server momentum.</para>
/// </remarks>
[Published("Jhunjhunwala, Wang and Joshi 2023, arXiv 2301.09604")]
public sealed record FedExP : FederatedAlgorithm
{
    /// <summary>ε, above 0.</summary>
    [Option("Added to the squared norm of the mean update, by which the server's step is divided.", Above = 0)]
    public double Epsilon { get; init; } = 1e-3;

    /// <inheritdoc/>
    public override bool TakesSubModels => false;

    /// <inheritdoc/>
    public override RoundFold BeginRound(ServerState state, RoundFacts facts) => new Fold(Epsilon, state, facts.Mask);

    sealed class Fold(double epsilon, ServerState state, Mask mask) : RoundFold
    {
        readonly WeightedFold _mean = new(mask.Values.Kept);
        readonly float[] _start = mask.KeptParameters().Gather(state.Weights.Parameters);
        double _lengths; // Σ n_k ‖Δ_k‖²

        public override int Count => _mean.Count;

        public override void Add(ClientReply reply)
        {
            _mean.Add(reply.Values, reply.Examples);
            _lengths += reply.Examples * ServerStep.SquaredDistance(reply.Values[.._start.Length], _start);
        }

        public override ServerState End()
        {
            var length = ServerStep.SquaredDistance(_mean.Mean[.._start.Length], _start);
            var rate = Math.Max(1, _lengths / _mean.TotalWeight / (2 * (length + epsilon)));
            return state with { Weights = state.Weights.Towards(mask.Expand(_mean.Mean, state.Weights), rate) };
        }
    }
}
