namespace AutoFlip;

/// <summary>Sensitivity of the loss to a parameter: the mean of g² over a client's batches.</summary>
/// <remarks>
/// g is a batch's gradient at the client's parameters before its step, not clipped. The diagonal of the empirical Fisher information
/// is the mean of single samples' g²; a batch's gradient is their mean, so this is a cheap stand-in, the same for every parameter up to
/// the share of g that is noise.
/// </remarks>
public sealed record FisherGuidance : Guidance
{
    /// <inheritdoc/>
    public override TrainingProbe Measure(WeightLayout layout) => new BatchMean(
        layout,
        (sums, _, g) =>
        {
            for (var i = 0; i < g.Length; i++) sums[i] += g[i] * g[i];
        },
        (_, g) => g.mul(g));
}
