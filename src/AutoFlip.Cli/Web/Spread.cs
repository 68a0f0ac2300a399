namespace AutoFlip.Cli;

/// <summary>A figure over runs that differ in their seed only.</summary>
/// <param name="Mean">Mean of the runs that have it.</param>
/// <param name="Deviation">Sample standard deviation (n - 1); null of fewer than two runs.</param>
/// <param name="Count">How many runs have it, at least one.</param>
sealed record Spread(double Mean, double? Deviation, int Count)
{
    /// <summary>Mean and deviation of what is defined; null if nothing is.</summary>
    public static Spread? Of(IEnumerable<double?> values)
    {
        double[] defined = [.. values.OfType<double>().Where(double.IsFinite)];
        if (defined is []) return null;
        var mean = defined.Average();
        return new(mean, defined.Length < 2 ? null : Math.Sqrt(defined.Sum(value => (value - mean) * (value - mean)) / (defined.Length - 1)), defined.Length);
    }

    /// <summary>Mean ± deviation; the mean alone where the deviation is too small to be shown.</summary>
    /// <param name="show">How a number reads.</param>
    public string Show(Func<double, string> show) => Deviation is { } deviation && show(deviation) != show(0) ? $"{show(Mean)} ± {show(deviation)}" : show(Mean);
}
