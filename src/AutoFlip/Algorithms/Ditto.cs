namespace AutoFlip;

/// <summary>Ditto: federated averaging, and beside it a model of each client's own, which is drawn to the global one.</summary>
/// <param name="Beta">Server momentum, as of <see cref="FedAvg"/>.</param>
/// <remarks>
/// A client trains the received model w as FedAvg does and returns it. Then it trains its own model v by steps on
/// ∇F(v) + λ(v - w), with w as received, and keeps it. It starts from the first model received. λ = 0 is local training; under SGD a step
/// moves v towards w by the share ηλ. Running statistics are v's own and are not drawn. Under a mask v has the round's mask; a value that
/// is brought back starts from w's.
/// <para>The global path is FedAvg, to the bit: v has draws of its own. Memory: one model per client. Traffic: FedAvg's. Cost:
/// <see cref="PersonalEpochs"/> more epochs a round.</para>
/// <para>Source: Li et al. 2021, arXiv:2012.04221, algorithm 1. Departures: the mean is by samples, where the authors draw clients by
/// samples and weigh them equally; λ is one number and not chosen for each client; the authors take as many steps for v as for w, on the
/// same batches.</para>
/// </remarks>
[Published("Li et al. 2021, arXiv 2012.04221")]
public sealed record Ditto(double Beta) : FedAvgServer(Beta)
{
    const string Own = "personal";

    /// <summary>Weight λ of the distance to the received model, at least 0.</summary>
    [Option("Weight of the distance of a client's own model to the received one. 0 is local training.", AtLeast = 0)]
    public double Lambda { get; init; } = 1;

    /// <summary>Epochs of the client's own model in each of its rounds, from 1.</summary>
    [Option("Epochs of a client's own model in a round, besides the local epochs of the global one.", AtLeast = 1, AtMost = 1000)]
    public int PersonalEpochs { get; init; } = 1;

    /// <inheritdoc/>
    public override bool IsPersonal => true;

    /// <inheritdoc/>
    public override int Remembers => 1;

    /// <inheritdoc/>
    public override int ExtraPasses => PersonalEpochs;

    /// <inheritdoc/>
    public override string? Refuses(Experiment experiment, Optimizer optimizer, Pruner pruner) =>
        ProximalPull.Refusal("Options.Lambda", Lambda, experiment, optimizer);

    /// <inheritdoc/>
    public override ClientOutcome ClientUpdate(LocalTraining training, int epochs)
    {
        var outcome = training.Run(epochs);
        var received = training.Initial;
        var own = received.ToArray();
        training.Memory.Restore(Own, own);
        own = training.RunAsideWith(own, PersonalEpochs, ProximalPull.Hooks(Lambda, received));
        training.Memory.Write(Own, own);
        return outcome;
    }

    /// <inheritdoc/>
    public override Weights PersonalModel(Weights model, ClientMemory memory)
    {
        var own = model.ToArray();
        return memory.Restore(Own, own) ? new(model.Layout, own) : model;
    }
}
