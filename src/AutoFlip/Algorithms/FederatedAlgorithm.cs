using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>What the server knows between rounds, and what is saved to resume a run.</summary>
/// <param name="Weights">The full global vector. Under a mask it still holds what removed parameters last were, so that they can
/// come back; the global <i>model</i> is this vector with the mask applied.</param>
/// <param name="Slots">An algorithm's own vectors, by names that its file declares.</param>
public sealed record ServerState(Weights Weights, ImmutableSortedDictionary<string, Weights> Slots)
{
    /// <summary>The state under a new mask: no slot keeps anything about a removed parameter.</summary>
    /// <param name="mask">What is kept from now on.</param>
    /// <param name="regrow">Whether a removed parameter's value is remembered.</param>
    public ServerState Masked(Mask mask, Regrow regrow) => mask.IsDense ? this : new(
        regrow == Regrow.Zero ? mask.Apply(Weights) : Weights,
        Slots.ToImmutableSortedDictionary(slot => slot.Key, slot => mask.Apply(slot.Value)));
}

/// <summary>A federated algorithm: what a client does with the model it receives, and what the server does with the mean.</summary>
/// <remarks>A value: hyper-parameters are the record's own, state comes in and goes out. Pruning composes with any algorithm.</remarks>
public abstract record FederatedAlgorithm
{
    /// <summary>The state before round 1.</summary>
    /// <param name="initial">w_0.</param>
    public virtual ServerState Initialize(Weights initial) => new(initial, ImmutableSortedDictionary<string, Weights>.Empty);

    /// <summary>The client's half: trains the received model in place.</summary>
    /// <param name="training">The model, the client's samples and the experiment's settings.</param>
    /// <param name="epochs">Local epochs E.</param>
    public virtual void ClientUpdate(LocalTraining training, int epochs) => training.Run(epochs);

    /// <summary>The server's half: the next state.</summary>
    /// <param name="state">The state the round began with.</param>
    /// <param name="mean">Mean of the clients' weights, by samples; where the mask removed a parameter, the server's own value.</param>
    public abstract ServerState ServerUpdate(ServerState state, Weights mean);
}
