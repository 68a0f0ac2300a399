using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Samples of each class per client: <c>partition.json</c>.</summary>
/// <param name="Classes">One name per class.</param>
/// <param name="Train">[clients][classes]: training samples.</param>
/// <param name="HeldOut">[clients][classes]: held-out samples.</param>
public sealed record PartitionCounts(
    ImmutableArray<string> Classes, ImmutableArray<ImmutableArray<int>> Train, ImmutableArray<ImmutableArray<int>> HeldOut) : IChecked
{
    internal const string FileName = "partition.json";

    /// <summary>The counts of a partition.</summary>
    public static PartitionCounts Of(PartitionTable table) => new(
        [.. table.ClassNames],
        [.. Enumerable.Range(0, table.Clients).Select(client => table.Train(client).ToImmutableArray())],
        [.. Enumerable.Range(0, table.Clients).Select(client => table.HeldOut(client).ToImmutableArray())]);

    string? IChecked.Fault() =>
        HeldOut.Length != Train.Length ? $"'held_out' needs as many clients as 'train': {Train.Length}"
        : Train.Concat(HeldOut).Any(row => row.Length != Classes.Length)
            ? $"every client needs a count for each of the {Classes.Length} classes"
        : Train.Concat(HeldOut).Sum(row => row.Sum(count => (long)count)) > int.MaxValue
            ? "the counts add up to more samples than a run can have"
        : null;
}
