namespace AutoFlip;

/// <summary>Area under the ROC curve, in [0, 1]: how often a sample of a class outranks one that is not of it; equal scores count half.</summary>
/// <remarks>
/// Several outputs: of the softmax, each class against the rest, averaged by how often each class is true, over the classes that
/// have samples both of them and not of them. One output: of the sigmoid, class 1 against class 0. Null where no class
/// qualifies, and where a score is NaN or the softmax is undefined (an infinite highest score).
/// <para>The softmax is computed in float64 and rounded to float32, so that rows with the same scores in another order still tie.
/// The sigmoid keeps the order of scores, which are therefore ranked as they are. Cost: one sort per class, O(classes · n log n).</para>
/// <para>Differs from the reference, which raises an error where a class is absent, and gives 0.5 for every one-output model
/// because it takes the softmax of a single column.</para>
/// </remarks>
public sealed record Auroc() : Metric("auroc")
{
    /// <inheritdoc/>
    public override double? Compute(ReadOnlySpan<float> scores, int outputs, ReadOnlySpan<int> targets)
    {
        var classes = ClassCounts.Check(scores, outputs, targets);
        foreach (var score in scores)
            if (float.IsNaN(score)) return null;

        var ranked = new float[targets.Length];
        var labels = new int[targets.Length];
        if (outputs == 1) return AreaOf(1, scores, targets, ranked, labels, out _);

        // log of each row's softmax denominator: probability = exp(score - normaliser)
        var normalisers = new double[targets.Length];
        for (var i = 0; i < targets.Length; i++)
        {
            normalisers[i] = LogSumExp(scores.Slice(i * outputs, outputs));
            if (!double.IsFinite(normalisers[i])) return null;
        }

        var probabilities = new float[targets.Length];
        double sum = 0, weight = 0;
        for (var c = 0; c < classes; c++)
        {
            for (var i = 0; i < targets.Length; i++)
                probabilities[i] = (float)Math.Exp(scores[i * outputs + c] - normalisers[i]);
            if (AreaOf(c, probabilities, targets, ranked, labels, out var positives) is not { } area) continue;
            sum += positives * area;
            weight += positives;
        }
        return weight == 0 ? null : sum / weight;
    }

    /// <summary>Share of (positive, negative) pairs in which the positive has the higher score (Mann and Whitney's U / pairs).</summary>
    static double? AreaOf(
        int positive, ReadOnlySpan<float> scores, ReadOnlySpan<int> targets, float[] ranked, int[] labels, out int positives)
    {
        positives = targets.Count(positive);
        var pairs = (double)positives * (targets.Length - positives);
        if (pairs == 0) return null;

        scores.CopyTo(ranked);
        targets.CopyTo(labels);
        Array.Sort(ranked, labels);

        double won = 0;
        var negativesBelow = 0;
        for (int start = 0, end; start < ranked.Length; start = end)
        {
            var tied = 0;
            for (end = start; end < ranked.Length && ranked[end] == ranked[start]; end++)
                if (labels[end] == positive) tied++;
            var tiedNegatives = end - start - tied;
            won += tied * (negativesBelow + 0.5 * tiedNegatives);
            negativesBelow += tiedNegatives;
        }
        return won / pairs;
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
