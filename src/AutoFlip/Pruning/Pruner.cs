using System.Collections.Immutable;

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

    /// <summary>The server's weights at the beginning of the round. Null unless the pruner uses them
    /// (<see cref="Pruner.GoesByWeights"/>).</summary>
    public Weights? Weights { get; init; }

    /// <summary>The mask of the previous round; null in the first pruned round, and unless the pruner uses weights.</summary>
    public Mask? Before { get; init; }

    /// <summary>The pruner's aggregate of clients' reports (<see cref="Pruner.BeginReports"/>); empty if there were none.</summary>
    public ReadOnlyMemory<float> Memory { get; init; }
}

/// <summary>Facts about a round that client and server share, from which a pruner's probe is created.</summary>
/// <param name="Round">The round, from 1.</param>
/// <param name="First">The first pruned round.</param>
/// <param name="Network">The network that clients train: without the units that the round's mask removes.</param>
public readonly record struct ProbeContext(int Round, int First, Network Network)
{
    readonly Selection? _kept;

    /// <summary>Parameters of the network that the round's mask keeps.</summary>
    public Selection Kept
    {
        get => _kept ?? Selection.All(Network.Layout.ParameterCount);
        init => _kept = value;
    }

    /// <summary>Units of the full network that are in the one that clients train; null: all.</summary>
    public Units? Units { get; init; }

    /// <summary>The kept parameters of the network that clients train, from the full model; what is removed is 0.</summary>
    internal float[] Shrink(Weights full)
    {
        float[] parameters = Units is null ? [.. full.Parameters] : Units.Present.Gather(full.Values)[..Network.Layout.ParameterCount];
        Kept.Apply(parameters);
        return parameters;
    }
}

/// <summary>Facts from which a client's sub-model is computed.</summary>
/// <param name="Network">The full network.</param>
/// <param name="Round">The round, from 1.</param>
/// <param name="Client">The client.</param>
/// <param name="Clients">Clients of the federation, N.</param>
/// <param name="Seeds">The run's generators.</param>
public readonly record struct SubModelContext(Network Network, int Round, int Client, int Clients, Seeds Seeds);

/// <summary>Decides which parameters a federation trains. Composes with any <see cref="FederatedAlgorithm"/>.</summary>
public abstract record Pruner
{
    /// <summary>Number of parameters that the mask of a round removes, and their kind; null without such a plan: nothing is pruned, or
    /// the pruner has its own rules.</summary>
    /// <param name="round">The round, at least <paramref name="first"/>.</param>
    /// <param name="first">The first pruned round.</param>
    public virtual PruningPlan? PlanOf(int round, int first) => null;

    /// <summary>Checks that a model can be pruned as asked, before anything is trained or written.</summary>
    /// <exception cref="AutoFlipException">It cannot (exit 2).</exception>
    public virtual void Check(Network network) => PlanOf(int.MaxValue, first: 1)?.Check(network);

    /// <summary>The reason, in a sentence, for which an experiment cannot use the pruner; null if it can. Asked before data are
    /// loaded.</summary>
    /// <param name="experiment">The experiment; its options are in range.</param>
    public virtual string? Refuses(Experiment experiment) => OnlyWeights && experiment.Pruning == PruningKind.Structured
        ? ApiNames.Refusal(
            "Experiment.Pruning", "structured", $"unstructured under Experiment.Pruner {experiment.Pruner}, which removes single weights")
        : null;

    /// <summary>The reason, in a sentence, for which the pruner cannot be used on a learning task; null if it can. Asked before data are
    /// loaded where the data set's name says what the task is.</summary>
    public virtual string? Refuses(LearningTask task) => null;

    /// <summary>Reason why a reply must not be folded, in a sentence that begins with "it"; null if it may. Clients are not
    /// trusted.</summary>
    /// <param name="reply">Of a training, checked but for what the pruner alone knows.</param>
    public virtual string? Refuses(ClientReply reply) => null;

    /// <summary>Facts that the user of an experiment should know before its first round, one or two sentences each: options
    /// without effect, masks that never come.</summary>
    /// <param name="experiment">The run.</param>
    /// <param name="network">Its full network.</param>
    public virtual IEnumerable<string> Warns(Experiment experiment, Network network) => [];

    /// <summary>True if the pruner removes single weights only, so that <see cref="Experiment.Pruning"/> is unstructured where it was not
    /// chosen.</summary>
    public virtual bool OnlyWeights => false;

    /// <summary>True if clients explore before the first pruned round.</summary>
    public virtual bool Explores => false;

    /// <summary>True if masks may restore weights that an earlier mask removed.</summary>
    public virtual bool Refreshes => false;

