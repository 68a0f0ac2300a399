namespace AutoFlip;

/// <summary>AutoFLIP: explore the loss landscape from one common start, keep what exploration finds to matter.</summary>
/// <param name="Plan">How much is removed, and how. A fraction of 0 trains as without a pruner, to the bit.</param>
/// <param name="Guidance">What exploration measures.</param>
/// <param name="Epochs">Most epochs an explorer trains, E_exp.</param>
/// <param name="Patience">Epochs without a lower mean loss after which it stops.</param>
/// <param name="Normalization">How guidance is made comparable between tensors.</param>
/// <param name="Refresh">Cohort: a new mask each round, from the guidance of its cohort. Once: one mask, from all explorers.</param>
/// <remarks>
/// Each explorer c trains its own copy of one model and returns its scores. G = their mean over the explorers of the cohort (over all
/// explorers if none of the cohort explored). A unit's score is the mean of G over its incoming weights and bias. Weights are scaled
/// within their tensor and units within their layer, and the lowest of all go.
/// <para>Source: AutoFLIP, arXiv 2405.10271. Departures are listed in docs/algorithm.md.</para>
/// </remarks>
public sealed record AutoFlipPruner(
    PruningPlan Plan, Guidance Guidance, int Epochs, int Patience, GuidanceScale Normalization, MaskRefresh Refresh) : Pruner
{
    /// <summary>The pruner of an experiment.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="guidance">What it names as guidance.</param>
    public static AutoFlipPruner Of(Experiment experiment, Guidance guidance) => new(
        PruningPlan.Of(experiment), guidance, experiment.ExplorationEpochs, experiment.ExplorationPatience,
        experiment.GuidanceNormalization, experiment.MaskRefresh);

    /// <inheritdoc/>
    public override bool Explores => true;

    /// <inheritdoc/>
    public override bool Refreshes => Refresh == MaskRefresh.Cohort;

    /// <inheritdoc/>
    public override float[] Explore(LocalTraining training) => Guidance.Explore(training, Epochs, Patience);

    /// <inheritdoc/>
    public override float[] GuidanceOf(IExplorerScores scores, IReadOnlyCollection<int> explorers)
    {
        var guidance = scores.Mean(explorers);
        Guidance.Finish(guidance);
        return guidance;
    }

    /// <inheritdoc/>
    public override PruningPlan PlanOf(int round, int first) => Plan;

    /// <inheritdoc/>
    public override Mask Prune(PruningContext context)
    {
        var scores = context.Scores ?? throw new ArgumentException("AutoFLIP prunes by exploration.", nameof(context));
        var members = Refreshes ? scores.Explorers.Intersect(context.Cohort).ToArray() : [];
        var guidance = GuidanceOf(scores, members is [] ? scores.Explorers : members);
        var units = UnitScores.Of(context.Network, guidance, Normalization);
        GuidanceScaling.Scale(context.Network.Layout, guidance, Normalization);
        return Plan.Prune(context.Network, units, guidance);
    }
}
