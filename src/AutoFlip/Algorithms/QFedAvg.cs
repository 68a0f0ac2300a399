using System.Collections.Immutable;
using System.Globalization;

namespace AutoFlip;

/// <summary>q-FedAvg: clients with a larger loss weigh more, for a fairer distribution of accuracy over clients.</summary>
/// <remarks>
/// A client returns F_k, the mean loss of the received model on its training samples, beside the trained w_k. With L = 1 / η, η the round's
/// learning rate, and D_k = L(w - w_k): w ← w - Σ F_k^q D_k / Σ (q F_k^(q-1) ‖D_k‖² + L F_k^q), over kept parameters. F_k + 1e-10 takes the
/// place of F_k. With q = 0 it is the unweighted mean, to the bit. Running statistics become the mean by samples.
/// <para>Cost: a forward pass of each client's samples a round, and one number per reply.</para>
/// <para>A reply is refused unless its loss is in [0, 1e15]. Within the range a client can claim any loss, and so any weight: fairness
/// trusts clients.</para>
/// <para>Source: Li et al. 2020, arXiv 1905.10497, algorithm 2. Departure: cohorts are drawn uniformly, and in the paper by p_k, because
/// sums are unweighted. As in the paper, F_k is of the received model (Flower takes the loss that a client reports).</para>
/// </remarks>
[Published("Li et al. 2020, arXiv 1905.10497")]
public sealed record QFedAvg : FederatedAlgorithm
{
    const string LossName = "loss";

    /// <summary>Degree of fairness q, at least 0.</summary>
    [Option("Degree of fairness: clients weigh by their loss to the power of q. 0 weighs all alike.", AtLeast = 0, AtMost = 10)]
    public double Q { get; init; } = 0.1;

    /// <inheritdoc/>
    public override ImmutableArray<string> ReturnedNumbers => [LossName];

    /// <inheritdoc/>
    public override bool TakesSubModels => false;

    /// <inheritdoc/>
    public override int ExtraPasses => 1;

    /// <inheritdoc/>
    public override string? Refuses(Experiment experiment, Optimizer optimizer, Pruner pruner) => optimizer is Sgd
        ? null
        : "Experiment.Algorithm qfedavg: it takes an update, divided by the learning rate, as a gradient, and only SGD steps by gradients. "
            + "Accepted: Experiment.Optimizer SGD.";

    /// <inheritdoc/>
    public override string? Refuses(ClientReply reply) =>
        !reply.Numbers.TryGetValue(LossName, out var loss) ? $"it returned no number '{LossName}'."
        : loss is >= 0 and <= 1e15 ? null // powers of it, times a squared norm of floats, are finite
        : string.Create(CultureInfo.InvariantCulture, $"it claims a loss of {loss}; losses are in [0, 1e15].");

    /// <inheritdoc/>
    public override ClientOutcome ClientUpdate(LocalTraining training, int epochs)
    {
        var loss = training.Loss();
        return training.Run(epochs).With(LossName, loss);
    }

    /// <inheritdoc/>
    public override RoundFold BeginRound(ServerState state, RoundFacts facts) => new Fold(Q, state, facts);

    sealed class Fold(double q, ServerState state, RoundFacts facts) : RoundFold
    {
        readonly SplitMean _mean = new(facts.Mask); // by F_k^q
        readonly float[] _start = facts.Mask.KeptParameters().Gather(state.Weights.Parameters);
        double _steps; // the denominator, divided by L

        public override int Count => _mean.Count;

        public override void Add(ClientReply reply)
        {
            var loss = reply.Numbers[LossName] + 1e-10;
            var weight = Math.Pow(loss, q);
            _mean.Add(reply, weight);
            var distance = ServerStep.SquaredDistance(reply.Values[.._start.Length], _start);
            _steps += q * weight / loss * distance / facts.LearningRate + weight;
        }

        public override ServerState End() => state with
        {
            Weights = state.Weights.Towards(_mean.Over(state.Weights), _mean.TotalWeight / _steps),
        };
    }
}
