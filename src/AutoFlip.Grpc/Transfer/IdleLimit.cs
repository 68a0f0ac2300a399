using Grpc.Core;

namespace AutoFlip.Grpc;

/// <summary>Ends a transfer once nothing has moved for a minute.</summary>
sealed class IdleLimit : IDisposable
{
    readonly CancellationTokenSource _idle, _either;

    /// <summary>Begins to count.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="other">Ends the transfer too: its connection.</param>
    public IdleLimit(TimeProvider time, CancellationToken other)
    {
        _idle = new(Period, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_idle.Token, other);
    }

    /// <summary>Time without a byte after which a transfer ends.</summary>
    public static TimeSpan Period { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Cancelled once the transfer has to end.</summary>
    public CancellationToken Token => _either.Token;

    /// <summary>The status of a call that ended by this limit, and not by its connection.</summary>
    public static RpcException Failure => new(new Status(StatusCode.DeadlineExceeded, $"no byte moved for {Period.TotalSeconds} s."));

    /// <summary>True once nothing has moved for too long.</summary>
    public bool IsOver => _idle.IsCancellationRequested;

    /// <summary>Something has moved.</summary>
    /// <param name="period">Time from now on; null: <see cref="Period"/>.</param>
    public void Restart(TimeSpan? period = null) => _idle.CancelAfter(period ?? Period);

    /// <inheritdoc/>
    public void Dispose()
    {
        _either.Dispose();
        _idle.Dispose();
    }
}
