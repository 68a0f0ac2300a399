namespace AutoFlip;

/// <summary>The clients' half of a simulation: all of their data, and the threads they compute on.</summary>
sealed class SimulatedClients : IDisposable
{
    readonly RunSetting _setting;
    readonly FederatedData _data;
    readonly WorkerPool _pool;
    readonly ClientHost _host;

    /// <summary>Starts the threads; nothing is computed yet.</summary>
    public SimulatedClients(RunSetting setting, FederatedData data)
    {
        var (experiment, method, network) = (setting.Experiment, setting.Method, setting.Network);
        (_setting, _data) = (setting, data);
        _pool = new WorkerPool(
            setting.Options.Workers, experiment.ThreadsPerClient, () => Workspace.Of(experiment, method.Optimizer));
        var memory = new ClientFiles(setting.Directory.ClientMemory, network.Layout.ParameterCount);
        _host = new ClientHost(experiment, method, network, new SimulatedData(data), memory, setting.Time)
        {
            Reason = e => ClientHost.ReasonOf(e, setting.Options.Wording),
        };
    }

    /// <summary>Samples of the federation.</summary>
    public SampleCounts Samples => new(
        _data.Clients.TrainSamples, _data.Clients.HeldOutSamples, _data.Test?.Count ?? 0);

    /// <summary>Restores the clients' mask of an interrupted run.</summary>
    public void Remember(Mask mask) => _host.Masks.Add(mask);

    /// <summary>The way from a server to these clients.</summary>
    public IMessageChannel Channel => new InProcessChannel(_host, _data, _pool);

    /// <summary>Evaluates on the test set, on the clients' threads, which wait then; null if there is none.</summary>
    public TestSetEvaluation? TestSet => _data.Test is not { } test ? null : (network, weights, cutOff, ct) =>
        Evaluation.RunAsync(_pool, network, weights, cutOff, _setting.Method.Criterion, test, _setting.Method.Metrics, ct);

    /// <inheritdoc/>
    public void Dispose() => _pool.Dispose();
}
