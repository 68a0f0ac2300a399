namespace AutoFlip;

/// <summary>A figure of merit computed from a model's raw outputs over a whole set.</summary>
/// <param name="Name">The name used on the command line and in reports.</param>
public abstract record Metric(string Name)
{
    /// <summary>Computes the metric.</summary>
    /// <param name="scores">Raw outputs (logits), [samples, outputs], row by row. One output means binary, by its sigmoid.</param>
    /// <param name="outputs">Outputs per sample.</param>
    /// <param name="targets">The true class of each sample.</param>
    /// <returns>The value, or null where the metric is undefined for these targets (auroc of a single class, say).</returns>
    public abstract double? Compute(ReadOnlySpan<float> scores, int outputs, ReadOnlySpan<int> targets);
}
