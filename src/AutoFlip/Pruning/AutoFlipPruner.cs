using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>AutoFLIP: explorers score parameters from one common start, and those with the lowest scores are removed.</summary>
/// <param name="Plan">How much is removed, and how. A fraction of 0 without an exploration round trains as without a pruner, to the
/// bit.</param>
/// <param name="Guidance">What explorers measure.</param>
/// <param name="Epochs">Maximum number of epochs of an explorer that trains only to score, E_exp.</param>
/// <param name="Patience">Epochs without a lower mean loss after which it stops.</param>
/// <param name="Normalization">How guidance is made comparable between tensors.</param>
/// <param name="Refresh">Cohort: a new mask each round, from the guidance of its cohort. Once: one mask, from all explorers.</param>
/// <remarks>
/// Each explorer c trains its own copy of one model and returns its scores. G = their mean over the explorers of the cohort (over all
/// explorers if none of the cohort explored). If dense rounds are scored, explorers do not train to score, and G = the mean over the
/// clients of those rounds. A unit's score is the mean of G over its incoming weights and bias. By default units are ranked within their
/// layer, and single weights are compared over all layers (Normalization). The lowest are removed.
/// <para>Cost: one number per unit up with each reply that scores (one per parameter where single weights go), and an explorer's epochs
/// where no dense round is scored. Memory: one vector at a client that scores; at the server one vector, or a file with the scores of each
/// explorer.</para>
/// <para>Source: AutoFLIP, arXiv 2405.10271. Departures are listed in docs/algorithm.md.</para>
/// </remarks>
[Published("AutoFLIP, arXiv 2405.10271")]
public sealed record AutoFlipPruner(
    PruningPlan Plan, Guidance Guidance, int Epochs, int Patience, GuidanceScale Normalization, MaskRefresh Refresh) : Pruner
{
    /// <summary>The pruner of an experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="guidance">What it names as guidance.</param>
    public static AutoFlipPruner Of(Experiment experiment, Guidance guidance) => new(
        PruningPlan.Of(experiment), guidance, experiment.ExplorationEpochs, experiment.ExplorationPatience,
        experiment.GuidanceNormalization, experiment.MaskRefresh)
    {
        HasDenseRounds = experiment.FirstPrunedRound > 1,
    };

    /// <summary>Dense rounds whose training is scored, the last ones before pruning; 0 for none but the exploration round.</summary>
    [Option(
        "Dense rounds whose training scores the weights, the last ones before pruning. "
        + "0, without an exploration round, has explorers train only to score them.",
        AtLeast = 0, AtMost = 1000000)]
    public int ScoreRounds { get; init; }

    /// <summary>All explorers join the cohort of the last dense round, and its training is scored.</summary>
    [Option("All explorers join the cohort of the last dense round, and its training scores the weights.")]
    public bool ExplorationRound { get; init; }

    /// <summary>True if the mask is computed once, after a dense round whose training can be scored.</summary>
    public bool HasDenseRounds { get; init; }

    /// <inheritdoc/>
    public override bool HasReports => ScoredRounds > 0 && HasDenseRounds && !Refreshes;

    /// <inheritdoc/>
    public override bool Explores => !HasReports;

    /// <inheritdoc/>
    public override bool Refreshes => Refresh == MaskRefresh.Cohort;

    int ScoredRounds => Math.Max(ScoreRounds, ExplorationRound ? 1 : 0);

    /// <summary>True if clients return one number per unit: whole units go and few single weights, and the mean over a unit may precede the
    /// mean over clients.</summary>
    bool ScoresUnits(Network network) => Guidance.IsLinear && Plan.IsReachedByUnits(network);

    /// <summary>The measurement of a client's training, of the full network.</summary>
    TrainingProbe Measure(Network network)
    {
        var scores = Guidance.Measure(network.Layout);
        return ScoresUnits(network) ? new UnitMeans(network, scores) : scores;
    }

    /// <inheritdoc/>
    public override bool AsksExplorers(int round, int first) => HasReports && ExplorationRound && round == first - 1;

    /// <inheritdoc/>
    public override TrainingProbe? Probe(ProbeContext context)
    {
        if (!HasReports || context.Round >= context.First || context.Round < context.First - ScoredRounds) return null;
        return Measure(context.Network);
    }

    /// <inheritdoc/>
    public override string? Refuses(Experiment experiment) =>
        HasReports || ScoredRounds <= 0 ? null
        : ScoreRounds > 0 ? Refusal("Options.ScoreRounds", ScoreRounds, "0")
        : Refusal("Options.ExplorationRound", ExplorationRound, "false");

    /// <summary>The refusal of an option that scores dense rounds, where no mask can follow from them.</summary>
    string Refusal(string option, object value, string off) => ApiNames.Refusal(
        option, ExperimentOption.Text(value), HasDenseRounds
            ? $"{off} under Experiment.MaskRefresh cohort, which needs the scores of each explorer"
            : $"{off} under Experiment.DenseRounds 0, where no training precedes the mask");

    /// <inheritdoc/>
    public override ImmutableArray<int> ScoreParts(Network network) => [.. Measure(network).Parts.Select(part => part.Length)];

    /// <inheritdoc/>
    public override float[] Explore(LocalTraining training)
    {
        var probe = Measure(training.Network);
        training.RunWith(
            Epochs, new TrainingHooks((w, g) => probe.Observe(w, g), AdjustThere: (w, g, _) => probe.Watch(w, g)), Patience);
        var received = training.Initial.Parameters;
        return probe.Report(received, training.Values[..received.Length]);
    }

    /// <inheritdoc/>
    public override PruningPlan PlanOf(int round, int first) => Plan;

    /// <inheritdoc/>
    public override Guided GuidanceOf(PruningContext context)
    {
        var (mean, clients) = HasReports ? Reported(context.Memory.Span) : Explored(context);
        Guidance.Finish(mean);
        return ScoresUnits(context.Network) ? Guided.OfUnits(context.Network, mean, clients) : new(mean, null, clients);
    }

    /// <inheritdoc/>
    public override Mask Prune(PruningContext context)
    {
        var (weights, units, _) = GuidanceOf(context);
        var network = context.Network;
        var scaled = UnitScores.Scaled(network, units ?? UnitScores.MeansOf(network, weights), Normalization);
        if (units is null) GuidanceScaling.Scale(network.Layout, weights, Normalization);
        else weights = UnitScores.PerWeight(network, scaled);
        return Plan.Prune(network, scaled, weights);
    }

    static (float[] Mean, int Clients) Reported(ReadOnlySpan<float> memory) => memory.IsEmpty
        ? throw new ArgumentException("No client has reported scores.", nameof(memory))
        : (ReportSum.MeanOf(memory), ReportSum.CountOf(memory));

    (float[] Mean, int Clients) Explored(PruningContext context)
    {
        var scores = context.Scores ?? throw new ArgumentException("AutoFLIP prunes by exploration.", nameof(context));
        var members = Refreshes ? scores.Explorers.Intersect(context.Cohort).ToArray() : [];
        var explorers = members is [] ? scores.Explorers : members;
        return (scores.Mean(explorers), explorers.Count);
    }
}
