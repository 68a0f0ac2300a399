namespace AutoFlip;

/// <summary>AutoFLIP: explore the loss landscape from one common start, keep what exploration moves.</summary>
/// <param name="Plan">How much is removed, and how. A fraction of 0 trains as without a pruner, to the bit.</param>
/// <param name="Epochs">Most epochs an explorer trains, E_exp.</param>
/// <param name="Patience">Epochs without a lower mean loss after which it stops.</param>
/// <param name="Normalization">How guidance is scaled within a tensor.</param>
/// <param name="Refresh">Cohort: a new mask each round, from the guidance of its cohort. Once: one mask, from all explorers.</param>
/// <remarks>
/// Each explorer c trains its own copy of w_0 and returns s_c = (w_c - w_0)^2. G = scaled mean of s_c over the explorers of the
/// cohort (over all explorers if none of the cohort explored). Units are removed by their mean deviation
/// (see <see cref="UnitScores"/>), single weights by G.
/// <para>Source: AutoFLIP, arXiv 2405.10271. Departures are listed in docs/algorithm.md.</para>
/// </remarks>
public sealed record AutoFlipPruner(PruningPlan Plan, int Epochs, int Patience, GuidanceScale Normalization, MaskRefresh Refresh) : Pruner
{
    /// <inheritdoc/>
    public override void Check(Network network) => Plan.Check(network);

    /// <inheritdoc/>
    public override bool Explores => true;

    /// <inheritdoc/>
    public override bool IsDue(int round) => Refresh == MaskRefresh.Cohort || base.IsDue(round);

    /// <inheritdoc/>
    public override float[] Explore(LocalTraining training)
    {
        training.Run(Epochs, Patience);
        var scores = new float[training.Initial.Layout.ParameterCount];
        Guidance.Deviation(training.Values, training.Initial.Values, scores);
        return scores;
    }

    /// <inheritdoc/>
    public override Mask Prune(PruningContext context)
    {
        var scores = context.Scores ?? throw new ArgumentException("AutoFLIP prunes by exploration.", nameof(context));
        var members = Refresh == MaskRefresh.Cohort ? scores.Explorers.Intersect(context.Cohort).ToArray() : [];
        var guidance = scores.Mean(members is [] ? scores.Explorers : members);
        var units = UnitScores.Of(context.Network, guidance);
        Guidance.Scale(context.Network.Layout, guidance, Normalization);
        return Plan.Prune(context.Network, units, guidance);
    }
}
