namespace AutoFlip.Cli;

/// <summary>How thoroughly to measure.</summary>
sealed record BenchOptions
{
    /// <summary>How often each contestant is measured after the warm-up; 0 leaves it to the measurement.</summary>
    public int Repeats { get; init; }

    /// <summary>How long <c>stress</c> goes on, in minutes.</summary>
    public double Minutes { get; init; } = 10;

    /// <summary>The one case that this process measures, for <c>memory</c> and <c>leak</c>, whose cases need a process each; null measures all.</summary>
    public string? Case { get; init; }
}
