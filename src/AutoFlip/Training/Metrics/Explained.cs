namespace AutoFlip;

/// <summary>Share of the variance that is explained, at most 1: 1 − Σ(t − p)² / Σ(t − mean)². 0 is what the mean
/// of the truth would reach.</summary>
/// <remarks>Where the truth does not vary, 1 if it is met exactly, else 0. Undefined for a single sample.</remarks>
public sealed record R2() : NumberMetric("r2")
{
    private protected override double? OfColumn(ReadOnlySpan<double> predicted, ReadOnlySpan<double> truth)
    {
        double mean = 0, left = 0, all = 0;
        foreach (var t in truth) mean += t;
        mean /= truth.Length;
        for (var i = 0; i < truth.Length; i++)
        {
            left += (truth[i] - predicted[i]) * (truth[i] - predicted[i]);
            all += (truth[i] - mean) * (truth[i] - mean);
        }
        if (!truth.ContainsAnyExcept(truth[0])) all = 0; // a mean of equals may be off by its last bit
        return Explained.Share(left, all, truth.Length);
    }
}

/// <summary>Share of the absolute deviation that is explained, at most 1: 1 − Σ|t − p| / Σ|t − median|. 0 is what the median
/// of the truth would reach.</summary>
/// <remarks>D² of the pinball loss at one half. Conventions as for <see cref="R2"/>; of an even number the median is
/// the mean of the middle two.</remarks>
public sealed record D2() : NumberMetric("d2")
{
    private protected override double? OfColumn(ReadOnlySpan<double> predicted, ReadOnlySpan<double> truth)
    {
        var sorted = truth.ToArray();
        Array.Sort(sorted);
        var median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        double left = 0, all = 0;
        for (var i = 0; i < truth.Length; i++)
        {
            left += Math.Abs(truth[i] - predicted[i]);
            all += Math.Abs(truth[i] - median);
        }
        return Explained.Share(left, all, truth.Length);
    }
}

/// <summary>Share of a deviation that a model explains.</summary>
static class Explained
{
    /// <summary>1 − left / all, with the conventions for a truth that does not vary.</summary>
    public static double? Share(double left, double all, int samples) =>
        samples < 2 || double.IsNaN(left) ? null : all > 0 ? 1 - left / all : left == 0 ? 1 : 0;
}
