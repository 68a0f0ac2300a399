using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>State of the server between rounds, which is saved to resume a run.</summary>
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

/// <summary>A federated algorithm: what a client does with the model it receives, and what the server does with the replies.</summary>
/// <remarks>A value: hyper-parameters are the record's own, state comes in and goes out. Pruning composes with any algorithm, but for what
/// it refuses. <para>Most algorithms override <see cref="ClientUpdate"/> or <see cref="ServerUpdate"/>. One with more to send names its
/// vectors (<see cref="Sends"/>, <see cref="Returns"/>) and folds replies itself (<see cref="BeginRound"/>).</para></remarks>
public abstract record FederatedAlgorithm
{
    /// <summary>Names of the server's slots that travel to clients with a model to be trained, in ordinal order.</summary>
    public virtual ImmutableArray<string> Sends => [];

    /// <summary>Numbers that travel to clients with a model to be trained, by name; finite.</summary>
    /// <param name="state">The state that the round begins with.</param>
    /// <param name="round">The round, from 1.</param>
    public virtual ImmutableSortedDictionary<string, double> Numbers(ServerState state, int round) => ClientOutcome.None.Numbers;

    /// <summary>Names of the vectors that clients return beside the trained model, in ordinal order.</summary>
    public virtual ImmutableArray<string> Returns => [];

    /// <summary>Names of the numbers that clients return beside the trained model, in ordinal order.</summary>
    public virtual ImmutableArray<string> ReturnedNumbers => [];

    /// <summary>Vectors of the length of the model that a client keeps from round to round, at most; its local values
    /// (<see cref="Travels"/>) are not counted.</summary>
    public virtual int Remembers => Returns.Length;

    /// <summary>Values of the full model that cross the wire, one bit each: all, unless overridden. The others are <i>local</i>: each
    /// client keeps its own, from the initial ones on, and the server keeps the initial ones.</summary>
    /// <param name="network">The full model.</param>
    /// <remarks>Client and server both call it. Pruning has one mask for both kinds; a value that is brought back starts anew from the
    /// initial one.</remarks>
    public virtual Selection Travels(Network network) => Selection.All(network.Layout.Count);

    /// <summary>True if each client has a model of its own, which is evaluated beside the global one.</summary>
    public virtual bool IsPersonal => false;

    /// <summary>The client's own model: the one that it has, unless overridden.</summary>
    /// <param name="model">After training the trained model; otherwise the received one with the client's own local values.</param>
    /// <param name="memory">What the client keeps, this round included.</param>
    /// <returns>A model of the same network; <paramref name="model"/> itself costs no further evaluation.</returns>
    public virtual Weights PersonalModel(Weights model, ClientMemory memory) => model;

    /// <summary>Passes through a client's training samples besides its local epochs, at most.</summary>
    public virtual int ExtraPasses => 0;

    /// <summary>Fewest replies from which a round's next state can be computed, at least 1. A smaller cohort is refused, and a round with
    /// fewer usable replies fails.</summary>
    public virtual int FewestReplies => 1;

    /// <summary>True if the fold keeps the replies until the round ends: 4 bytes per kept value and reply, beside
    /// the server's other memory.</summary>
    public virtual bool KeepsReplies => false;

    /// <summary>Reason why the algorithm is incompatible with other parts of a run, in a sentence that names the accepted ones; null if
    /// it is compatible.</summary>
    /// <param name="experiment">The run.</param>
    /// <param name="optimizer">Its clients' optimizer.</param>
    /// <param name="pruner">Its pruner.</param>
    public virtual string? Refuses(Experiment experiment, Optimizer optimizer, Pruner pruner) => null;

    /// <summary>Facts that the user of an experiment should know before its first round, one or two sentences each: options
    /// without effect, and networks with nothing for the algorithm to act on.</summary>
    /// <param name="experiment">The run.</param>
    /// <param name="network">Its full network.</param>
    public virtual IEnumerable<string> Warns(Experiment experiment, Network network) => [];

    /// <summary>True if the mean of a value may be over some of the clients (<see cref="Pruner.HasCoverage"/>), as under sub-models. False
    /// where the algorithm folds replies itself, by position, and where personal models have the shape of the global one.</summary>
    public virtual bool TakesSubModels => !IsPersonal;

    /// <summary>Reason why a reply must not be folded, in a sentence that begins with "it"; null if it may. Clients are not trusted: an
    /// algorithm that divides by a number of theirs, or weighs by it, checks here that it is there and in range.</summary>
    /// <param name="reply">Of a training, checked but for what the algorithm alone knows.</param>
    public virtual string? Refuses(ClientReply reply) => null;

    /// <summary>The state before round 1.</summary>
    /// <param name="initial">w_0.</param>
    public virtual ServerState Initialize(Weights initial) => new(initial, ImmutableSortedDictionary<string, Weights>.Empty);

    /// <summary>The client's half: trains the received model in place.</summary>
    /// <param name="training">The model, the client's samples and the experiment's settings.</param>
    /// <param name="epochs">Local epochs E.</param>
    /// <returns>What goes up beside the model: the vectors that <see cref="Returns"/> names, and any numbers.</returns>
    public virtual ClientOutcome ClientUpdate(LocalTraining training, int epochs) => training.Run(epochs);

    /// <summary>The server's half: folds the replies of a round. The mean by samples, of sub-models the mean over those that cover a value,
    /// and then <see cref="ServerUpdate"/>, unless overridden.</summary>
    /// <param name="state">The state the round began with.</param>
    /// <param name="facts">What else is known.</param>
    public virtual RoundFold BeginRound(ServerState state, RoundFacts facts) =>
        facts is { SubModels: null, Coverage: null }
        ? new MeanFold(this, state, facts.Mask)
        : new CoverageFold(this, state, facts);

    /// <summary>The server's step: the next state. The mean becomes the model, unless overridden.</summary>
    /// <param name="state">The state the round began with.</param>
    /// <param name="mean">Mean of the clients' weights, by samples; where a value was removed or is local, the server's own.</param>
    public virtual ServerState ServerUpdate(ServerState state, Weights mean) => state with { Weights = mean };
}
