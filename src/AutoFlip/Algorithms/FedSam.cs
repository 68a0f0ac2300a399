namespace AutoFlip;

/// <summary>FedSAM: clients step by the gradient at the worst point nearby, towards minima that are flat.</summary>
/// <param name="Beta">Server momentum, as of <see cref="FedAvg"/>.</param>
/// <param name="Epochs">Local epochs: as many passes come on top.</param>
/// <remarks>
/// For every batch with gradient g at w: ε = ρ g / ‖g‖ over kept parameters, and the step is the optimiser's with the gradient of the same
/// batch at w + ε. Adaptive (ASAM): ε = ρ T²g / ‖Tg‖ with T = |w| + η in weight tensors and 1 in biases and norms. Where g is 0 it is the
/// step. Running statistics are those of the first pass alone. The server is FedAvg's. ρ = 0 is FedAvg, to the bit.
/// <para>Cost: twice the computation of clients; nothing on the wire, no state.</para>
/// <para>Source: Caldarola, Caputo and Ciccone 2022, arXiv 2203.11834; SAM: Foret et al. 2021, arXiv 2010.01412; ASAM: Kwon et al. 2021,
/// arXiv 2102.11600. Published values for CIFAR-10: ρ = 0.1; adaptive ρ = 0.7, η = 0.2. Departures: no stochastic weight averaging; dropout
/// draws other units in the second pass.</para>
/// </remarks>
[Published("Caldarola, Caputo and Ciccone 2022, arXiv 2203.11834")]
public sealed record FedSam(double Beta, int Epochs) : FedAvgServer(Beta)
{
    /// <summary>Radius ρ, at least 0.</summary>
    [Option("Distance from the model at which clients take gradients. 0 is fedavg.", AtLeast = 0)]
    public double Rho { get; init; } = 0.1;

    /// <summary>True for ASAM.</summary>
    [Option("Scale that distance by the size of each weight (ASAM).")]
    public bool Adaptive { get; init; }

    /// <summary>ASAM's η, at least 0.</summary>
    [Option("Added to the size of each weight where the distance is scaled by it.", AtLeast = 0)]
    public double AdaptiveEta { get; init; } = 0.2;

    /// <inheritdoc/>
    public override IEnumerable<string> Warns(Experiment experiment, Network network) =>
        !Adaptive && AdaptiveEta != new FedSam(0, 1).AdaptiveEta
        ? [$"Options.AdaptiveEta {ExperimentOption.Text(AdaptiveEta)} has no effect: it is for Options.Adaptive true."]
        : [];

    /// <inheritdoc/>
    public override int ExtraPasses => Rho == 0 ? 0 : Epochs;

    /// <inheritdoc/>
    public override ClientOutcome ClientUpdate(LocalTraining training, int epochs)
    {
        if (Rho == 0) return training.Run(epochs);
        var layout = training.Initial.Layout;
        var (at, gradient) = (new float[layout.ParameterCount], new float[layout.ParameterCount]);
        return training.Run(epochs, adjustGradients: (w, g) =>
        {
            training.Kept.Apply(g); // removed weights have gradients too
            if (!Ascend(layout, w, g, at)) return;
            training.Gradient(at, gradient);
            gradient.CopyTo(g);
        });
    }

    /// <summary>w + ε.</summary>
    /// <returns>False if the gradient is 0, so that there is no direction.</returns>
    internal bool Ascend(WeightLayout layout, ReadOnlySpan<float> w, ReadOnlySpan<float> g, Span<float> at)
    {
        var squares = 0.0;
        foreach (var tensor in layout.Parameters)
            for (var i = tensor.Offset; i < tensor.Range.End.Value; i++)
            {
                var scale = Adaptive && tensor.Role == TensorRole.Weight ? Math.Abs(w[i]) + AdaptiveEta : 1;
                squares += scale * g[i] * scale * g[i];
                at[i] = (float)(scale * scale * g[i]);
            }
        if (squares == 0) return false;
        var factor = Rho / Math.Sqrt(squares);
        for (var i = 0; i < at.Length; i++) at[i] = (float)(w[i] + factor * at[i]);
        return true;
    }
}
