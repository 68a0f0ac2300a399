namespace AutoFlip;

/// <summary>The guidance matrix: how far exploration moved each parameter, made comparable within each tensor.</summary>
/// <remarks>Source: arXiv 2405.10271, the federated loss exploration. Differs: a tensor whose values are all equal gets guidance 0
/// instead of 0/0.</remarks>
public static class Guidance
{
    /// <summary>An explorer's scores: (w_c - w_0)^2, elementwise.</summary>
    public static void Deviation(ReadOnlySpan<float> explored, ReadOnlySpan<float> initial, Span<float> scores)
    {
        for (var i = 0; i < scores.Length; i++)
        {
            var moved = explored[i] - initial[i];
            scores[i] = moved * moved;
        }
    }

    /// <summary>Scales mean scores within each tensor.</summary>
    /// <param name="layout">Where the tensors lie.</param>
    /// <param name="scores">Mean scores of the parameters, finite; replaced by the guidance.</param>
    /// <param name="scale">MinMax gives [0, 1]; Robust is centred on the median and unbounded.</param>
    /// <remarks>Computed in double, stored in float. Cost: O(n), for Robust O(n log n). A rank within a tensor is never changed.</remarks>
    public static void Scale(WeightLayout layout, Span<float> scores, GuidanceScale scale)
    {
        foreach (var tensor in layout.Parameters)
        {
            var values = scores[tensor.Range];
            var (centre, width) = scale == GuidanceScale.MinMax ? Extent(values) : Quartiles(values);
            foreach (ref var value in values) value = width > 0 ? (float)((value - centre) / width) : 0;
        }
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
