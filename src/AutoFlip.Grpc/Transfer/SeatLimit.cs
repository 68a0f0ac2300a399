namespace AutoFlip.Grpc;

/// <summary>Limit of the seats of one process.</summary>
public static class SeatLimit
{
    /// <summary>Seats of one process: a state with the tasks of all of them fits into one message (256 KiB).</summary>
    public const int PerProcess = 1000;
}
