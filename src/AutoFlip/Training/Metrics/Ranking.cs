namespace AutoFlip;

/// <summary>Samples by score, the highest first, equal scores together: all that metrics of rank need.</summary>
/// <remarks>Cost: one sort.</remarks>
sealed class Ranking
{
    readonly List<Step> _steps = [];

    /// <summary>Samples of the class.</summary>
    public int Positives { get; private init; }

    /// <summary>All others.</summary>
    public int Negatives { get; private init; }

    /// <summary>One step per distinct score, from the highest down.</summary>
    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>Ranks; null where a score is NaN.</summary>
    /// <param name="scores">[N]. Borrowed.</param>
    /// <param name="classes">[N]. Borrowed.</param>
    /// <param name="positive">The class that should have the higher scores.</param>
    public static Ranking? Of(ReadOnlySpan<float> scores, ReadOnlySpan<int> classes, int positive)
    {
        foreach (var score in scores)
            if (float.IsNaN(score)) return null;
        var positives = classes.Count(positive);
        var ranking = new Ranking { Positives = positives, Negatives = classes.Length - positives };
        var (sorted, labels) = (scores.ToArray(), classes.ToArray());
        Array.Sort(sorted, labels);
        var (above, aboveNot) = (0, 0);
        for (int end = sorted.Length, start; end > 0; end = start)
        {
            for (start = end; start > 0 && sorted[start - 1] == sorted[end - 1]; start--)
            {
                if (labels[start - 1] == positive) above++;
                else aboveNot++;
            }
            ranking._steps.Add(new Step(sorted[end - 1], above, aboveNot));
        }
        return ranking;
    }

    /// <summary>A score, and how many samples have it or a higher one.</summary>
    /// <param name="Score">The score.</param>
    /// <param name="Positives">Of the class.</param>
    /// <param name="Negatives">Not of it.</param>
    public readonly record struct Step(float Score, int Positives, int Negatives);
}
