using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>Watches a run. Called on one thread at a time; it must not change anything and should return soon.</summary>
public abstract class RunObserver : ILoadObserver
{
    /// <summary>An observer that does nothing.</summary>
    public static RunObserver None { get; } = new Silent();

    /// <summary>Several observers as one, notified in this order. An exception of one skips the rest.</summary>
    public static RunObserver All(params RunObserver[] observers) => new ObserverGroup(observers);

    /// <summary>Something deserves a reader's attention, but nothing stops.</summary>
    public virtual void Warning(string message) { }

    /// <summary>A fact for the log: how the columns of a table were understood.</summary>
    public virtual void Note(string message) { }

    /// <summary>A data set is being fetched or read.</summary>
    /// <param name="what">What, in a few words.</param>
    /// <param name="fraction">Share done, in [0, 1]; null if unknown.</param>
    public virtual void Loading(string what, double? fraction) { }

    /// <summary>Everything is loaded and checked; work begins.</summary>
    /// <param name="start">What is known before the first round.</param>
    public virtual void Started(RunStart start) { }

    /// <summary>Explorers that are done, of all.</summary>
    public virtual void Explored(int done, int explorers) { }

    /// <summary>A round begins with this many clients.</summary>
    public virtual void RoundStarted(int round, int cohort) { }

    /// <summary>Clients of the round that are done, of all.</summary>
    public virtual void ClientDone(int round, int done, int cohort) { }

    /// <summary>A client has answered, in exploration, training or evaluation; or is known not to.</summary>
    public virtual void ClientAnswered(ClientAnswer answer) { }

    /// <summary>The global model is being evaluated.</summary>
    public virtual void Evaluating(int round) { }

    /// <summary>A round has ended and is saved.</summary>
    public virtual void RoundDone(RoundReport report) { }

    /// <summary>The run has ended and everything is written.</summary>
    public virtual void Finished(RunSummary summary) { }

    /// <summary>The run has broken off.</summary>
    /// <param name="why">What ended it; an <see cref="OperationCanceledException"/> if it was cancelled.</param>
    public virtual void Failed(Exception why) { }

    sealed class Silent : RunObserver;
}

/// <summary>Facts of a run before its first round.</summary>
/// <param name="Experiment">The complete, resolved description.</param>
/// <param name="Directory">The run directory.</param>
/// <param name="Parameters">Trainable parameters of the network.</param>
/// <param name="MacsPerSample">Multiply-accumulates of one forward pass.</param>
/// <param name="TrainSamples">Training samples over all clients; 0 for clients on other machines, which declare theirs later.</param>
/// <param name="HeldOutSamples">Held-out samples over all clients; 0 likewise.</param>
/// <param name="TestSamples">Samples of the server's test set.</param>
/// <param name="RoundsDone">Rounds already done, when a run is resumed.</param>
public sealed record RunStart(
    Experiment Experiment, string Directory, int Parameters, long MacsPerSample,
    long TrainSamples, long HeldOutSamples, long TestSamples, int RoundsDone)
{
    /// <summary>The reports of the rounds already done.</summary>
    [JsonIgnore]
    public IReadOnlyList<RoundReport> Rounds { get; init; } = [];
}
