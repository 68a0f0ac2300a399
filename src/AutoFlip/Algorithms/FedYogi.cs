namespace AutoFlip;

/// <summary>FedYogi: an adaptive server whose second moment moves by a share of the squared update, whatever the distance.</summary>
/// <param name="Beta1">Server momentum β1, in [0, 1): memory of the mean update.</param>
/// <remarks>v ← v - (1-β2)Δ² sign(v - Δ²); all else as <see cref="FedOpt"/>: its cost, its source, its departures. So v falls more slowly
/// than FedAdam's after large updates.</remarks>
public sealed record FedYogi(double Beta1) : FedOpt(Beta1)
{
    /// <summary>Memory β2 of the second moment, in [0, 1).</summary>
    [Option("Memory of the second moment of updates.", AtLeast = 0, Below = 1)]
    public double Beta2 { get; init; } = 0.99;

    /// <inheritdoc/>
    protected override double Next(double u, double square) => u - (1 - Beta2) * square * Math.Sign(u + Tau * Tau - square);
}
