namespace AutoFlip;

/// <summary>FedYogi: an adaptive server whose second moment moves by a share of the squared update, whatever the distance.</summary>
/// <param name="Beta1">Server momentum β1, in [0, 1): memory of the mean update.</param>
/// <remarks>
/// With Δ = mean - w: m ← β1 m + (1-β1)Δ, v ← v - (1-β2)Δ² sign(v - Δ²), w ← w + η m / (√v + τ), as <see cref="FedOpt"/> has it. After
/// large updates v falls more slowly than FedAdam's.
/// <para>Cost: two vectors on the server; nothing on the wire or at clients.</para>
/// <para>Source: Reddi et al. 2021, arXiv 2003.00295, algorithm 2. Departure: the default η is that of
/// <see cref="FedAdam"/>; published for CIFAR-10 is 0.01, with a client rate of 0.0316.</para>
/// </remarks>
[Published("Reddi et al. 2021, arXiv 2003.00295")]
public sealed record FedYogi(double Beta1) : FedOpt(Beta1)
{
    /// <summary>Memory β2 of the second moment, in [0, 1).</summary>
    [Option("Memory of the second moment of updates.", AtLeast = 0, Below = 1)]
    public double Beta2 { get; init; } = 0.99;

    /// <inheritdoc/>
    protected override double Next(double u, double square) => u - (1 - Beta2) * square * Math.Sign(u + Tau * Tau - square);
}
