namespace AutoFlip;

/// <summary>Recall, in [0, 1]: of a class's samples, the share predicted as it; then the mean over classes.</summary>
/// <param name="Average">Which mean. Macro is also called balanced accuracy; but a class that is only ever
/// predicted counts as 0 here.</param>
/// <remarks>The weighted mean always equals <see cref="Acc1"/>: kept because the reference reports it. Predictions are
/// those of <see cref="Acc1"/>.</remarks>
public sealed record Recall(Average Average = Average.Weighted) : ClassMetric("recall")
{
    private protected override double? OfClasses(Predictions predictions) => ClassCounts.Of(predictions).Mean(OfClass, Average);

    internal static (int Above, int Below) OfClass(int hits, int predicted, int actual) => (hits, actual);
}
