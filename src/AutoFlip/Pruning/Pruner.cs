namespace AutoFlip;

/// <summary>The scores that explorers returned, kept by the server.</summary>
public interface IExplorerScores
{
    /// <summary>The clients whose scores are here, ascending.</summary>
    IReadOnlyList<int> Explorers { get; }

    /// <summary>The mean over some of the explorers, each weighing the same.</summary>
    /// <param name="explorers">At least one; in any order.</param>
    float[] Mean(IReadOnlyCollection<int> explorers);
}

/// <summary>Input of a pruner.</summary>
/// <param name="Network">The full network.</param>
/// <param name="Round">The round that the mask is for, from 1.</param>
/// <param name="Cohort">The clients of that round, ascending.</param>
/// <param name="Scores">What explorers returned; null if the pruner does not explore.</param>
/// <param name="Seeds">The run's generators.</param>
public sealed record PruningContext(
    Network Network, int Round, IReadOnlyList<int> Cohort, IExplorerScores? Scores, Seeds Seeds)
{
    /// <summary>The first pruned round.</summary>
    public int First { get; init; } = Round;

    /// <summary>The server's weights that the round begins with. Null unless the pruner goes by them
    /// (<see cref="Pruner.GoesByWeights"/>).</summary>
    public Weights? Weights { get; init; }

    /// <summary>The mask in force so far; null in the first pruned round, and unless the pruner goes by weights.</summary>
    public Mask? Before { get; init; }
}

/// <summary>Decides which parameters a federation trains. Composes with any <see cref="FederatedAlgorithm"/>.</summary>
public abstract record Pruner
{
    /// <summary>How much the mask of a round removes, and how; null if there is no such plan: nothing is pruned, or a
    /// pruner has rules of its own.</summary>
    /// <param name="round">The round, at least <paramref name="first"/>.</param>
    /// <param name="first">The first pruned round.</param>
    public virtual PruningPlan? PlanOf(int round, int first) => null;

    /// <summary>Checks that a model can be pruned as asked, before anything is trained or written.</summary>
    /// <exception cref="AutoFlipException">It cannot (exit 2).</exception>
    public virtual void Check(Network network) => PlanOf(int.MaxValue, first: 1)?.Check(network);

    /// <summary>Whether clients explore before the first round that is pruned.</summary>
    public virtual bool Explores => false;

    /// <summary>Whether masks bring weights back that an earlier one removed.</summary>
    public virtual bool Refreshes => false;

    /// <summary>The round that a round's mask is made for: every pruned one where the pruner
    /// <see cref="Refreshes"/>, else the first.</summary>
    /// <param name="round">The round, at least <paramref name="first"/>.</param>
    /// <param name="first">The first pruned round.</param>
    public virtual int MadeFor(int round, int first) => Refreshes ? round : first;

    /// <summary>Whether masks are made of the server's weights. Such a mask is part of what is saved, for the weights it was made of are
    /// gone later; any other is a function of scores and seed, and is made again when a run is resumed.</summary>
    public virtual bool GoesByWeights => false;

    /// <summary>The client's half: explores from the model it received, which is the same for all explorers.</summary>
    /// <param name="training">The model, a private copy, and the client's samples. May be trained at will.</param>
    /// <returns>One number per parameter, finite; what it means is between the pruner's two halves.</returns>
    public virtual float[] Explore(LocalTraining training) => throw new NotSupportedException($"{GetType().Name} does not explore.");

    /// <summary>What some explorers' scores say about every parameter, at least 0, higher = keep; null if the
    /// pruner does not go by scores.</summary>
    /// <param name="scores">What explorers returned.</param>
    /// <param name="explorers">Whose to take: at least one.</param>
    public virtual float[]? GuidanceOf(IExplorerScores scores, IReadOnlyCollection<int> explorers) => null;

    /// <summary>The server's half: the mask.</summary>
    public abstract Mask Prune(PruningContext context);
}
