namespace AutoFlip;

/// <summary>Bulyan: Krum chooses replies one after another, and a mean about the median is taken over these.</summary>
/// <remarks>
/// Of n replies θ = n - 2f are chosen: by <see cref="Krum"/>, which is repeated over those not yet chosen (over n' of them it sums
/// max(n' - f - 2, 1) distances). Then each coordinate is the mean of the θ - 2f chosen values that are nearest to their median, of
/// equally near ones the lower. With f ≤ 2 the last choices are among replies that are each other's nearest, and so have equal scores: the
/// lower place in the cohort wins. At most f replies may be wrong, and n ≥ 4f + 3: a smaller cohort is refused.
/// <para>Cost: n² / 2 differences and n log²(n) / 4 comparisons per parameter for n replies: about 80 ms on one core for 10 replies of
/// 1,000,000 parameters.</para>
/// <para>Source: El Mhamdi et al. 2018, arXiv:1802.07927, section 4. Departure: clients train for epochs, where the paper aggregates
/// gradients.</para>
/// </remarks>
[Published("El Mhamdi et al. 2018, arXiv 1802.07927")]
public sealed record Bulyan : RobustAlgorithm
{
    /// <summary>Replies f that may be wrong, at least 0.</summary>
    [Option("Replies of a round that may be wrong, at most.", AtLeast = 0, AtMost = 1_000_000)]
    public int Byzantine { get; init; } = 1;

    /// <inheritdoc/>
    public override int FewestReplies => 4 * Byzantine + 3;

    /// <inheritdoc/>
    public override void Aggregate(ServerState state, Mask mask, IReadOnlyList<float[]> replies, Span<float> result)
    {
        var distances = new ReplyDistances(replies, result.Length);
        List<float[]> chosen = [];
        for (var left = replies.Count; chosen.Count < replies.Count - 2 * Byzantine; left--)
        {
            var best = distances.Ranked(Math.Max(left - Byzantine - 2, 1)).First();
            chosen.Add(replies[best]);
            distances.Remove(best);
        }
        SortedReplies.Reduce(chosen, 0, result, (rows, means) => MeanAboutMedian(rows, chosen.Count, means));
    }

    void MeanAboutMedian(ReadOnlySpan<float> rows, int count, Span<float> result)
    {
        SortedReplies.Median(rows, count, result);
        var stride = SortedReplies.Row(rows, 0).Length;
        for (var i = 0; i < result.Length; i++)
        {
            double median = result[i];
            var (first, last) = (0, count - 1); // the farthest of the values that are left is at an end
            for (var drop = 2 * Byzantine; drop > 0; drop--)
                if (median - rows[first * stride + i] > rows[last * stride + i] - median) first++;
                else last--;
            var sum = 0.0;
            for (var row = first; row <= last; row++) sum += rows[row * stride + i];
            result[i] = (float)(sum / (last - first + 1));
        }
    }
}
