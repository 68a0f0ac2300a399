using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>The clients of a simulation that spans several machines, on one of them: any client, whoever is asked for.</summary>
/// <remarks>The machine keeps masks and nothing else: what a client keeps between rounds comes with its task and goes back with its reply.
/// So a task is a function of its bytes, and may be carried out again elsewhere.</remarks>
public sealed class SimulationWorker : IDisposable
{
    readonly WorkerPool _pool;
    readonly ClientHost _host;
    readonly CarriedVectors _vectors;
    readonly Method _method;
    readonly Experiment _experiment;

    /// <summary>Builds the network and starts the threads.</summary>
    /// <param name="experiment">The run's experiment; settled.</param>
    /// <param name="data">The data of all clients.</param>
    /// <param name="slots">Clients that compute at the same time.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <exception cref="AutoFlipException">The network does not fit the data, or not into memory (exit 2).</exception>
    public SimulationWorker(Experiment experiment, FederatedData data, int slots, TimeProvider? time = null)
    {
        LibTorch.Require();
        (_experiment, _method, PartitionSha256) = (experiment, Catalog.Resolve(experiment), data.Table.Sha256);
        var network = RunNetwork.Build(experiment, _method, data.Contract, all => TrainingMemory.Of(
            experiment, all, data.Clients.MostTrainSamples, slots).Require(experiment, MemoryLimit.OfProcess));
        _vectors = new(network.Layout);
        _host = new ClientHost(experiment, _method, network, new SimulatedData(data), _vectors, time ?? TimeProvider.System);
        _pool = new WorkerPool(slots, experiment.ThreadsPerClient, () => Workspace.Of(experiment, _method.Optimizer));
    }

    /// <summary>Loads the data and prepares a worker.</summary>
    /// <param name="experiment">The run's experiment; settled.</param>
    /// <param name="options">Where data lie.</param>
    /// <param name="slots">Clients that compute at the same time.</param>
    /// <param name="observer">Watches the loading.</param>
    /// <param name="ct">Stops it.</param>
    /// <exception cref="AutoFlipException">The data are not here or do not fit (exit 2 or 3).</exception>
    public static SimulationWorker Load(
        Experiment experiment, RunOptions options, int slots, ILoadObserver observer, CancellationToken ct) =>
        new(experiment, FederatedData.Load(experiment, DataLocations.Of(options), observer, ct), slots);

    /// <summary>Hash of the partition (<see cref="PartitionTable.Sha256"/>).</summary>
    public string PartitionSha256 { get; }

    /// <summary>Takes in the mask of a task.</summary>
    /// <param name="task">The task's bytes, with its mask.</param>
    /// <exception cref="InvalidDataException">They are malformed.</exception>
    public void Learn(ReadOnlySpan<byte> task) =>
        TaskCodec.Decode(task, ValueFormat.Of(_experiment.WireDown), _host.Masks, _method.Algorithm.Sends);

    /// <summary>Carries out a task on the next free thread.</summary>
    /// <param name="client">Who answers. At most one task of a client at a time.</param>
    /// <param name="task">The task's bytes, which must stay as they are until it is done.</param>
    /// <param name="before">What the client has kept.</param>
    /// <param name="ct">Stops it within one batch.</param>
    /// <returns>The reply's bytes, and what the client keeps now. A failure is a reply too.</returns>
    public Task<(ReadOnlyMemory<byte> Reply, ImmutableArray<ClientVector> Kept)> HandleAsync(
        int client, ReadOnlyMemory<byte> task, IReadOnlyList<ClientVector> before, CancellationToken ct) =>
        _pool.RunAsync(workspace =>
        {
            ct.ThrowIfCancellationRequested(); // it may have waited for a thread
            _vectors.Begin(client, before);
            try
            {
                return (_host.Handle(workspace, task.Span, client, ct), _vectors.End(client));
            }
            finally
            {
                _vectors.End(client);
            }
        });

    /// <inheritdoc/>
    public void Dispose() => _pool.Dispose();
}
