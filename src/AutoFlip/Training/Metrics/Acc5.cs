namespace AutoFlip;

/// <summary>Top-5 accuracy: the share of samples whose true class is among the five highest scores, in [0, 1].</summary>
/// <remarks>
/// Of equal scores the higher class ranks first: the reference's rule, the opposite of <see cref="Acc1"/>'s, so with ties
/// acc5 may even be below acc1. Ranks raw scores: the reference ranks their softmax, which is the same order. Cost: one pass, no sort.
/// </remarks>
public sealed record Acc5() : Metric("acc5")
{
    const int Top = 5;

    /// <inheritdoc/>
    public override double? Compute(ReadOnlySpan<float> scores, int outputs, ReadOnlySpan<int> targets)
    {
        ClassCounts.Check(scores, outputs, targets);
        if (outputs < Top || targets.IsEmpty) return null;

        var hits = 0;
        for (var i = 0; i < targets.Length; i++)
            if (Rank(scores.Slice(i * outputs, outputs), targets[i]) < Top) hits++;
        return (double)hits / targets.Length;
    }

    /// <inheritdoc/>
    public override string? Refuses(int classes) => classes >= Top
        ? null
        : $"acc5 needs at least {Top} classes; this data set has {classes}. Leave it out, or use acc1.";

    /// <summary>Number of classes ahead of the target; past the last rank if a score is NaN.</summary>
    static int Rank(ReadOnlySpan<float> row, int target)
    {
        var rank = 0;
        for (var c = 0; c < row.Length; c++)
        {
            if (float.IsNaN(row[c])) return row.Length;
            if (row[c] > row[target] || (row[c] == row[target] && c > target)) rank++;
        }
        return rank;
    }
}
