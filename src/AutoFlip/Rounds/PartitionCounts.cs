using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>Samples of each class per client: <c>partition.json</c>.</summary>
/// <param name="Classes">One name per class.</param>
/// <param name="Train">[clients][classes]: training samples, of the first 1,000 clients where there are more than 10,000.</param>
/// <param name="HeldOut">[clients][classes]: held-out samples of the same clients.</param>
public sealed record PartitionCounts(
    ImmutableArray<string> Classes, ImmutableArray<ImmutableArray<int>> Train, ImmutableArray<ImmutableArray<int>> HeldOut) : IChecked
{
    internal const string FileName = "partition.json";

    /// <summary>Totals of all clients, where not all are listed; else null.</summary>
    public PartitionTotals? Totals { get; init; }

    /// <summary>Number of clients, listed or not.</summary>
    [JsonIgnore]
    public int Clients => Totals?.Clients ?? Train.Length;

    /// <summary>Training samples of all clients.</summary>
    [JsonIgnore]
    public long TrainSamples => Totals?.TrainSamples ?? Sum(Train);

    /// <summary>Held-out samples of all clients.</summary>
    [JsonIgnore]
    public long HeldOutSamples => Totals?.HeldOutSamples ?? Sum(HeldOut);

    /// <summary>The counts of a partition.</summary>
    public static PartitionCounts Of(PartitionTable table) => new(
        [.. table.ClassNames],
        [.. Enumerable.Range(0, table.Listed).Select(client => table.Train(client).ToImmutableArray())],
        [.. Enumerable.Range(0, table.Listed).Select(client => table.HeldOut(client).ToImmutableArray())])
    {
        Totals = table.Listed == table.Clients ? null : new(table.Clients, table.TrainSamples, table.HeldOutSamples),
    };

    static long Sum(ImmutableArray<ImmutableArray<int>> counts) => counts.Sum(client => client.Sum(count => (long)count));

    string? IChecked.Fault() =>
        HeldOut.Length != Train.Length ? $"'held_out' needs as many clients as 'train': {Train.Length}"
        : Train.Concat(HeldOut).Any(row => row.Length != Classes.Length)
            ? $"every client needs a count for each of the {Classes.Length} classes"
        : Train.Concat(HeldOut).Sum(row => row.Sum(count => (long)count)) > int.MaxValue
            ? "the counts add up to more samples than a run can have"
        : Totals?.Clients < Train.Length ? $"'totals' has fewer clients than are listed: {Train.Length}"
        : null;
}

/// <summary>Totals of a partition whose clients are not all listed.</summary>
/// <param name="Clients">Number of clients.</param>
/// <param name="TrainSamples">Training samples; one of several clients counts for each.</param>
/// <param name="HeldOutSamples">Held-out samples.</param>
public sealed record PartitionTotals(int Clients, long TrainSamples, long HeldOutSamples);
