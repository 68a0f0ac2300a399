namespace AutoFlip.Reports;

/// <summary>Axis of a metric, shared by metrics of the same unit, and the format of its numbers.</summary>
/// <param name="Suffix">Behind the ids of its charts.</param>
/// <param name="Unit">See <see cref="Axis"/>.</param>
readonly record struct MetricScale(string Suffix, AxisUnit Unit)
{
    /// <summary>The scale of a metric: shares in [0, 1] have one, numbers that are better the higher (r2, d2) another, and every error
    /// one of its own. An unknown metric has its own too.</summary>
    public static MetricScale Of(string metric) => Metric.Find(metric) switch
    {
        ClassMetric => new("", AxisUnit.Share),
        { LowerIsBetter: false } => new("-scores", AxisUnit.Number),
        _ => new($"-{ChartDraft.IdOf(metric)}", AxisUnit.Number),
    };
}
