namespace AutoFlip;

/// <summary>FedAdagrad: an adaptive server whose second moment is the sum of squared updates.</summary>
/// <param name="Beta1">Server momentum β1, in [0, 1): memory of the mean update.</param>
/// <remarks>v ← v + Δ²; all else as <see cref="FedOpt"/>: its cost, its source, its departures. Steps only become shorter.</remarks>
public sealed record FedAdagrad(double Beta1) : FedOpt(Beta1)
{
    /// <inheritdoc/>
    protected override double Next(double u, double square) => u + square;
}
