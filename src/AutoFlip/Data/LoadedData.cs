using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A data set as loaded: what clients share out, and what the server tests on.</summary>
/// <param name="Train">The samples that are partitioned among clients.</param>
/// <param name="Test">The server's test set; null if the data set has none.</param>
/// <param name="Task">What is to be learnt.</param>
public sealed record LoadedData(SampleSet Train, SampleSet? Test, LearningTask Task)
{
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
public sealed record Owners(IReadOnlyList<string> Names, int[] OfRow, int TrainRows);
