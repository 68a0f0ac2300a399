using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>Mean squared error, at least 0.</summary>
public sealed record Mse() : NumberMetric("mse")
{
    /// <inheritdoc/>
    public override bool LowerIsBetter => true;

    private protected override double? OfColumn(ReadOnlySpan<double> predicted, ReadOnlySpan<double> truth) => Of(predicted, truth);

    internal static double Of(ReadOnlySpan<double> predicted, ReadOnlySpan<double> truth)
    {
        var distance = TensorPrimitives.Distance(predicted, truth);
        return distance * distance / truth.Length;
    }
}

/// <summary>Root of the mean squared error, at least 0: in the unit of what is predicted. Of several
/// outputs the mean of their roots.</summary>
public sealed record Rmse() : NumberMetric("rmse")
{
    /// <inheritdoc/>
    public override bool LowerIsBetter => true;

    private protected override double? OfColumn(ReadOnlySpan<double> predicted, ReadOnlySpan<double> truth) =>
        Math.Sqrt(Mse.Of(predicted, truth));
}

/// <summary>Mean absolute error, at least 0: in the unit of what is predicted.</summary>
public sealed record Mae() : NumberMetric("mae")
{
    /// <inheritdoc/>
    public override bool LowerIsBetter => true;

    private protected override double? OfColumn(ReadOnlySpan<double> predicted, ReadOnlySpan<double> truth)
    {
        var sum = 0.0;
        for (var i = 0; i < truth.Length; i++) sum += Math.Abs(truth[i] - predicted[i]);
        return sum / truth.Length;
    }
}

/// <summary>Mean absolute error relative to the truth, at least 0: a ratio, not per cent.</summary>
/// <remarks>Mean of |t − p| / max(|t|, 2^-52): one truth of 0 makes it enormous.</remarks>
public sealed record Mape() : NumberMetric("mape")
{
    const double Least = 1.0 / (1L << 52);

    /// <inheritdoc/>
    public override bool LowerIsBetter => true;

    private protected override double? OfColumn(ReadOnlySpan<double> predicted, ReadOnlySpan<double> truth)
    {
        var sum = 0.0;
        for (var i = 0; i < truth.Length; i++) sum += Math.Abs(truth[i] - predicted[i]) / Math.Max(Math.Abs(truth[i]), Least);
        return sum / truth.Length;
    }
}
