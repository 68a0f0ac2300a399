namespace AutoFlip;

/// <summary>Cost of one explorer: a line of <c>exploration.jsonl</c>.</summary>
/// <param name="Client">The explorer.</param>
/// <param name="DownBytes">Bytes sent to it.</param>
/// <param name="UpBytes">Bytes it sent.</param>
/// <param name="TrainSamples">Samples that went through forward and backward passes.</param>
/// <param name="Seconds">Wall-clock seconds of the exploration so far.</param>
/// <param name="Failure">Why there are no scores; null if there are.</param>
/// <param name="ClientSeconds">Seconds of the explorer, by its own clock.</param>
/// <param name="ScoresXxh3">XXH3 of its scores' bytes; null if there are none, and in logs of earlier versions.</param>
public sealed record ExplorerReport(
    int Client, long DownBytes, long UpBytes, long TrainSamples, double Seconds, string? Failure, ClientSeconds? ClientSeconds = null,
    string? ScoresXxh3 = null);
