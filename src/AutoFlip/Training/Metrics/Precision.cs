namespace AutoFlip;

/// <summary>Precision, in [0, 1]: of the samples predicted as a class, the share that are of it; averaged by how often each class is true.</summary>
/// <remarks>A class that is never predicted has precision 0. Predictions are those of <see cref="Acc1"/>.</remarks>
public sealed record Precision() : Metric("precision")
{
    /// <inheritdoc/>
    public override double? Compute(ReadOnlySpan<float> scores, int outputs, ReadOnlySpan<int> targets) =>
        ClassCounts.Of(scores, outputs, targets).WeightedMean(OfClass);

    internal static (int Above, int Below) OfClass(int hits, int predicted, int actual) => (hits, predicted);
}
