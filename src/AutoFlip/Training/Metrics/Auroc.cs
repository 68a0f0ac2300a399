namespace AutoFlip;

/// <summary>Area under the ROC curve, in [0, 1]: how often a sample of a class outranks one that is not of
/// it; equal scores count half.</summary>
/// <param name="Average">How the areas of several outputs become one; a single output has one area.</param>
/// <remarks>
/// Several outputs: of the softmax, each class against the rest, then the mean over the classes that
/// have samples both of them and not of them. One output: of the sigmoid, class 1 against class 0. Null where no class
/// qualifies, and where a score is NaN or the softmax is undefined (an infinite highest score).
/// <para>The softmax is computed in float64 and rounded to float32, so that rows with the same scores in another order still tie.
/// The sigmoid keeps the order of scores, which are therefore ranked as they are. Cost: one sort per class, O(classes · n log n).</para>
/// <para>Differs from the reference, which raises an error where a class is absent, and gives 0.5 for every one-output model
/// because it takes the softmax of a single column.</para>
/// </remarks>
public sealed record Auroc(Average Average = Average.Weighted) : ClassMetric("auroc")
{
    private protected override double? OfClasses(Predictions predictions)
    {
        var classes = predictions.Classes;
        var count = predictions.Count;
        if (predictions.Width == 1) return AreaOf(1, predictions.Scores, classes);

        // log of each row's softmax denominator: probability = exp(score - normaliser)
        var normalisers = new double[count];
        for (var i = 0; i < count; i++)
        {
            normalisers[i] = LogSumExp(predictions[i]);
            if (!double.IsFinite(normalisers[i])) return null; // a NaN among them, too
        }

        var probabilities = new float[count];
        double sum = 0, weight = 0;
        for (var c = 0; c < predictions.ClassCount; c++)
        {
            var positives = classes.Count(c);
            if (positives == 0 || positives == count) continue;
            for (var i = 0; i < count; i++)
                probabilities[i] = (float)Math.Exp(predictions[i][c] - normalisers[i]);
            var share = Average == Average.Macro ? 1 : positives;
            sum += share * AreaOf(c, probabilities, classes)!.Value;
            weight += share;
        }
        return weight == 0 ? null : sum / weight;
    }

    /// <summary>Share of (positive, negative) pairs in which the positive has the higher score (Mann and Whitney's U / pairs).</summary>
    static double? AreaOf(int positive, ReadOnlySpan<float> scores, ReadOnlySpan<int> classes)
    {
        if (Ranking.Of(scores, classes, positive) is not { Positives: > 0, Negatives: > 0 } ranking) return null;
        var won = 0.0;
        var before = default(Ranking.Step);
        foreach (var step in ranking.Steps)
        {
            var (positives, negatives) = (step.Positives - before.Positives, step.Negatives - before.Negatives);
            won += positives * (ranking.Negatives - step.Negatives + 0.5 * negatives);
            before = step;
        }
        return won / ((double)ranking.Positives * ranking.Negatives);
    }

    static double LogSumExp(ReadOnlySpan<float> row)
    {
        var max = row[0];
        foreach (var score in row) max = Math.Max(max, score);
        var sum = 0.0;
        foreach (var score in row) sum += Math.Exp((double)score - max);
        return max + Math.Log(sum);
    }
}
