namespace AutoFlip.Cli;

/// <summary>What a live view gives to those who connect to it, at most: a run on the same machine goes first.</summary>
sealed record LiveLimits
{
    /// <summary>Connections at once; a further one is closed at once. Each takes a file handle.</summary>
    public int Connections { get; init; } = 64;

    /// <summary>Streams of events at once, one for each open page; a further one is answered with 503.</summary>
    public int Streams { get; init; } = 24;

    /// <summary>How long a request may take to arrive.</summary>
    public TimeSpan Request { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection may be idle.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(15);
}
