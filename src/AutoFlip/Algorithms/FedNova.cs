using System.Collections.Immutable;
using System.Globalization;

namespace AutoFlip;

/// <summary>FedNova: updates are divided by their numbers of steps, so that clients of many steps do not decide the direction.</summary>
/// <param name="Momentum">Momentum ρ of the clients' SGD, in [0, 1).</param>
/// <remarks>
/// A client takes τ_k steps and returns a_k beside w_k: the sum of the factors with which its gradients are in its update. Without momentum
/// a_k = τ_k, with it (τ_k - ρ(1 - ρ^τ_k) / (1 - ρ)) / (1 - ρ). The server: w ← w + (Σ p_k a_k) Σ p_k (w_k - w) / a_k with p_k = n_k / Σ n.
/// Where all a_k are equal it is FedAvg, to the bit. Running statistics become the mean by samples. Weight decay is part of the
/// gradients; a clipped step is a step; the learning rate is constant within a round.
/// <para>Cost: one number per reply.</para>
/// <para>A reply is refused unless a_k is in [1, s / (1 - ρ)], s the samples that it says it trained on: the bounds of s steps.</para>
/// <para>Source: Wang et al. 2020, arXiv 2007.07481, sections 4 and 5. Not here: the proximal term, server momentum.</para>
/// </remarks>
[Published("Wang et al. 2020, arXiv 2007.07481")]
public sealed record FedNova(double Momentum) : FederatedAlgorithm
{
    const string Factor = "a";

    /// <inheritdoc/>
    public override ImmutableArray<string> ReturnedNumbers => [Factor];

    /// <inheritdoc/>
    public override bool TakesSubModels => false;

    /// <inheritdoc/>
    public override string? Refuses(Experiment experiment, Optimizer optimizer, Pruner pruner) => optimizer is Sgd
        ? null
        : "Experiment.Algorithm fednova: it divides an update by the weights of its gradients, and only SGD steps by gradients. "
            + "Accepted: Experiment.Optimizer SGD.";

    /// <inheritdoc/>
    public override string? Refuses(ClientReply reply) =>
        !reply.Numbers.TryGetValue(Factor, out var a) ? $"it returned no number '{Factor}'."
        : a >= 1 && a <= reply.TrainSamples / (1 - Momentum) ? null
        : string.Create(
            CultureInfo.InvariantCulture,
            $"it returned {a} as '{Factor}', which {reply.TrainSamples} samples cannot give: at least 1 and at most one step for each.");

    /// <inheritdoc/>
    public override ClientOutcome ClientUpdate(LocalTraining training, int epochs)
    {
        var outcome = training.Run(epochs);
        double factor = 0, buffer = 0;
        for (var step = 0; step < training.Steps; step++) factor += buffer = Momentum * buffer + 1;
        return outcome.With(Factor, factor);
    }

    /// <inheritdoc/>
    public override RoundFold BeginRound(ServerState state, RoundFacts facts) => new Fold(state, facts.Mask);

    sealed class Fold(ServerState state, Mask mask) : RoundFold
    {
        readonly SplitMean _mean = new(mask); // by n_k / a_k
        double _first, _factors;              // a of the first reply, so that equal ones cancel exactly; Σ n_k a_k

        public override int Count => _mean.Count;

        public override void Add(ClientReply reply)
        {
            var a = reply.Numbers[Factor];
            if (_first == 0) _first = a;
            _mean.Add(reply, reply.Examples * (_first / a));
            _factors += reply.Examples * (a / _first);
        }

        public override ServerState End() => state with
        {
            Weights = state.Weights.Towards(_mean.Over(state.Weights), _factors * _mean.TotalWeight / (_mean.Samples * _mean.Samples)),
        };
    }
}
