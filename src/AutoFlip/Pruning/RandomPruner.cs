namespace AutoFlip;

/// <summary>The baseline for informed pruning: a fixed random mask of the same plan, drawn once from the run's seed.</summary>
/// <param name="Plan">How much is removed, and how.</param>
/// <remarks>Differs from the reference's "random pruning", which zeroes new random weights after every mini-batch: a mask that is no
/// mask is no baseline.</remarks>
public sealed record RandomPruner(PruningPlan Plan) : Pruner
{
    /// <inheritdoc/>
    public override PruningPlan PlanOf(int round, int first) => Plan;

    /// <inheritdoc/>
    public override Mask Prune(PruningContext context)
    {
        var random = context.Seeds.For(Purpose.RandomMask);
        var scores = new float[context.Network.Layout.ParameterCount];
        foreach (ref var score in scores.AsSpan()) score = random.NextSingle();
        double[][] units = [.. context.Network.Groups.Select(group => Draw(group.Width, random))];
        return Plan.Prune(context.Network, units, scores);
    }

    static double[] Draw(int count, KeyedRandom random)
    {
        var scores = new double[count];
        foreach (ref var score in scores.AsSpan()) score = random.NextDouble();
        return scores;
    }
}
