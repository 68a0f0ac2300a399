namespace AutoFlip;

/// <summary>FedDyn: a regulariser that follows each client's gradient moves all local minima to that of the whole loss.</summary>
/// <remarks>
/// A client k with vector g_k (0 on its first visit) receives w and trains with gradients ∇F_k(θ) - g_k + α(θ - w), and then
/// g_k ← g_k - α(θ_k - w). The server, over the cohort S of N clients that all weigh the same: h ← h - α/N Σ_S (θ_k - w) and
/// w ← mean(θ_k) - h/α. So round 1 moves by (1 + |S|/N) times the mean update, and no α makes it FedAvg. Running statistics become the
/// mean by samples.
/// <para>Cost: one vector per client, one on the server; nothing on the wire.</para>
/// <para>Source: Acar et al. 2021, arXiv 2111.04263, algorithm 1. Departures: a client trains E epochs and not to the minimum; α is the
/// same for all clients (the authors' code divides it by a client's share of samples); the model is w, and the authors report the mean of
/// all clients' last models.</para>
/// </remarks>
[Published("Acar et al. 2021, arXiv 2111.04263")]
public sealed record FedDyn : FederatedAlgorithm
{
    const string Gradient = "gradient", Correction = "h";

    /// <summary>Weight α of the regulariser, at least 1e-6: h and g_k are float32, and the server divides by α.</summary>
    [Option("Weight of the dynamic regulariser. Larger keeps clients nearer to the received model.", AtLeast = 1e-6)]
    public double Alpha { get; init; } = 0.01;

    /// <inheritdoc/>
    public override bool TakesSubModels => false;

    /// <inheritdoc/>
    public override int Remembers => 1;

    /// <inheritdoc/>
    public override string? Refuses(Experiment experiment, Optimizer optimizer, Pruner pruner) => pruner.Refreshes
        ? "Experiment.Algorithm feddyn: where a new mask brings weights back, gradients that absent clients keep would be stale. "
            + $"Accepted: {pruner.SettlesBy}."
        : ProximalPull.Refusal("Options.Alpha", Alpha, experiment, optimizer);

    /// <inheritdoc/>
    public override ServerState Initialize(Weights initial)
    {
        var state = base.Initialize(initial);
        return state with { Slots = state.Slots.Add(Correction, Weights.Zeros(initial.Layout)) };
    }

    /// <inheritdoc/>
    public override ClientOutcome ClientUpdate(LocalTraining training, int epochs)
    {
        var (own, alpha) = (training.Memory.Read(Gradient) ?? new float[training.Initial.Layout.ParameterCount], (float)Alpha);
        training.RunWith(epochs, new TrainingHooks(
            (w, g) =>
            {
                var received = training.Initial.Parameters;
                for (var i = 0; i < g.Length; i++) g[i] += alpha * (w[i] - received[i]) - own[i];
            },
            AdjustThere: (w, g, vectors) =>
            {
                g.add_(w.sub(vectors.Of(training.Initial)).mul(Scalars.Of(alpha)).sub(vectors.Of(own)), Scalars.One);
                return true;
            }));
        var trained = training.Values;
        var start = training.Initial.Parameters;
        for (var i = 0; i < own.Length; i++) own[i] -= alpha * (trained[i] - start[i]);
        training.Memory.Write(Gradient, own);
        return ClientOutcome.None;
    }

    /// <inheritdoc/>
    public override RoundFold BeginRound(ServerState state, RoundFacts facts) => new Fold(Alpha, state, facts);

    sealed class Fold(double alpha, ServerState state, RoundFacts facts) : RoundFold
    {
        readonly SplitMean _mean = new(facts.Mask);

        public override int Count => _mean.Count;

        public override void Add(ClientReply reply) => _mean.Add(reply, 1);

        public override ServerState End()
        {
            var (old, share) = (state.Weights, (double)Count / facts.Clients);
            var (next, h) = (_mean.Over(old).ToArray(), state.Slots[Correction].ToArray());
            for (var i = 0; i < old.Layout.ParameterCount; i++)
            {
                h[i] = (float)(h[i] - alpha * share * (next[i] - old.Values[i]));
                next[i] = (float)(next[i] - h[i] / alpha);
            }
            return new(new(old.Layout, next), state.Slots.SetItem(Correction, new(old.Layout, h)));
        }
    }
}
