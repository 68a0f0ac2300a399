namespace AutoFlip;

/// <summary>F1, in [0, 1]: per class the harmonic mean of precision and recall; then the mean over classes.</summary>
/// <param name="Average">Which mean.</param>
/// <remarks>2·hits / (predicted + true); 0 for a class without a hit. Predictions are those of <see cref="Acc1"/>.</remarks>
public sealed record F1(Average Average = Average.Weighted) : ClassMetric("f1")
{
    private protected override double? OfClasses(Predictions predictions) => ClassCounts.Of(predictions).Mean(OfClass, Average);

    internal static (int Above, int Below) OfClass(int hits, int predicted, int actual) => (2 * hits, predicted + actual);
}
