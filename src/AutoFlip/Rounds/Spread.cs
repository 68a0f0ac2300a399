namespace AutoFlip;

/// <summary>A figure over repetitions of one experiment.</summary>
/// <param name="Count">Repetitions in which it is defined: one at least.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Sample standard deviation, with Count - 1 below the fraction; null of a single repetition.</param>
public sealed record Spread(int Count, double Mean, double? Deviation)
{
    /// <summary>Half of the 95 % confidence interval of the mean, by Student's t distribution: the interval is Mean ± Margin.
    /// Null of a single repetition.</summary>
    /// <remarks>It holds where repetitions are independent and about normal, as seeds are. Of differences pair by pair
    /// it is the paired t test's.</remarks>
    public double? Margin => Deviation / Math.Sqrt(Count) * StudentT.Quantile975(Math.Max(Count - 1, 1));

    /// <summary>True if the interval excludes zero: the difference is significant at the 5 % level, given the variation over
    /// seeds.</summary>
    public bool ExcludesZero => Math.Abs(Mean) > Margin;

    /// <summary>The spread of some values; null if none is defined.</summary>
    /// <param name="values">Null, NaN and infinity count as not defined and are left out.</param>
    /// <remarks>Two passes, so that equal values have a deviation of exactly 0 and large ones lose no digits.</remarks>
    public static Spread? Of(IEnumerable<double?> values)
    {
        double[] defined = [.. values.OfType<double>().Where(double.IsFinite)];
        if (defined is []) return null;
        if (defined is [var only]) return new(1, only, null);
        var mean = MeanOf(defined);
        return new(defined.Length, mean, Math.Sqrt(defined.Sum(value => (value - mean) * (value - mean)) / (defined.Length - 1)));
    }

    /// <summary>The mean of some values, exact where all are equal, however many: figures that are compared are means of this
    /// kind.</summary>
    /// <param name="values">At least one.</param>
    internal static double MeanOf(double[] values) => values[0] + values.Sum(value => value - values[0]) / values.Length;

    /// <summary>The spread of a difference, pair by pair: what repetitions have in common (the partition of a seed) cancels out.
    /// Null if no pair is complete.</summary>
    /// <param name="pairs">What is compared, and with what.</param>
    public static Spread? OfDifferences(IEnumerable<(double? Value, double? Baseline)> pairs) =>
        Of(pairs.Select(pair => pair.Value - pair.Baseline));
}
