namespace AutoFlip;

/// <summary>Scores of whole units, from scores of their parameters.</summary>
static class UnitScores
{
    /// <summary>
    /// The mean score of a unit's incoming weights and bias, divided by the mean over its group: 1 is an average unit of its layer.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="scores">One per parameter, at least 0, unscaled.</param>
    /// <remarks>The division makes layers comparable: displacements differ by orders of magnitude from layer to layer, and without it the
    /// layer that moves least would lose all its units. A group that has not moved at all gets 1 everywhere.</remarks>
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
        var mean = sums.Average();
        for (var unit = 0; unit < sums.Length; unit++) sums[unit] = count > 0 && mean > 0 ? sums[unit] / mean : 1;
        return sums;
    }
}
