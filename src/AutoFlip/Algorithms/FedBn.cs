namespace AutoFlip;

/// <summary>FedBN: federated averaging of all layers but batch normalisation, which each client has for itself.</summary>
/// <param name="Beta">Server momentum, as of <see cref="FedAvg"/>.</param>
/// <remarks>
/// Scale, offset, running mean and running variance of every <see cref="BatchNorm2d"/> stay at the client, found by kind of layer and not
/// by name, so those of shortcuts too. Layer normalisation is averaged. The global model has the initial values there (scale 1, offset 0,
/// mean 0, variance 1).
/// <para>A network without batch normalisation is trained as by FedAvg, to the bit. Memory: the four vectors of each layer per client.
/// Traffic: FedAvg's without them.</para>
/// <para>Source: Li et al. 2021, arXiv:2102.07623, algorithm 1. Departure: clients weigh by their samples, and not equally as in the
/// authors' code.</para>
/// </remarks>
[Published("Li et al. 2021, arXiv 2102.07623")]
public sealed record FedBn(double Beta) : FedAvgServer(Beta)
{
    /// <inheritdoc/>
    public override bool IsPersonal => true;

    /// <inheritdoc/>
    public override IEnumerable<string> Warns(Experiment experiment, Network network) => Travels(network).IsAll
        ? [$"Experiment.Algorithm fedbn: {experiment.Model} has no batch normalisation, so this is fedavg."]
        : [];

    /// <inheritdoc/>
    public override Selection Travels(Network network) => Travelling.AllBut(network, node => node.Layer is BatchNorm2d);
}
