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

/// <summary>What a pruner decides on.</summary>
/// <param name="Layout">The full model's tensors.</param>
/// <param name="Round">The round that the mask is for, from 1.</param>
/// <param name="Cohort">The clients of that round, ascending.</param>
/// <param name="Scores">What explorers returned; null if the pruner does not explore.</param>
/// <param name="Seeds">The run's generators.</param>
public sealed record PruningContext(
    WeightLayout Layout, int Round, IReadOnlyList<int> Cohort, IExplorerScores? Scores, Seeds Seeds);

/// <summary>Decides which parameters a federation trains. Composes with any <see cref="FederatedAlgorithm"/>.</summary>
public abstract record Pruner
{
    /// <summary>Checks that a model can be pruned as asked, before anything is trained or written.</summary>
    /// <exception cref="AutoFlipException">It cannot (exit 2).</exception>
    public virtual void Check(WeightLayout layout) { }

    /// <summary>Whether clients explore before round 1.</summary>
    public virtual bool Explores => false;

    /// <summary>Whether a new mask is computed for a round. Round 1 always gets one.</summary>
    public virtual bool IsDue(int round) => round == 1;

    /// <summary>The client's half: explores from the model it received, which is the same for all explorers.</summary>
    /// <param name="training">The model, a private copy, and the client's samples. May be trained at will.</param>
    /// <returns>One score per parameter, finite and at least 0; higher = keep.</returns>
    public virtual float[] Explore(LocalTraining training) => throw new NotSupportedException($"{GetType().Name} does not explore.");

    /// <summary>The server's half: the mask.</summary>
    public abstract Mask Prune(PruningContext context);

    /// <summary>How many parameters a mask of prune-fraction p holds: ceil((1-p)n), in decimal arithmetic.</summary>
    /// <remarks>In doubles (1 - 0.7)·60 is a little above 18 and would round up to 19.</remarks>
    public static int KeptCount(decimal fraction, int parameters) => (int)decimal.Ceiling((1 - fraction) * parameters);

    /// <summary>Keeps the highest-scoring weights so that exactly ceil((1-p)n) of all n parameters are kept.</summary>
    /// <param name="layout">The tensors.</param>
    /// <param name="scores">One per parameter; changed.</param>
    /// <param name="fraction">p, the share of all parameters to remove.</param>
    /// <remarks>Biases and norm parameters count in n but are always kept: alone they cost nothing and removing them harms
    /// (a departure from the reference, which prunes them like weights).</remarks>
    protected static Mask KeepWeights(WeightLayout layout, float[] scores, decimal fraction)
    {
        foreach (var tensor in layout.Parameters)
            if (tensor.Role != TensorRole.Weight) scores.AsSpan(tensor.Range).Fill(float.PositiveInfinity);
        return Mask.KeepHighest(scores, KeptCount(fraction, layout.ParameterCount));
    }

    /// <summary>Checks that so many parameters can go without touching biases and norm parameters.</summary>
    /// <exception cref="AutoFlipException">They cannot (exit 2).</exception>
    protected static void CheckFraction(WeightLayout layout, decimal fraction)
    {
        var remove = layout.ParameterCount - KeptCount(fraction, layout.ParameterCount);
        var weights = layout.Parameters.Where(tensor => tensor.Role == TensorRole.Weight).Sum(tensor => tensor.Length);
        if (remove > weights)
            throw AutoFlipException.BadRequest(
                $"--prune-fraction (--treeshold_pruining) {fraction}: {remove} of {layout.ParameterCount} parameters would have to go, but only {weights} are weights that can be pruned. Accepted for this model: at most {Math.Floor(10000m * weights / layout.ParameterCount) / 10000}.");
    }
}
