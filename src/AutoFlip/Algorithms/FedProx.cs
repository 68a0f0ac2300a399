namespace AutoFlip;

/// <summary>FedProx: federated averaging whose clients are drawn back to the model they received.</summary>
/// <param name="Beta">Server momentum, as of <see cref="FedAvg"/>.</param>
/// <remarks>
/// Before every local step g ← g + μ(w - w_t), which is the gradient of (μ/2)‖w - w_t‖². Parameters only; running statistics are not drawn
/// back. The server is FedAvg's. μ = 0 is FedAvg, to the bit.
/// <para>Cost: nothing beyond FedAvg's.</para>
/// <para>Source: Li et al. 2020, arXiv:1812.06127, algorithm 2. Partial work of slow clients:
/// <see cref="Experiment.StragglerFraction"/>. Differs: μ does not adapt. Adam rescales the term per coordinate; clipping
/// (<see cref="Experiment.MaxGradientNorm"/>) comes after it.</para>
/// </remarks>
[Published("Li et al. 2020, arXiv 1812.06127")]
public sealed record FedProx(double Beta) : FedAvgServer(Beta)
{
    /// <summary>Weight μ of the proximal term, at least 0.</summary>
    [Option("Weight of the proximal term, which penalises the distance to the received model. 0 is fedavg.", AtLeast = 0)]
    public double Mu { get; init; } = 0.01;

    /// <inheritdoc/>
    public override string? Refuses(Experiment experiment, Optimizer optimizer, Pruner pruner) =>
        ProximalPull.Refusal("Options.Mu", Mu, experiment, optimizer);

    /// <inheritdoc/>
    public override ClientOutcome ClientUpdate(LocalTraining training, int epochs) =>
        training.RunWith(epochs, ProximalPull.Hooks(Mu, training.Initial));
}
