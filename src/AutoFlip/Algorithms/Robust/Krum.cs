namespace AutoFlip;

/// <summary>Krum: the model becomes the one reply that is nearest to its nearest others.</summary>
/// <remarks>
/// Each of n replies is scored by the sum of its n - f - 2 smallest squared distances to the others; the lowest score wins, of equal ones
/// the lower place in the cohort. At most f replies may be wrong, and 2f + 2 &lt; n: a smaller cohort is refused.
/// <para>Cost: n² / 2 differences per parameter for n replies: about 30 ms on one core for 10 replies of 1,000,000 parameters.</para>
/// <para>Source: Blanchard et al. 2017, arXiv:1703.02757, section 4. Departure: clients train for epochs, where the paper aggregates
/// gradients; with a common received model the distances are those of the updates.</para>
/// </remarks>
[Published("Blanchard et al. 2017, arXiv 1703.02757")]
public sealed record Krum : RobustAlgorithm
{
    /// <summary>Replies f that may be wrong, at least 0.</summary>
    [Option("Replies of a round that may be wrong, at most.", AtLeast = 0, AtMost = 1_000_000)]
    public int Byzantine { get; init; } = 1;

    /// <inheritdoc/>
    public override int FewestReplies => 2 * Byzantine + 3;

    /// <inheritdoc/>
    public override void Aggregate(ServerState state, Mask mask, IReadOnlyList<float[]> replies, Span<float> result)
    {
        var best = new ReplyDistances(replies, result.Length).Ranked(replies.Count - Byzantine - 2).First();
        replies[best].AsSpan(0, result.Length).CopyTo(result);
    }
}
