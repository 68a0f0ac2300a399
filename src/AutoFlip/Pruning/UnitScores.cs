namespace AutoFlip;

/// <summary>Scores of whole units, from scores of their parameters.</summary>
static class UnitScores
{
    /// <summary>Per group and unit, the mean score of the unit's incoming weights and bias; 0 for a group without any.</summary>
    /// <param name="network">The network.</param>
    /// <param name="scores">One per parameter.</param>
    public static IReadOnlyList<double[]> Of(Network network, ReadOnlySpan<float> scores)
    {
        var result = new double[network.Groups.Length][];
        for (var g = 0; g < result.Length; g++) result[g] = OfGroup(network.Groups[g], network.Layout, scores);
        return result;
    }

    static double[] OfGroup(ChannelGroup group, WeightLayout layout, ReadOnlySpan<float> scores)
    {
        var sums = new double[group.Width];
        long count = 0;
        foreach (var membership in group.Memberships)
        {
            var tensor = layout[membership.Tensor];
            if (membership.Axis != 0 || tensor.Role is not (TensorRole.Weight or TensorRole.Bias)) continue;
            var length = tensor.Length / tensor.Shape[0] * membership.Block;
            var start = tensor.Offset + tensor.Length / tensor.Shape[0] * membership.Start;
            for (var unit = 0; unit < sums.Length; unit++)
                foreach (var score in scores.Slice(start + unit * length, length)) sums[unit] += score;
            count += length;
        }
        return [.. sums.Select(sum => sum / Math.Max(count, 1))];
    }
}
