namespace AutoFlip.Orleans;

/// <summary>A client's task that waits for a slot, or is in one.</summary>
/// <param name="Client">The client.</param>
/// <param name="Request">The request.</param>
/// <param name="Whole">The request with its mask.</param>
/// <param name="Before">What the client has kept.</param>
/// <param name="Keep">Keeps a vector of it.</param>
/// <param name="Cancel">Stops it.</param>
sealed record SeatTask(
    int Client, ReadOnlyMemory<byte> Request, Func<ReadOnlyMemory<byte>> Whole, IReadOnlyList<ClientVector> Before,
    Action<ClientVector> Keep, CancellationToken Cancel)
{
    /// <summary>The answer; the first one counts.</summary>
    public TaskCompletionSource<Answer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>Clients in the order of the cohort. Whoever comes back goes first.</summary>
sealed class SeatQueue : IDisposable
{
    readonly Lock _lock = new();
    readonly LinkedList<SeatTask> _seats = [];
    readonly SemaphoreSlim _count = new(0);

    /// <summary>Adds a client at the end.</summary>
    public void Add(SeatTask seat)
    {
        lock (_lock) _seats.AddLast(seat);
        _count.Release();
    }

    /// <summary>Puts a client back whose slot was lost.</summary>
    public void Return(SeatTask seat)
    {
        lock (_lock) _seats.AddFirst(seat);
        _count.Release();
    }

    /// <summary>Takes the next client, and waits for one.</summary>
    public async Task<SeatTask> TakeAsync(CancellationToken ct)
    {
        await _count.WaitAsync(ct);
        lock (_lock)
        {
            var first = _seats.First!.Value;
            _seats.RemoveFirst();
            return first;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _count.Dispose();
}
