namespace AutoFlip.Tests;

/// <summary>The clients of a federation behind a channel: what <see cref="ChannelContract"/> tests.</summary>
abstract class TestFederation : IAsyncDisposable
{
    /// <summary>The way to the clients.</summary>
    public abstract IMessageChannel Channel { get; }

    /// <summary>Starts the clients anew, without what they kept from earlier rounds.</summary>
    public abstract Task ForgetAsync();

    /// <summary>Tells clients that are processes of their own to stop.</summary>
    public virtual void Stop() { }

    /// <summary>Stops the clients and the channel.</summary>
    public abstract ValueTask DisposeAsync();
}

/// <summary>Clients on a pool of threads.</summary>
/// <param name="experiment">What they run.</param>
/// <param name="data">Their samples.</param>
class InProcessFederation(Experiment experiment, FederatedData data) : TestFederation
{
    readonly WorkerPool _pool = new(3, 1, () => Workspace.Of(experiment));
    readonly Indirect _channel = new();

    public override IMessageChannel Channel
    {
        get
        {
            _channel.Inner ??= New();
            return _channel;
        }
    }

    public override Task ForgetAsync()
    {
        _channel.Inner = New();
        return Task.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        _pool.Dispose();
        return ValueTask.CompletedTask;
    }

    InProcessChannel New() => new(
        new ClientHost(
            experiment, Catalog.Resolve(experiment), TinyFederation.Network(experiment), new SimulatedData(data), new VolatileStore(),
            TimeProvider.System),
        data, _pool);

    /// <summary>A channel that can be replaced.</summary>
    sealed class Indirect : IMessageChannel
    {
        public InProcessChannel? Inner { get; set; }

        public int Clients => Inner!.Clients;

        public int AtOnce => Inner!.AtOnce;

        public int? SamplesOf(int client) => Inner!.SamplesOf(client);

        public Task<Answer> SendAsync(int client, ReadOnlyMemory<byte> request, CancellationToken ct) =>
            Inner!.SendAsync(client, request, ct);
    }
}

/// <summary>Clients on a pool of threads, whose answers arrive in an order drawn anew for each task.</summary>
/// <param name="experiment">What they run.</param>
/// <param name="data">Their samples.</param>
sealed class ShuffledFederation(Experiment experiment, FederatedData data) : InProcessFederation(experiment, data)
{
    Shuffled? _channel;

    public override IMessageChannel Channel => _channel ??= new(base.Channel);

    sealed class Shuffled(IMessageChannel inner) : IMessageChannel
    {
        Dictionary<int, (Task Before, TaskCompletionSource Done)> _turns = [];

        public int Clients => inner.Clients;

        public int AtOnce => int.MaxValue;

        public int? SamplesOf(int client) => inner.SamplesOf(client);

        public ValueTask BeginAsync(CohortTask task, CancellationToken ct)
        {
            int[] order = [.. task.Cohort];
            new KeyedRandom((ulong)task.Id).Shuffle(order);
            var before = Task.CompletedTask;
            _turns = [];
            foreach (var client in order)
            {
                var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _turns.Add(client, (before, done));
                before = done.Task;
            }
            return inner.BeginAsync(task, ct);
        }

        public async Task<Answer> SendAsync(int client, ReadOnlyMemory<byte> request, CancellationToken ct)
        {
            var (before, done) = _turns[client];
            try
            {
                var answer = await inner.SendAsync(client, request, ct);
                await before.WaitAsync(ct);
                return answer;
            }
            finally
            {
                done.TrySetResult();
            }
        }
    }
}
