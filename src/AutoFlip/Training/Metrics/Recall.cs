namespace AutoFlip;

/// <summary>Recall, in [0, 1]: of a class's samples, the share predicted as it; averaged by how often each class is true.</summary>
/// <remarks>Averaged in this way it always equals <see cref="Acc1"/>: kept because the reference reports it. Predictions are those of <see cref="Acc1"/>.</remarks>
public sealed record Recall() : Metric("recall")
{
    /// <inheritdoc/>
    public override double? Compute(ReadOnlySpan<float> scores, int outputs, ReadOnlySpan<int> targets) =>
        ClassCounts.Of(scores, outputs, targets).WeightedMean(OfClass);

    internal static (int Above, int Below) OfClass(int hits, int predicted, int actual) => (hits, actual);
}
