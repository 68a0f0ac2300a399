namespace AutoFlip;

/// <summary>Accuracy: the share of samples, or of steps that count, whose highest-scoring class is the true one, in [0, 1].</summary>
/// <remarks>
/// Of equal scores the lowest class counts. One output means class 1 from the cut-off on, which comes from training scores: the
/// reference fits it on the very scores it judges (docs/decisions/0009).
/// </remarks>
public sealed record Acc1() : ClassMetric("acc1")
{
    /// <inheritdoc/>
    public override string DisplayName => "accuracy";

    /// <inheritdoc/>
    public override bool InPercent => true;

    /// <inheritdoc/>
    public override bool IsMain => true;

    private protected override double? OfClasses(Predictions predictions) => ClassCounts.Of(predictions).Accuracy;
}

/// <summary>Accuracy over the steps of sequences that count, in [0, 1]: <see cref="Acc1"/> under the name that
/// sequences have in the reference.</summary>
public sealed record SeqAcc() : ClassMetric("seqacc")
{
    private protected override double? OfClasses(Predictions predictions) => ClassCounts.Of(predictions).Accuracy;
}
