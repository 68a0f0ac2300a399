using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A data set as loaded: what clients share out, and what the server tests on.</summary>
/// <param name="Train">The samples that are partitioned among clients.</param>
/// <param name="Test">The server's test set; null, or without samples, if the data set has none.</param>
/// <param name="Task">What is to be learnt.</param>
public sealed record LoadedData(SampleSet Train, SampleSet? Test, LearningTask Task)
{
    /// <summary>The server's test set, with at least one sample; null if the data set has none.</summary>
    public SampleSet? Test { get; init; } = Test is { Count: > 0 } ? Test : null;

    /// <summary>Owners of the samples; null if unknown.</summary>
    public Owners? Owners { get; init; }

    /// <summary>Columns of a table that samples were read from; null for other data.</summary>
    public SampleColumns? Columns { get; init; }

    /// <summary>Inferred kinds of a table's columns, one line each; empty for other data.</summary>
    public ImmutableArray<string> Description { get; init; } = [];
}

/// <summary>The people (writers, speakers, stations) from whom a data set's samples come: its natural clients.</summary>
/// <param name="Names">One name per owner.</param>
/// <param name="OfRow">[Train.Count]: whose each row of <see cref="LoadedData.Train"/> is.</param>
/// <param name="TrainRows">Rows below this are for training. The others are held out by their owners by the data set's own rule, and are
/// never used for training.</param>
/// <exception cref="ArgumentException">A row's owner has no name.</exception>
public sealed record Owners(IReadOnlyList<string> Names, int[] OfRow, int TrainRows)
{
    /// <summary>[Train.Count]: whose each row is, as a place in <see cref="Names"/>.</summary>
    public int[] OfRow { get; init; } = Array.FindIndex(OfRow, owner => (uint)owner >= (uint)Names.Count) is >= 0 and var row
        ? throw new ArgumentException(
            $"The owner of sample {row} is {OfRow[row]}; accepted are 0 to {Names.Count - 1}, the places of the {Names.Count} names.",
            nameof(OfRow))
        : OfRow;
}
