using System.Collections.Concurrent;
using System.Security.Cryptography;
using AutoFlip.Grpc;

namespace AutoFlip.Orleans;

/// <summary>The way to clients that are computed by the workers of a cluster. Each free slot takes the next client of the cohort.</summary>
/// <remarks>A task is a function of its bytes and of what the client has kept, so it may be carried out twice: when a worker is lost, its
/// clients go back to the head of the queue, and a client's first reply counts.</remarks>
sealed class ClusterChannel : IMessageChannel, IAsyncDisposable
{
    static readonly TimeSpan NoticePeriod = TimeSpan.FromSeconds(10);

    readonly SimulationSession _run;
    readonly ClusterOptions _options;
    readonly IGrainFactory _grains;
    readonly IClusterMembershipService _members;
    readonly SiloAddress _self;
    readonly TimeProvider _time;
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentDictionary<SiloAddress, WorkerLink> _workers = [];
    readonly Task _watching, _noticing;
    readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource<Answer> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    CohortTask? _task;

    /// <summary>Begins to offer the run to the workers of the cluster.</summary>
    public ClusterChannel(
        SimulationSession run, ClusterOptions options, IGrainFactory grains, IClusterMembershipService members, SiloAddress self,
        TimeProvider time)
    {
        (_run, _options, _grains, _members, _self, _time) = (run, options, grains, members, self, time);
        Offer = new(
            new Guid(RandomNumberGenerator.GetBytes(16)), ExperimentFile.ProgramVersion, ProcessorKind.Here,
            ExperimentFile.Write(run.Experiment, run.PartitionSha256), run.PartitionSha256);
        _watching = WatchAsync();
        _noticing = NoticeAsync();
    }

    /// <inheritdoc/>
    public int Clients => _run.Clients.Clients;

    /// <inheritdoc/>
    public int AtOnce => 2 * Math.Max(_workers.Values.Sum(worker => worker.Slots), 1);

    /// <summary>The run as workers are offered it.</summary>
    public RunOffer Offer { get; }

    /// <summary>Clients that wait for a slot.</summary>
    public SeatQueue Queue { get; } = new();

    /// <inheritdoc/>
    public int? SamplesOf(int client) => _run.Clients.SamplesOf(client);

    /// <inheritdoc/>
    /// <exception cref="AutoFlipException">No worker has come in time (exit 4).</exception>
    public async ValueTask ReadyAsync(CancellationToken ct)
    {
        try
        {
            await _ready.Task.WaitAsync(_options.StartTimeout, _time, ct);
        }
        catch (TimeoutException e)
        {
            throw AutoFlipException.RunFailed(
                $"No worker has joined the cluster {_options.Cluster} within {_options.StartTimeout.TotalSeconds:0} s. Start them with "
                + "'autoflip worker', then resume the run.", e);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="AutoFlipException">No worker has come in time (exit 4).</exception>
    public async ValueTask BeginAsync(CohortTask task, CancellationToken ct)
    {
        await ReadyAsync(ct);
        _task = task;
        foreach (var worker in _workers.Values) worker.Forget();
    }

    /// <inheritdoc/>
    public async Task<Answer> SendAsync(int client, ReadOnlyMemory<byte> request, CancellationToken ct)
    {
        var task = _task!;
        var needed = task.Work == ClientWork.Train || (_run.EvaluatesPersonalModels && task.Work != ClientWork.Measure);
        var round = task.Work is ClientWork.Explore or ClientWork.Train ? task.Round : task.Round + 1; // the others come after training
        var before = needed ? _run.KeptBefore(client, round) : [];
        var seat = new SeatTask(client, request, () => task.Whole(client), before, vector => _run.Keep(client, task.Round, vector), ct);
        await using var stopping = ct.Register(() => seat.Answer.TrySetCanceled(ct)); // there may be no worker who would
        Queue.Add(seat);
        return await await Task.WhenAny(seat.Answer.Task, _failed.Task);
    }

    /// <summary>The cluster has lost this coordinator.</summary>
    /// <param name="reason">Why.</param>
    public void Fail(string reason)
    {
        var failure = AutoFlipException.RunFailed($"The cluster {_options.Cluster} has lost this coordinator: {reason} Resume the run.");
        _ready.TrySetException(failure);
        _failed.TrySetException(failure);
    }

    /// <summary>A worker has been admitted.</summary>
    public void Admitted(SiloAddress silo, int slots)
    {
        _run.Observer.Note($"The worker {silo.Endpoint} takes part with {slots} {(slots == 1 ? "slot" : "slots")}.");
        _ready.TrySetResult();
    }

    /// <summary>Something that the reader of the run should know.</summary>
    public void Warn(string message) => _run.Observer.Warning(message);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers.Values) await worker.EndAsync();
        await _stop.CancelAsync();
        await Task.WhenAll([_watching, _noticing, .. _workers.Values.Select(worker => worker.Running)])
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Queue.Dispose();
        _stop.Dispose();
    }

    /// <summary>Keeps a link to each worker that is alive.</summary>
    async Task WatchAsync()
    {
        try
        {
            await foreach (var snapshot in _members.MembershipUpdates.WithCancellation(_stop.Token))
                foreach (var (silo, member) in snapshot.Members)
                    if (!silo.Equals(_self)) Follow(silo, member.Status);
        }
        catch (Exception e) when (!_stop.IsCancellationRequested) // without the list no worker would ever be found
        {
            Fail(e.Message);
        }
    }

    void Follow(SiloAddress silo, SiloStatus status)
    {
        if (status == SiloStatus.Active)
            _ = _workers.GetOrAdd(silo, address => new WorkerLink(this, _grains, address, _time, _stop.Token));
        else if (status is SiloStatus.Dead or SiloStatus.ShuttingDown or SiloStatus.Stopping
            && _workers.TryRemove(silo, out var gone) && gone.Lose())
            Warn($"The worker {silo.Endpoint} is gone. Its clients are computed elsewhere.");
    }

    async Task NoticeAsync()
    {
        using var timer = new PeriodicTimer(NoticePeriod, _time);
        while (await timer.WaitForNextTickAsync(_stop.Token))
            if (_workers.Values.All(worker => worker.Slots == 0)) Warn($"Waiting for a worker in the cluster {_options.Cluster}.");
    }
}
