using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Facts of a table that are known before its rows are read.</summary>
/// <param name="Columns">In the order of the file; one of them is the target.</param>
public sealed record TableFacts(ImmutableArray<ColumnFacts> Columns)
{
    /// <summary>Most different whole numbers that are taken for classes by default.</summary>
    public const int MostWholeClasses = 20;

    /// <summary>Spelling of cells: decimal mark and missing values.</summary>
    public TableFormat Format { get; init; } = TableFormat.Default;

    /// <summary>The task, if the set's authors state it; null takes it from <see cref="Choice"/> and the training rows.</summary>
    public LearningTask? Task { get; init; }

    /// <summary>Of a stated classification: the texts that stand for each class. Numbers in any spelling.</summary>
    public ImmutableArray<ImmutableArray<string>> ClassTexts { get; init; } = [];

    /// <summary>The task of the target if none is stated.</summary>
    public TaskChoice Choice { get; init; }

    /// <summary>True if each file belongs to one owner; otherwise each value of an owner column is one.</summary>
    public bool FilesAreOwners { get; init; }

    /// <summary>Names of owners by file name, or by the values of the owner columns with a space between; empty if
    /// those are names themselves.</summary>
    public ImmutableDictionary<string, string> OwnerNames { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>True if rows have owners.</summary>
    public bool HasOwners => FilesAreOwners || Columns.Any(column => column.Kind == ColumnKind.Owner);
}
