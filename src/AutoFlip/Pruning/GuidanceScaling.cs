namespace AutoFlip;

/// <summary>Makes scores comparable between tensors: scales them within each.</summary>
/// <remarks>Differs from the source (arXiv 2405.10271) where it divides by zero: a tensor whose values are all equal, or whose width is
/// 0, gets 0 from MinMax and Robust, 1 from Mean if nothing moved.</remarks>
public static class GuidanceScaling
{
    /// <summary>Scales single weights within each parameter tensor, in place. A rank within a tensor is never changed.</summary>
    /// <param name="layout">The tensors.</param>
    /// <param name="scores">One per parameter.</param>
    /// <param name="scale">How.</param>
    /// <param name="kept">Parameters that an earlier mask left; the scores of others are 0, the least. Ranks are of all parameters of a
    /// tensor, so that every tensor loses the same share in the end; other scales are of what is left.</param>
    public static void Scale(WeightLayout layout, Span<float> scores, GuidanceScale scale, Selection? kept = null)
    {
        if (scale == GuidanceScale.Auto) return;
        foreach (var tensor in layout.Parameters) Scale(scores[tensor.Range], scale, kept is null ? null : i => kept[tensor.Offset + i]);
    }

    /// <summary>Scales values of one layer of which some are left, in place.</summary>
    /// <param name="values">The values; those that are gone are 0.</param>
    /// <param name="scale">How. Ranks are of all values.</param>
    /// <param name="isLeft">True for a position that is left; null: all are.</param>
    internal static void Scale(Span<float> values, GuidanceScale scale, Func<int, bool>? isLeft)
    {
        if (isLeft is null || scale is GuidanceScale.Rank or GuidanceScale.Auto)
        {
            Scale(values, scale);
            return;
        }
        int[] left = [.. Enumerable.Range(0, values.Length).Where(isLeft)];
        if (left is []) return;
        var some = new float[left.Length];
        for (var i = 0; i < some.Length; i++) some[i] = values[left[i]];
        Scale(some, scale);
        for (var i = 0; i < some.Length; i++) values[left[i]] = some[i];
    }

    /// <summary>Scales the values of one layer, in place.</summary>
    /// <param name="values">Finite, at least one.</param>
    /// <param name="scale">How. Auto is Rank: values of a layer are units. Mac, by <see cref="UnitScores.Scaled"/>, changes nothing
    /// here.</param>
    /// <remarks>Computed in double, stored in float. Cost: O(n) for MinMax and Mean, O(n log n) for Robust and Rank.</remarks>
    public static void Scale(Span<float> values, GuidanceScale scale)
    {
        if (scale is GuidanceScale.None or GuidanceScale.Mac) return;
        if (scale is GuidanceScale.Rank or GuidanceScale.Auto)
        {
            Rank(values);
            return;
        }
        var (centre, width) = scale switch
        {
            GuidanceScale.MinMax => Extent(values),
            GuidanceScale.Robust => Quartiles(values),
            _ => (0, Mean(values)),
        };
        foreach (ref var value in values) value = width > 0 ? (float)((value - centre) / width) : scale == GuidanceScale.Mean ? 1 : 0;
    }

    /// <summary>(rank - 1/2) / n with ranks from 1; equal values share the mean of their ranks.</summary>
    static void Rank(Span<float> values)
    {
        var sorted = values.ToArray();
        var order = new int[values.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(sorted, order);
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            for (end = start + 1; end < sorted.Length && sorted[end] == sorted[start];) end++;
            var rank = (float)(0.5 * (start + end) / sorted.Length);
            for (var i = start; i < end; i++) values[order[i]] = rank;
        }
    }

    static double Mean(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return sum / values.Length;
    }

    static (double Centre, double Width) Extent(ReadOnlySpan<float> values)
    {
        float min = values[0], max = values[0];
        foreach (var value in values)
        {
            min = Math.Min(min, value);
            max = Math.Max(max, value);
        }
        return (min, (double)max - min);
    }

    static (double Centre, double Width) Quartiles(ReadOnlySpan<float> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return (Quantile(0.5), Quantile(0.75) - Quantile(0.25));

        double Quantile(double q) // linear interpolation between order statistics
        {
            var position = q * (sorted.Length - 1);
            var below = (int)position;
            var above = Math.Min(below + 1, sorted.Length - 1);
            return sorted[below] + (position - below) * ((double)sorted[above] - sorted[below]);
        }
    }
}
