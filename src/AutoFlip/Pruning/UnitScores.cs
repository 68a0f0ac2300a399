namespace AutoFlip;

/// <summary>Scores of whole units, from scores of their parameters.</summary>
static class UnitScores
{
    /// <summary>Per group and unit, the mean score of the unit's incoming weights and bias, scaled within the group.</summary>
    /// <param name="network">The network.</param>
    /// <param name="scores">One per parameter, not yet scaled, so that a unit's bias weighs as much as one of its weights.</param>
    /// <param name="scale">How units of different layers are made comparable.</param>
    public static IReadOnlyList<double[]> Of(Network network, ReadOnlySpan<float> scores, GuidanceScale scale)
    {
        var result = new double[network.Groups.Length][];
        for (var g = 0; g < result.Length; g++)
        {
            var means = Means(network.Groups[g], network.Layout, scores);
            GuidanceScaling.Scale(means, scale);
            result[g] = Array.ConvertAll(means, mean => (double)mean);
        }
        return result;
    }

    static float[] Means(ChannelGroup group, WeightLayout layout, ReadOnlySpan<float> scores)
    {
        var sums = new double[group.Width];
        long count = 0;
        foreach (var membership in group.Memberships)
        {
            var tensor = layout[membership.Tensor];
            if (!membership.Makes || tensor.Role is not (TensorRole.Weight or TensorRole.Bias)) continue;
            var rows = membership.Axis == 0 ? 1 : tensor.Shape[0]; // an embedding's units are columns
            var row = tensor.Length / rows;
            var index = row / tensor.Shape[membership.Axis]; // values per index of the axis
            var length = index * membership.Block;
            for (var start = tensor.Offset + index * membership.Start; start < tensor.Range.End.Value; start += row)
                for (var unit = 0; unit < sums.Length; unit++)
                    foreach (var score in scores.Slice(start + unit * length, length)) sums[unit] += score;
            count += length * rows;
        }
        return Array.ConvertAll(sums, sum => (float)(sum / Math.Max(count, 1))); // 0 where nothing comes in: network inputs
    }
}
