namespace AutoFlip.Grpc;

/// <summary>Shared by all chaos runs.</summary>
/// <param name="Program">The program and its first arguments.</param>
/// <param name="Quantized">The run without faults whose clients keep the rounding errors of 8-bit messages from round to round.</param>
/// <param name="Exact">The run without faults in float32, whose clients keep nothing.</param>
/// <param name="Pki">Keys and certificates that each run copies.</param>
/// <param name="Time">The clock.</param>
sealed record ChaosSetup(IReadOnlyList<string> Program, RunSummary Quantized, RunSummary Exact, PkiFolder Pki, TimeProvider Time)
{
    /// <summary>Clients of a run.</summary>
    public const int Seats = 4;

    /// <summary>Deadline of a task, in seconds.</summary>
    public const int RoundSeconds = 10;

    /// <summary>The run without faults that a cell is compared with. A second process of a client, as on another machine, has not what
    /// the first one kept.</summary>
    public RunSummary Unbroken(ChaosCell cell) => cell.Fault == ChaosFault.SecondProcess ? Exact : Quantized;

    /// <summary>Environment of all processes: they live for seconds, in which quick code pays.</summary>
    public static IReadOnlyDictionary<string, string> Variables { get; } = new Dictionary<string, string>
    {
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_TC_QuickJitForLoops"] = "1",
    };
}
