namespace AutoFlip.Cli;

/// <summary>Options of <c>autoflip list models</c>.</summary>
sealed record ListOptions
{
    /// <summary>The sample.</summary>
    public SampleShape Input { get; init; } = new(3, 32, 32);

    /// <summary>Outputs.</summary>
    public int Outputs { get; init; } = 10;
}
