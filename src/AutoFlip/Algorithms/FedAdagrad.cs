namespace AutoFlip;

/// <summary>FedAdagrad: an adaptive server whose second moment is the sum of squared updates.</summary>
/// <param name="Beta1">Server momentum β1, in [0, 1): memory of the mean update.</param>
/// <remarks>
/// With Δ = mean - w: m ← β1 m + (1-β1)Δ, v ← v + Δ², w ← w + η m / (√v + τ), as <see cref="FedOpt"/> has it. v never falls, so steps
/// become shorter.
/// <para>Cost: two vectors on the server; nothing on the wire or at clients.</para>
/// <para>Source: Reddi et al. 2021, arXiv 2003.00295, algorithm 2. Departure: β1 is server momentum, 0.9 unless set, and
/// 0 in the paper.</para>
/// </remarks>
[Published("Reddi et al. 2021, arXiv 2003.00295")]
public sealed record FedAdagrad(double Beta1) : FedOpt(Beta1)
{
    /// <inheritdoc/>
    protected override double Next(double u, double square) => u + square;
}