    /// <summary>An option with the value under which no mask restores weights, for refusals by algorithms whose clients remember
    /// something of each weight.</summary>
    public virtual string SettlesBy => "Experiment.MaskRefresh once";

    /// <summary>Value of restored weights in a round, where the pruner's own rule says it; null: <see cref="Experiment.Regrow"/>.</summary>
    /// <param name="round">The round, at least <paramref name="first"/>.</param>
    /// <param name="first">The first pruned round.</param>
    public virtual Regrow? RegrowIn(int round, int first) => null;

    /// <summary>The round that a round's mask is made for: every pruned one where the pruner
    /// <see cref="Refreshes"/>, else the first.</summary>
    /// <param name="round">The round, at least <paramref name="first"/>.</param>
    /// <param name="first">The first pruned round.</param>
    public virtual int MadeFor(int round, int first) => Refreshes ? round : first;

    /// <summary>True if masks are computed from the server's weights. Such a mask is part of the saved state, because it cannot be
    /// computed again from later weights. Other masks are a function of scores and seed, and are computed again when a run is
    /// resumed.</summary>
    public virtual bool GoesByWeights => false;

    /// <summary>Lengths of the parts of what an explorer returns: one number per parameter, a part per tensor, unless overridden.
    /// On the wire float16 scales each part by itself, so numbers of one part should be of similar size.</summary>
    /// <param name="network">The full network.</param>
    public virtual ImmutableArray<int> ScoreParts(Network network) => [.. network.Layout.Parameters.Select(tensor => tensor.Length)];

    /// <summary>The client's half: explores from the model it received, which is the same for all explorers.</summary>
    /// <param name="training">The model, a private copy, and the client's samples. May be trained at will.</param>
    /// <returns>Finite numbers, as many as <see cref="ScoreParts"/> adds up to; what they mean is between the pruner's two
    /// halves.</returns>
    public virtual float[] Explore(LocalTraining training) => throw new NotSupportedException($"{GetType().Name} does not explore.");

    /// <summary>Creates the measurement of a round's ordinary training that clients report beside the trained model; null for none.
    /// Called on both sides, so it may depend on the context alone.</summary>
    public virtual TrainingProbe? Probe(ProbeContext context) => null;

    /// <summary>True if clients report in some rounds, or the pruner folds their replies. The current mask and the aggregate of reports are
    /// then part of the saved state.</summary>
    public virtual bool HasReports => false;

    /// <summary>The server's half of a probe: folds the reports of a round, or what else of the replies the pruner goes by; null for
    /// nothing. The sum of all reports and their number, unless overridden.</summary>
    /// <param name="memory">What the last fold came to; null before the first.</param>
    /// <param name="length">Numbers of a report; 0 where clients return none.</param>
    /// <param name="context">The round.</param>
    public virtual ReportFold? BeginReports(float[]? memory, int length, ProbeContext context) =>
        length == 0 ? null : new ReportSum(memory, length);

    /// <summary>True if all explorers join the cohort of a round.</summary>
    /// <param name="round">The round.</param>
    /// <param name="first">The first pruned round.</param>
    public virtual bool AsksExplorers(int round, int first) => false;

    /// <summary>True if each client of a round trains a sub-model of its own, in every round: units of the global model, which itself is
    /// not pruned.</summary>
    public virtual bool HasSubModels => false;

    /// <summary>True if, in some rounds, the mean of a value is over those clients alone that have it: under sub-models, and where
    /// clients adjust the mask. The algorithm must be one that takes this (<see cref="FederatedAlgorithm.TakesSubModels"/>).</summary>
    public virtual bool HasCoverage => HasSubModels;

    /// <summary>The parameters that a reply counts for, where clients of the round remove some themselves, or have learnt nothing about
    /// some; null: all that the mask keeps.</summary>
    public virtual Func<ClientReply, Selection>? CoverageIn(ProbeContext context) => null;

    /// <summary>Units of a client's sub-model, where the pruner <see cref="HasSubModels"/>. The server asks once per client and
    /// round.</summary>
    public virtual Units SubModelOf(SubModelContext context) => throw new NotSupportedException($"{GetType().Name} has no sub-models.");

    /// <summary>The client's half of a sub-model: the values that the passes of its training compute with; null: its own.</summary>
    /// <param name="context">The client.</param>
    /// <param name="small">The network that it trains.</param>
    public virtual TrainingView? View(SubModelContext context, Network small) => null;

    /// <summary>The scores that a mask is made from; null if the pruner does not go by clients' scores.</summary>
    public virtual Guided? GuidanceOf(PruningContext context) => null;

    /// <summary>The server's half: the mask.</summary>
    public abstract Mask Prune(PruningContext context);
}
