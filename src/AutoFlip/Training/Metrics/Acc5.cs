namespace AutoFlip;

/// <summary>Top-5 accuracy: the share of samples whose true class is among the five highest scores, in [0, 1].</summary>
/// <remarks>
/// Of equal scores the higher class ranks first: the reference's rule, the opposite of <see cref="Acc1"/>'s, so with ties
/// acc5 may even be below acc1. Ranks raw scores: the reference ranks their softmax, which is the same order. Cost: one pass, no sort.
/// </remarks>
public sealed record Acc5() : ClassMetric("acc5")
{
    const int Top = 5;

    private protected override double? OfClasses(Predictions predictions)
    {
        if (predictions.Width < Top) return null;

        var hits = 0;
        for (var i = 0; i < predictions.Count; i++)
            if (Rank(predictions[i], predictions.Classes[i]) < Top) hits++;
        return (double)hits / predictions.Count;
    }

    /// <inheritdoc/>
    public override string? Refuses(LearningTask task) => base.Refuses(task) ?? (task.Classes >= Top
        ? null
        : $"acc5 needs at least {Top} classes; this data set has {task.Classes}. Leave it out, or use acc1.");

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
