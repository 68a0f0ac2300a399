namespace AutoFlip;

/// <summary>A figure of merit computed from a model's raw outputs over a whole set.</summary>
/// <remarks>
/// No score makes a metric throw. A sample with a NaN among its scores has no prediction: metrics that count take it as missed,
/// so that a model that has diverged never looks as good as guessing; metrics that rank are undefined. Infinities are ordinary
/// numbers to metrics that count. A set without samples has no value. Scores and targets of lengths that do not fit, and targets
/// outside 0 .. classes - 1, are mistakes of the caller (<see cref="ArgumentException"/>).
/// </remarks>
/// <param name="Name">The name used on the command line and in reports.</param>
public abstract record Metric(string Name)
{
    /// <summary>Computes the metric.</summary>
    /// <param name="scores">Raw outputs (logits), [samples, outputs], row by row. One output means binary, by its sigmoid.</param>
    /// <param name="outputs">Outputs per sample.</param>
    /// <param name="targets">The true class of each sample.</param>
    /// <returns>The value, or null where the metric is undefined for these targets (auroc of a single class, say).</returns>
    public abstract double? Compute(ReadOnlySpan<float> scores, int outputs, ReadOnlySpan<int> targets);

    /// <summary>Why this metric makes no sense for a data set, known before any of its data are.</summary>
    /// <param name="classes">Number of classes; 2 is binary, however many outputs the model has.</param>
    /// <returns>A sentence for the user, or null where the metric fits.</returns>
    public virtual string? Refuses(int classes) => null;
}
