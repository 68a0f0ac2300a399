namespace AutoFlip;

/// <summary>First-order estimate of the change in loss without a parameter: the mean of |w·g| over a client's batches.</summary>
/// <remarks>
/// w is the client's parameter before each of its steps, not w_0 alone, and g that batch's gradient, not clipped; absolute values are
/// taken per batch, so that batches do not cancel.
/// <para>Source: SNIP, Lee, Ajanthan and Torr 2019, arXiv 1810.02340, which takes one batch at w_0 and the absolute value of the whole
/// batch's w·g. Differs: many batches, along the path of exploration.</para>
/// </remarks>
public sealed record SaliencyGuidance : Guidance
{
    /// <inheritdoc/>
    public override TrainingProbe Measure(WeightLayout layout) => new BatchMean(
        layout,
        (sums, w, g) =>
        {
            for (var i = 0; i < g.Length; i++) sums[i] += Math.Abs(w[i] * g[i]);
        },
        (w, g) => w.mul(g).abs());
}
