namespace AutoFlip.Grpc;

/// <summary>Faults that a <see cref="FaultProxy"/> applies to what it forwards from now on, in both directions.</summary>
public sealed record Faults
{
    /// <summary>Forwards everything as it is.</summary>
    public static Faults None { get; } = new();

    /// <summary>Time that each piece of data is held back.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Bytes a second of each connection and direction; null: no limit.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>Bytes from the client after which a connection is reset; null: never.</summary>
    public long? CutAfter { get; init; }

    /// <summary>Byte from the client, counted from 0 in each connection, in which one bit is flipped; null: none.</summary>
    public long? FlipAt { get; init; }

    /// <summary>Nothing arrives in either direction while this is set, and no connection ends. What was sent meanwhile arrives
    /// afterwards, as with a network that is interrupted.</summary>
    public bool IsBlackHole { get; init; }

    /// <summary>Nothing arrives from the server while this is set.</summary>
    public bool HoldsAnswers { get; init; }

    /// <summary>Time without a byte in either direction after which a connection is reset, as by a router; null: never.</summary>
    public TimeSpan? IdleLimit { get; init; }
}
