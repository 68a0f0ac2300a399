namespace AutoFlip;

/// <summary>FedAdam: an adaptive server whose second moment is the running mean of squared updates.</summary>
/// <param name="Beta1">Server momentum β1, in [0, 1): memory of the mean update.</param>
/// <remarks>
/// With Δ = mean - w: m ← β1 m + (1-β1)Δ, v ← β2 v + (1-β2)Δ², w ← w + η m / (√v + τ), as <see cref="FedOpt"/> has it.
/// <para>Cost: two vectors on the server; nothing on the wire or at clients.</para>
/// <para>Source: Reddi et al. 2021, arXiv 2003.00295, algorithm 2. No bias correction, as in the paper; Flower
/// multiplies η by one.</para>
/// </remarks>
[Published("Reddi et al. 2021, arXiv 2003.00295")]
public sealed record FedAdam(double Beta1) : FedOpt(Beta1)
{
    /// <summary>Memory β2 of the second moment, in [0, 1).</summary>
    [Option("Memory of the second moment of updates.", AtLeast = 0, Below = 1)]
    public double Beta2 { get; init; } = 0.99;

    /// <inheritdoc/>
    protected override double Next(double u, double square) => Beta2 * u + (1 - Beta2) * (square - Tau * Tau);
}
