namespace AutoFlip;

/// <summary>The baseline for informed pruning: a fixed random mask of the same density, drawn once from the run's seed.</summary>
/// <param name="Fraction">Share p of all parameters to remove, in [0, 1).</param>
/// <remarks>Differs from the reference's "random pruning", which zeroes new random weights after every mini-batch: a mask that is no
/// mask is no baseline.</remarks>
public sealed record RandomPruner(decimal Fraction) : Pruner
{
    /// <inheritdoc/>
    public override void Check(WeightLayout layout) => CheckFraction(layout, Fraction);

    /// <inheritdoc/>
    public override Mask Prune(PruningContext context)
    {
        var random = context.Seeds.For(Purpose.RandomMask);
        var scores = new float[context.Layout.ParameterCount];
        foreach (ref var score in scores.AsSpan()) score = random.NextSingle();
        return KeepWeights(context.Layout, scores, Fraction);
    }
}
