namespace AutoFlip;

/// <summary>FedRep: each client first trains a head of its own on the received body, and then the body under that head.</summary>
/// <param name="Beta">Server momentum, as of <see cref="FedAvg"/>.</param>
/// <remarks>
/// Of E local epochs the first E - r train the head alone and the last r the body alone; the other part stays as it is, to the bit. A
/// straggler of no more than r epochs trains the head in the first of them, and of a single one the body. The head is the last
/// <see cref="PersonalLayers"/> layers, and stays at the client as in <see cref="FedPer"/>, with the same pruners; running
/// statistics belong to the layers that they are of. Each part has an optimizer of its own, without past.
/// <para>With 0 personal layers it is FedAvg, to the bit. Memory: the personal layers per client. Traffic: FedAvg's without them.</para>
/// <para>Source: Collins et al. 2021, arXiv:2102.07078, algorithm 1, and the authors' code for E and r. Departure: no last round in which
/// all clients train their heads for ten more epochs; clients are evaluated with the heads that they have.</para>
/// </remarks>
[Published("Collins et al. 2021, arXiv 2102.07078")]
public sealed record FedRep(double Beta) : FedAvgServer(Beta)
{
    /// <summary>Layers that stay at the client, counted from the output, at least 0.</summary>
    [Option("Last layers with weights that stay at each client: their parameters are trained there and never sent. 0 is fedavg.",
        AtLeast = 0)]
    public int PersonalLayers { get; init; } = 1;

    /// <summary>Local epochs r that train the body, from 1.</summary>
    [Option("Last local epochs, which train the body; those before train the personal layers.", AtLeast = 1)]
    public int BodyEpochs { get; init; } = 1;

    /// <inheritdoc/>
    public override bool IsPersonal => true;

    /// <inheritdoc/>
    public override string? Refuses(Experiment experiment, Optimizer optimizer, Pruner pruner) =>
        PersonalLayers > 0 && experiment.LocalEpochs <= BodyEpochs
            ? $"Experiment.Algorithm fedrep: {experiment.LocalEpochs} local epochs leave none for the personal layers. "
                + $"Accepted: Experiment.LocalEpochs above Options.BodyEpochs, which is {BodyEpochs}."
            : Travelling.RefusalOfHead(experiment, pruner, PersonalLayers);

    /// <inheritdoc/>
    public override IEnumerable<string> Warns(Experiment experiment, Network network) =>
        Travelling.WarningOfHead(experiment, Travels(network), PersonalLayers);

    /// <inheritdoc/>
    public override Selection Travels(Network network) => Travelling.AllButLast(network, PersonalLayers);

    /// <inheritdoc/>
    public override ClientOutcome ClientUpdate(LocalTraining training, int epochs)
    {
        var body = Travels(training.Network);
        if (body.IsAll) return training.Run(epochs);
        var ofBody = epochs == 1 ? 1 : Math.Min(BodyEpochs, epochs - 1); // a straggler may have no more than r epochs
        training.Run(epochs - ofBody, trainable: Selection.All(body.Count).Except(body));
        return training.Run(ofBody, trainable: body);
    }
}
