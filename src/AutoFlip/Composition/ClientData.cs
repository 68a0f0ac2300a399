namespace AutoFlip;

/// <summary>Data that a client of a network trains on: one seat's own, or those of several seats.</summary>
public sealed class ClientData
{
    ClientData(DataContract contract, IClientData inner) => (Contract, Inner) = (contract, inner);

    /// <summary>The data contract that the samples fit.</summary>
    public DataContract Contract { get; }

    /// <summary>The samples.</summary>
    internal IClientData Inner { get; }

    /// <summary>Training samples of a client.</summary>
    public int TrainSamples(int client) => Inner.ShareOf(client).TrainRows.Length;

    /// <summary>Held-out samples of a client.</summary>
    public int HeldOutSamples(int client) => Inner.ShareOf(client).HeldOutRows.Length;

    /// <summary>All clients' samples of a data set that the experiment names, dealt as a simulation deals them.</summary>
    /// <param name="experiment">The run's experiment, as the server has it.</param>
    /// <param name="where">Where data sets lie.</param>
    /// <param name="observer">Watches the loading.</param>
    /// <param name="ct">Stops it.</param>
    /// <exception cref="AutoFlipException">The data set is not here, or damaged (exit 3).</exception>
    public static ClientData Dealt(Experiment experiment, DataLocations where, ILoadObserver observer, CancellationToken ct)
    {
        var data = FederatedData.Load(experiment, where, observer, ct);
        return new(data.Contract, new SimulatedData(data));
    }
}
