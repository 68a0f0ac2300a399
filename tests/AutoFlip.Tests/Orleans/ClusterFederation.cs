using System.Net;
using AutoFlip.Grpc;
using AutoFlip.Orleans;

namespace AutoFlip.Tests;

/// <summary>A coordinator and workers with two slots each, two unless told otherwise, all in this process, connected over the loopback
/// interface.</summary>
sealed class ClusterFederation : TestFederation
{
    const int Slots = 2;
    static readonly TimeSpan HungAfter = TimeSpan.FromSeconds(60);

    readonly TemporaryFolder _folder = new();
    readonly FederatedData _data;
    readonly ClusterOptions _options;
    readonly Silo _coordinator;
    readonly TimeProvider _time;
    readonly int _count;
    readonly ClusterChannel _channel;
    readonly Dictionary<int, (WorkerService Service, Silo Silo)> _workers = [];

    ClusterFederation(
        Experiment experiment, FederatedData data, ClusterOptions options, Silo coordinator, TimeProvider time, int workers)
    {
        (_data, _options, _coordinator, _time, _count) = (data, options, coordinator, time, workers);
        var memory = new ClientFiles(_folder["memory"], TinyFederation.Network(experiment).Layout);
        var session = new SimulationSession(experiment, data.Table.Sha256, new InProcessChannel(null!, data, null!), RunObserver.None)
        {
            KeptBefore = memory.AllBefore,
            EvaluatesPersonalModels = Catalog.Resolve(experiment).Algorithm.IsPersonal,
            Keep = memory.Save,
        };
        _channel = ClusterRun.ChannelOf(coordinator, session, options, time);
    }

    public override IMessageChannel Channel => _channel;

    /// <summary>How its members take part.</summary>
    public ClusterOptions Options => _options;

    public static async Task<ClusterFederation> StartAsync(
        Experiment experiment, FederatedData data, TestAuthority? pki = null, int workers = 2, TimeSpan? startTimeout = null)
    {
        var port = Silo.FreePort(IPAddress.Loopback).Port;
        var options = new ClusterOptions
        {
            Cluster = new(ClusterKind.Static, "127.0.0.1", port),
            StartTimeout = startTimeout ?? HungAfter,
            Pki = pki?.Folder.Path,
        };
        var stop = TestContext.Current.CancellationToken;
        TimeProvider time = pki is null ? TimeProvider.System : pki.Time;
        var coordinator = await Silo.StartAsync(options, isCoordinator: true, worker: null, _ => { }, time, stop);
        var federation = new ClusterFederation(experiment, data, options, coordinator, time, workers);
        await federation.StartWorkersAsync(stop);
        return federation;
    }

    /// <summary>Other workers in place of these: they have no mask.</summary>
    public override async Task ForgetAsync()
    {
        await StopWorkersAsync();
        await StartWorkersAsync(TestContext.Current.CancellationToken);
    }

    public override void Stop()
    {
        foreach (var (service, _) in _workers.Values) service.Stop();
    }

    public override async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await StopWorkersAsync();
        await _coordinator.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Ends a worker.</summary>
    public async Task StopWorkerAsync(int number)
    {
        if (!_workers.Remove(number, out var worker)) return;
        var (service, silo) = worker;
        service.Stop();
        await silo.DisposeAsync();
        service.Dispose();
    }

    async Task StartWorkersAsync(CancellationToken stop)
    {
        for (var i = 0; i < _count; i++)
        {
            var service = new WorkerService(
                (experiment, _) => new SimulationWorker(experiment, _data, Slots), Slots, IClientLog.None, _time);
            _workers[i] = (service, await Silo.StartAsync(_options, isCoordinator: false, service, _ => { }, _time, stop));
        }
    }

    async Task StopWorkersAsync()
    {
        for (var number = 0; number < _count; number++) await StopWorkerAsync(number);
    }
}
