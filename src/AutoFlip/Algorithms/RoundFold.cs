namespace AutoFlip;

/// <summary>Facts of a round at the start of its aggregation.</summary>
/// <param name="Round">The round, from 1.</param>
/// <param name="Cohort">Clients that were asked.</param>
/// <param name="Clients">Clients of the federation, N.</param>
/// <param name="LearningRate">The round's local learning rate.</param>
/// <param name="Mask">Places of the replies' values in the full vector: the round's mask, without what is local
/// (<see cref="FederatedAlgorithm.Travels"/>).</param>
public sealed record RoundFacts(int Round, int Cohort, int Clients, double LearningRate, Mask Mask)
{
    /// <summary>Mask of a client, where each trains a sub-model of its own; null: all train under <see cref="Mask"/>.</summary>
    public Func<int, Mask>? SubModels { get; init; }

    /// <summary>The parameters that a reply counts for; null: all that its mask keeps (<see cref="Pruner.CoverageIn"/>).</summary>
    public Func<ClientReply, Selection>? Coverage { get; init; }

    /// <summary>The mask that a client's reply has values of.</summary>
    public Mask MaskOf(int client) => SubModels is { } masks ? masks(client) : Mask;
}

/// <summary>Turns the replies of a round into the server's next state. Replies come one after another, in the order of
/// the cohort; none is kept, unless <see cref="FederatedAlgorithm.KeepsReplies"/>.</summary>
public abstract class RoundFold
{
    /// <summary>Replies added.</summary>
    public abstract int Count { get; }

    /// <summary>Adds a reply that has a result.</summary>
    /// <param name="reply">Checked: it holds as many finite values as its mask keeps (<see cref="RoundFacts.MaskOf"/>). Good until the
    /// next one.</param>
    public abstract void Add(ClientReply reply);

    /// <summary>The next state. There were at least <see cref="FederatedAlgorithm.FewestReplies"/> replies.</summary>
    public abstract ServerState End();
}

/// <summary>Means of a round: of parameters by weights of the algorithm's own, of running statistics by the clients' samples.</summary>
/// <param name="mask">The round's mask.</param>
sealed class SplitMean(Mask mask)
{
    readonly WeightedFold _parameters = new(mask.Kept), _statistics = new(mask.Values.Kept - mask.Kept);

    /// <summary>Replies added.</summary>
    public int Count => _parameters.Count;

    /// <summary>Sum of the parameters' weights.</summary>
    public double TotalWeight => _parameters.TotalWeight;

    /// <summary>Samples of the clients.</summary>
    public double Samples => _statistics.TotalWeight;

    /// <summary>Adds a reply.</summary>
    /// <param name="reply">The reply.</param>
    /// <param name="weight">Weight of its parameters, above 0.</param>
    public void Add(ClientReply reply, double weight)
    {
        _parameters.Add(reply.Values[..mask.Kept], weight);
        _statistics.Add(reply.Values[mask.Kept..], reply.Examples);
    }

    /// <summary>The means; where the mask removed a parameter, <paramref name="own"/>'s value.</summary>
    public Weights Over(Weights own) => mask.Expand([.. _parameters.Mean, .. _statistics.Mean], own);
}

/// <summary>The mean of the clients' weights by their samples, Σ n_k w_k / Σ n_k, and then the algorithm's own step.</summary>
/// <param name="algorithm">Makes the step.</param>
/// <param name="state">The state the round began with.</param>
/// <param name="mask">Places of the replies' values.</param>
sealed class MeanFold(FederatedAlgorithm algorithm, ServerState state, Mask mask) : RoundFold
{
    readonly WeightedFold _mean = new(mask.Values.Kept);

    /// <inheritdoc/>
    public override int Count => _mean.Count;

    /// <inheritdoc/>
    public override void Add(ClientReply reply) => _mean.Add(reply.Values, reply.Examples);

    /// <inheritdoc/>
    public override ServerState End() => algorithm.ServerUpdate(state, mask.Expand(_mean.Mean, state.Weights));
}
