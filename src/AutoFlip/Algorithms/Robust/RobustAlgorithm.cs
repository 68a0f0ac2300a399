namespace AutoFlip;

/// <summary>Federated averaging with a robust rule in place of the mean: a few wrong replies cannot move the model at will.</summary>
/// <remarks>
/// Clients train as under <see cref="FedAvg"/>. The rule sees the kept parameters of all replies of a round; running statistics become the
/// coordinate median, whatever the rule, because a mean of them could be moved at will. Every reply weighs the same: a client may claim
/// any number of samples. There is no server momentum. Scores and reports of pruners are still averaged over clients.
/// <para>Memory: n · kept · 4 bytes on the server for n replies. Traffic: FedAvg's.</para>
/// </remarks>
public abstract record RobustAlgorithm : FederatedAlgorithm
{
    /// <inheritdoc/>
    public sealed override bool KeepsReplies => true;

    /// <inheritdoc/>
    public sealed override bool TakesSubModels => false;

    /// <inheritdoc/>
    public override string? Refuses(Experiment experiment, Optimizer optimizer, Pruner pruner) => experiment.StaticBatchNorm
        ? ApiNames.Refusal(
            "Experiment.StaticBatchNorm", "True",
            $"False under Experiment.Algorithm {experiment.Algorithm}: its running statistics are medians of clients, and these would be "
            + "means, which one client can move at will")
        : null;

    /// <summary>The rule.</summary>
    /// <param name="state">The state the round began with.</param>
    /// <param name="mask">The round's mask.</param>
    /// <param name="replies">Replies in the order of the cohort, at least <see cref="FederatedAlgorithm.FewestReplies"/>. Each begins with
    /// the values of the kept parameters, finite; statistics follow.</param>
    /// <param name="result">Receives a value per kept parameter.</param>
    public abstract void Aggregate(ServerState state, Mask mask, IReadOnlyList<float[]> replies, Span<float> result);

    /// <inheritdoc/>
    public sealed override RoundFold BeginRound(ServerState state, RoundFacts facts) => new Fold(this, state, facts.Mask);

    sealed class Fold(RobustAlgorithm algorithm, ServerState state, Mask mask) : RoundFold
    {
        readonly List<float[]> _replies = [];

        public override int Count => _replies.Count;

        public override void Add(ClientReply reply) => _replies.Add(reply.Values.ToArray());

        public override ServerState End()
        {
            var result = new float[mask.Values.Kept];
            algorithm.Aggregate(state, mask, _replies, result.AsSpan(0, mask.Kept));
            SortedReplies.Median(_replies, mask.Kept, result.AsSpan(mask.Kept));
            return algorithm.ServerUpdate(state, mask.Expand(result, state.Weights));
        }
    }
}
