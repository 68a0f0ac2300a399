namespace AutoFlip;

/// <summary>Precision, in [0, 1]: of the samples predicted as a class, the share that are of it; then the mean over classes.</summary>
/// <param name="Average">Which mean.</param>
/// <remarks>A class that is never predicted has precision 0. Predictions are those of <see cref="Acc1"/>.</remarks>
public sealed record Precision(Average Average = Average.Weighted) : ClassMetric("precision")
{
    private protected override double? OfClasses(Predictions predictions) => ClassCounts.Of(predictions).Mean(OfClass, Average);

    internal static (int Above, int Below) OfClass(int hits, int predicted, int actual) => (hits, predicted);
}
