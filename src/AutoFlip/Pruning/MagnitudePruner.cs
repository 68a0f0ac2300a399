namespace AutoFlip;

/// <summary>Removes the smallest weights of the server's model: at once, or in steps that become smaller.</summary>
/// <param name="Plan">How much is removed in the end, and how.</param>
/// <param name="Scale">How magnitudes are made comparable between tensors: None compares all weights with each other, Rank takes the
/// same share of every tensor. Auto is None for single weights and Rank for units.</param>
/// <remarks>
/// A weight's score is |w|, a unit's the mean of it over the unit's bias and its incoming weights from units that are left. What is removed
/// stays removed, so density never grows. A mask keeps exactly ceil((1-p_i)n) parameters, or fewer where units that go take along weights
/// that were gone already. Needs no exploration and no data: the server prunes.
/// <para>Cost: nothing at clients, and no bytes but each new mask's.</para>
/// <para>Sources: Han et al. 2015 (arXiv 1506.02626); Zhu and Gupta 2017 (arXiv 1710.01878) for the schedule, which begins at 0
/// here, after the dense rounds.</para>
/// </remarks>
[Published("Han et al. 2015, arXiv 1506.02626; Zhu and Gupta 2017, arXiv 1710.01878")]
public sealed record MagnitudePruner(PruningPlan Plan, GuidanceScale Scale) : Pruner
{
    /// <summary>Masks N, at least 1. Mask i of 1..N removes p(1 - (1 - i/N)³) of all parameters, so N = 1 is one-shot.</summary>
    [Option("Number of masks. More than 1 prunes gradually, by a cubic schedule; 1 prunes once.", AtLeast = 1, AtMost = 1000)]
    public int PruningSteps { get; init; } = 1;

    /// <summary>Rounds between two masks, at least 1.</summary>
    [Option("Rounds between two masks.", AtLeast = 1, AtMost = 1000000)]
    public int PruningInterval { get; init; } = 1;

    /// <summary>The pruner of an experiment.</summary>
    public static MagnitudePruner Of(Experiment experiment) => new(PruningPlan.Of(experiment), experiment.GuidanceNormalization);

    /// <summary>The share that a cubic schedule has removed: end + (start - end)(1 - t)³.</summary>
    /// <param name="start">Share at t = 0.</param>
    /// <param name="end">Share at t = 1.</param>
    /// <param name="t">How far the schedule has come, in [0, 1].</param>
    public static decimal Cubic(decimal start, decimal end, decimal t) => end + (start - end) * (1 - t) * (1 - t) * (1 - t);

    /// <inheritdoc/>
    public override bool GoesByWeights => true;

    /// <inheritdoc/>
    public override int MadeFor(int round, int first) =>
        first + Math.Min((round - first) / PruningInterval, PruningSteps - 1) * PruningInterval;

    /// <inheritdoc/>
    public override PruningPlan PlanOf(int round, int first)
    {
        var step = (MadeFor(round, first) - first) / PruningInterval + 1;
        return Plan with { Fraction = Cubic(0, Plan.Fraction, (decimal)step / PruningSteps) };
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Warns(Experiment experiment, Network network)
    {
        var last = experiment.FirstPrunedRound + (PruningSteps - 1L) * PruningInterval;
        if (last > experiment.Rounds && experiment.PruneFraction > 0)
            yield return $"Experiment.PruneFraction {experiment.PruneFraction} is not reached: the last of Options.PruningSteps "
                + $"{PruningSteps} masks would be made in round {last}, after the last of {experiment.Rounds}.";
        if (PruningSteps == 1 && PruningInterval > 1)
            yield return $"Options.PruningInterval {PruningInterval} has no effect: Options.PruningSteps 1 makes one mask.";
    }

    /// <inheritdoc/>
    public override Mask Prune(PruningContext context)
    {
        var weights = context.Weights ?? throw new ArgumentException("Magnitude pruning needs the server's weights.", nameof(context));
        var network = context.Network;
        if (context.Before is { } before) weights = before.Apply(weights); // the server's vector has the last values of removed weights
        var scores = weights.Parameters.ToArray();
        foreach (ref var score in scores.AsSpan()) score = MathF.Abs(score);
        var units = UnitScores.Of(network, scores, Scale, context.Before);
        GuidanceScaling.Scale(network.Layout, scores, Scale, context.Before?.Values);
        return PlanOf(context.Round, context.First).Prune(network, units, scores, context.Before);
    }
}
