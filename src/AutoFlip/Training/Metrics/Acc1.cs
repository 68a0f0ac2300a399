namespace AutoFlip;

/// <summary>Accuracy: the share of samples whose highest-scoring class is the true one, in [0, 1].</summary>
/// <remarks>
/// Of equal scores the lowest class counts. With one output, a sigmoid of at least 0.5 is class 1; the reference fits its cut-off
/// on the scores it judges, which we do not.
/// </remarks>
public sealed record Acc1() : Metric("acc1")
{
    /// <inheritdoc/>
    public override double? Compute(ReadOnlySpan<float> scores, int outputs, ReadOnlySpan<int> targets) =>
        ClassCounts.Of(scores, outputs, targets).Accuracy;
}
