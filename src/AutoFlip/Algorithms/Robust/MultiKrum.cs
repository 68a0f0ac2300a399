namespace AutoFlip;

/// <summary>Multi-Krum: the mean of the replies that are nearest to their nearest others.</summary>
/// <remarks>
/// Replies are scored as by <see cref="Krum"/>; the m of lowest score are averaged, each weighing the same. At most f replies may be wrong;
/// 2f + 2 &lt; n and m ≤ n - f, or a wrong one would be among the m: a smaller cohort is refused. m = 1 is Krum; f = 0 with m = n is the
/// unweighted mean, to the bit of <see cref="FedAvg"/> over clients of equal size.
/// <para>Cost: n² / 2 differences per parameter for n replies: about 30 ms on one core for 10 replies of 1,000,000 parameters.</para>
/// <para>Source: Blanchard et al. 2017, arXiv:1703.02757, section 4. The m are chosen at once, by scores over all replies.</para>
/// </remarks>
[Published("Blanchard et al. 2017, arXiv 1703.02757")]
public sealed record MultiKrum : RobustAlgorithm
{
    /// <summary>Replies f that may be wrong, at least 0.</summary>
    [Option("Replies of a round that may be wrong, at most.", AtLeast = 0, AtMost = 1_000_000)]
    public int Byzantine { get; init; } = 1;

    /// <summary>Replies m that are averaged; 0 stands for n - f.</summary>
    [Option("Replies of a round that are averaged. 0 means all but as many as may be wrong.", AtLeast = 0, AtMost = 1_000_000)]
    public int Selected { get; init; }

    /// <inheritdoc/>
    public override int FewestReplies => Math.Max(2 * Byzantine + 3, Selected + Byzantine);

    /// <inheritdoc/>
    public override void Aggregate(ServerState state, Mask mask, IReadOnlyList<float[]> replies, Span<float> result)
    {
        var count = replies.Count;
        var best = new ReplyDistances(replies, result.Length).Ranked(count - Byzantine - 2)
            .Take(Selected == 0 ? count - Byzantine : Selected);
        Mean([.. best.Order().Select(reply => replies[reply])], result);
    }

    /// <summary>The unweighted mean, in the order of the cohort.</summary>
    internal static void Mean(IEnumerable<float[]> replies, Span<float> result)
    {
        var mean = new WeightedFold(result.Length);
        foreach (var reply in replies) mean.Add(reply.AsSpan(0, result.Length), 1);
        mean.Mean.CopyTo(result);
    }
}
