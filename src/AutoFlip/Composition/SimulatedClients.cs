namespace AutoFlip;

/// <summary>The clients' half of a simulation: all of their data, and the threads they compute on.</summary>
sealed class SimulatedClients : IDisposable
{
    readonly RunSetting _setting;
    readonly FederatedData _data;
    readonly WorkerPool _pool;
    readonly ClientHost _host;
    readonly ClientFiles _memory;

    /// <summary>Starts the threads; nothing is computed yet.</summary>
    public SimulatedClients(RunSetting setting, FederatedData data)
    {
        var (experiment, method, network) = (setting.Experiment, setting.Method, setting.Network);
        (_setting, _data) = (setting, data);
        _pool = new WorkerPool(
            setting.Devices.Workers, experiment.ThreadsPerClient,
            worker => Workspace.Of(experiment, method.Optimizer, setting.Devices.Of(worker)));
        _memory = new ClientFiles(
            setting.Directory.ClientMemory, network.Layout, RunStamp.Load(setting.Directory.Checkpoints)?.ToBytes());
        _host = new ClientHost(experiment, method, network, new SimulatedData(data), _memory, setting.Time)
        {
            Reason = e => ClientHost.ReasonOf(e, setting.Options.Wording),
        };
    }

    /// <summary>Samples of the federation.</summary>
    public SampleCounts Samples => new(
        _data.Clients.TrainSamples, _data.Clients.HeldOutSamples, _data.Test?.Count ?? 0);

    /// <summary>Restores the clients' mask of an interrupted run.</summary>
    public void Remember(Mask mask) => _host.Masks.Add(mask);

    /// <summary>The simulation as its channel sees it.</summary>
    public SimulationSession Session => new(
        _setting.Experiment, _data.Table.Sha256, new InProcessChannel(_host, _data, _pool), _setting.Observer)
    {
        KeptBefore = _memory.AllBefore,
        EvaluatesPersonalModels = _setting.Method.Algorithm.IsPersonal,
        Keep = _memory.Save,
    };

    /// <summary>Evaluates on the test set, on the clients' threads, which wait then; null if there is none.</summary>
    public TestSetEvaluation? TestSet => _data.Test is not { } test ? null : (network, weights, cutOff, ct) =>
        Evaluation.RunAsync(_pool, network, weights, cutOff, _setting.Method.Criterion, test, _setting.Method.Metrics, ct);

    /// <summary>Returns a client's own model; null if clients have none.</summary>
    public PersonalModels? PersonalModels => _setting.Method.Algorithm.IsPersonal ? _host.PersonalModel : null;

    /// <inheritdoc/>
    public void Dispose() => _pool.Dispose();
}

/// <summary>Returns a client's own model after a round, as a small vector.</summary>
/// <param name="client">The client.</param>
/// <param name="round">The round.</param>
/// <param name="mask">The mask in force.</param>
/// <param name="global">The global model.</param>
delegate Weights PersonalModels(int client, int round, Mask mask, Weights global);

/// <summary>A simulation as the channel between server and clients sees it.</summary>
/// <param name="Experiment">What is run; settled.</param>
/// <param name="PartitionSha256">Hash of the partition (<see cref="PartitionTable.Sha256"/>).</param>
/// <param name="Clients">The way to all clients, on threads of this process.</param>
/// <param name="Observer">Receives warnings.</param>
public sealed record SimulationSession(Experiment Experiment, string PartitionSha256, IMessageChannel Clients, RunObserver Observer)
{
    /// <summary>Vectors that a client has kept from before a round, for a machine that answers in its place.</summary>
    public Func<int, int, IReadOnlyList<ClientVector>> KeptBefore { get; init; } = (_, _) => [];

    /// <summary>True if clients need what they keep to explore and to evaluate too.</summary>
    public bool EvaluatesPersonalModels { get; init; }

    /// <summary>Keeps a vector of a client and a round that was computed on another machine.</summary>
    public Action<int, int, ClientVector> Keep { get; init; } = (_, _, _) => { };
}
