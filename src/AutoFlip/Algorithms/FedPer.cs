namespace AutoFlip;

/// <summary>FedPer: federated averaging of all layers but the last ones, which each client has for itself.</summary>
/// <param name="Beta">Server momentum, as of <see cref="FedAvg"/>.</param>
/// <remarks>
/// Clients train all layers together. The last <see cref="PersonalLayers"/> layers stay at the client, which takes them up again in its
/// next round; a client starts from those of w_0. So does the global model, which never gets others: it is a body with an untrained head.
/// Pruners that go by the server's weights may make one mask, of w_0.
/// <para>With 0 personal layers it is FedAvg, to the bit; with all, every client trains alone. Memory: the personal layers per client.
/// Traffic: FedAvg's without them.</para>
/// <para>Source: Arivazhagan et al. 2019, arXiv:1912.00818, algorithms 1 and 2. Differs: a client's layers start from w_0 and not from
/// a draw of its own.</para>
/// </remarks>
[Published("Arivazhagan et al. 2019, arXiv 1912.00818")]
public sealed record FedPer(double Beta) : FedAvgServer(Beta)
{
    /// <summary>Layers that stay at the client, counted from the output, at least 0.</summary>
    [Option("Last layers with weights that stay at each client: their parameters are trained there and never sent. 0 is fedavg.",
        AtLeast = 0)]
    public int PersonalLayers { get; init; } = 1;

    /// <inheritdoc/>
    public override bool IsPersonal => true;

    /// <inheritdoc/>
    public override string? Refuses(Experiment experiment, Optimizer optimizer, Pruner pruner) =>
        Travelling.RefusalOfHead(experiment, pruner, PersonalLayers);

    /// <inheritdoc/>
    public override IEnumerable<string> Warns(Experiment experiment, Network network) =>
        Travelling.WarningOfHead(experiment, Travels(network), PersonalLayers);

    /// <inheritdoc/>
    public override Selection Travels(Network network) => Travelling.AllButLast(network, PersonalLayers);
}
