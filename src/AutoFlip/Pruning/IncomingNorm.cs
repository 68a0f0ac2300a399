namespace AutoFlip;

/// <summary>Makes up for what a mask takes from the signal that reaches each output of a layer.</summary>
/// <remarks>
/// A weighted sum of independent inputs of mean square s has the mean square s·‖w‖², so an output's incoming weights decide on its scale by
/// their norm. Schemes such as Xavier's draw them for the full fan-in; what is left of f incoming weights after f' stay has on average
/// √(f'/f) of it, and every layer shrinks the signal further. The norm itself rather than the count makes up for exactly what went:
/// where guidance kept the large weights, that is less than √(f/f').
/// </remarks>
static class IncomingNorm
{
    /// <summary>The vector with the kept part of every row of incoming weights scaled to the norm of the whole row.</summary>
    /// <param name="network">The full network.</param>
    /// <param name="mask">What is kept.</param>
    /// <param name="full">The full vector before the mask. What is removed stays as it is, and so does a row of which everything is kept,
    /// to the bit, or of which only zeros are.</param>
    /// <param name="travels">The values of the full vector that clients receive (<see cref="FederatedAlgorithm.Travels"/>): rows of layers
    /// that stay at the clients are as they are there. Null: all.</param>
    /// <remarks>A row belongs to one output: a filter, a neuron, a gate of a cell in each of its two matrices. Biases are not scaled, and
    /// an embedding has no rows of this kind: its units are columns.</remarks>
    public static Weights RescaleToDenseNorm(Network network, Mask mask, Weights full, Selection? travels = null)
    {
        if (mask.IsDense) return full;
        var values = full.ToArray();
        var outputs = network.Groups.SelectMany(group => group.Memberships)
            .Where(membership => membership is { Makes: true, Axis: 0 }).Select(membership => membership.Tensor).Distinct()
            .Select(name => full.Layout[name])
            .Where(tensor => tensor.Role == TensorRole.Weight && travels?[tensor.Offset] != false);
        foreach (var tensor in outputs)
        {
            var length = tensor.Length / tensor.Shape[0];
            for (var start = tensor.Offset; start < tensor.Range.End.Value; start += length)
                ScaleRow(values.AsSpan(start, length), mask.Values, start);
        }
        return new Weights(full.Layout, values);
    }

    static void ScaleRow(Span<float> row, Selection kept, int start)
    {
        double all = 0, left = 0;
        for (var i = 0; i < row.Length; i++)
        {
            var square = (double)row[i] * row[i];
            all += square;
            if (kept[start + i]) left += square;
        }
        if (left == 0 || left == all) return;
        var factor = Math.Sqrt(all / left);
        for (var i = 0; i < row.Length; i++)
            if (kept[start + i]) row[i] = (float)(row[i] * factor);
    }
}
