namespace AutoFlip;

/// <summary>F1, in [0, 1]: per class the harmonic mean of precision and recall; averaged by how often each class is true.</summary>
/// <remarks>2·hits / (predicted + true); 0 for a class without a hit. Predictions are those of <see cref="Acc1"/>.</remarks>
public sealed record F1() : Metric("f1")
{
    /// <inheritdoc/>
    public override double? Compute(ReadOnlySpan<float> scores, int outputs, ReadOnlySpan<int> targets) =>
        ClassCounts.Of(scores, outputs, targets).WeightedMean(OfClass);

    internal static (int Above, int Below) OfClass(int hits, int predicted, int actual) => (2 * hits, predicted + actual);
}
