using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>The figures of a whole run: <c>summary.json</c>. Other programs read it: fields are added, never renamed or removed.</summary>
public sealed record RunSummary
{
    /// <summary>Version of this schema.</summary>
    public int Schema { get; init; } = 1;

    /// <summary>Version of the program.</summary>
    public required string Version { get; init; }

    /// <summary>Catalogue name.</summary>
    public required string Algorithm { get; init; }

    /// <summary>Catalogue name.</summary>
    public required string Pruner { get; init; }

    /// <summary>Catalogue name.</summary>
    public required string Dataset { get; init; }

    /// <summary>Catalogue name.</summary>
    public required string Model { get; init; }

    /// <summary>The run's seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Clients K.</summary>
    public required int Clients { get; init; }

    /// <summary>Clients per round.</summary>
    public required int Cohort { get; init; }

    /// <summary>Rounds asked for.</summary>
    public required int Rounds { get; init; }

    /// <summary>Rounds done.</summary>
    public required int RoundsDone { get; init; }

    /// <summary>How good the model is.</summary>
    public required SummaryMetrics Metrics { get; init; }

    /// <summary>How large the model is.</summary>
    public required SummaryModelSize ModelSize { get; init; }

    /// <summary>How much was computed.</summary>
    public required SummaryCompute Compute { get; init; }

    /// <summary>How much was sent.</summary>
    public required SummaryTraffic Traffic { get; init; }

    /// <summary>How long it took.</summary>
    public required SummaryTime Time { get; init; }

    /// <summary>Clients that trained side by side.</summary>
    public required int Workers { get; init; }

    /// <summary>Largest resident memory of the process, in bytes.</summary>
    public required long PeakRssBytes { get; init; }

    /// <summary>Replies that could not be used, over all rounds.</summary>
    public required int Failures { get; init; }

    /// <summary>SHA-256 of the final full global vector (float32, little-endian, canonical order).</summary>
    public required string ModelSha256 { get; init; }
}

/// <summary>How good the model is. Null where it was not evaluated.</summary>
public sealed record SummaryMetrics(SummaryGlobal Global, SummaryLocal Local);

/// <summary>The global model on the server's test set: the last evaluation, and the best accuracy of all.</summary>
public sealed record SummaryGlobal(double? Acc1, double? Loss, double? BestAcc1, int? BestRound);

/// <summary>The global model on held-out samples of clients that did not take part: the last evaluation, equal mean.</summary>
public sealed record SummaryLocal(double? Acc1);

/// <summary>How large the model is.</summary>
/// <param name="Parameters">Trainable parameters of the full network.</param>
/// <param name="ActiveParameters">Of these, kept by the last mask.</param>
/// <param name="Density">ActiveParameters / Parameters.</param>
/// <param name="TrainedParameters">Size of the tensors that clients really train.</param>
/// <param name="Bytes">Size of the last model message to a client.</param>
public sealed record SummaryModelSize(int Parameters, int ActiveParameters, double Density, int TrainedParameters, long Bytes);

/// <summary>How much was computed.</summary>
/// <param name="MacsPerSample">Multiply-accumulates of a forward pass of the full network.</param>
/// <param name="ActiveMacsPerSample">Of these, those that clients really carry out.</param>
/// <param name="TrainSamples">Samples that went through forward and backward passes, exploration included.</param>
public sealed record SummaryCompute(long MacsPerSample, long ActiveMacsPerSample, long TrainSamples);

/// <summary>How much was sent.</summary>
/// <param name="DownBytes">To clients, measured.</param>
/// <param name="UpBytes">By clients, measured.</param>
/// <param name="DenseFp32Bytes">What plain FedAvg would have sent over the same training dispatches.</param>
/// <param name="Ratio">(DownBytes + UpBytes) / DenseFp32Bytes, exploration included.</param>
/// <param name="ExploreBytes">Of the bytes above, those of the exploration.</param>
public sealed record SummaryTraffic(long DownBytes, long UpBytes, long DenseFp32Bytes, double Ratio, long ExploreBytes);

/// <summary>How long it took, in seconds of wall-clock, summed over resumptions.</summary>
public sealed record SummaryTime(
    [property: JsonPropertyName("total_s")] double Total,
    [property: JsonPropertyName("explore_s")] double Explore,
    [property: JsonPropertyName("rounds_s")] double Rounds,
    [property: JsonPropertyName("median_round_s")] double MedianRound,
    [property: JsonPropertyName("evaluate_s")] double Evaluate);
