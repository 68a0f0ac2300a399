using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>What the values of a column are.</summary>
public enum ColumnKind
{
    /// <summary>What its training rows look like: flags if all are 0 or 1, numbers or dates if most are, else categories.</summary>
    Inferred,

    /// <summary>Numbers, which every client standardises.</summary>
    Number,

    /// <summary>Dates and times, as days since 1970-01-01: numbers like others.</summary>
    Date,

    /// <summary>0 or 1, which stay what they are.</summary>
    Flag,

    /// <summary>Names of something: one value per name, 1 where a row has it.</summary>
    Category,

    /// <summary>What is to be learnt.</summary>
    Target,

    /// <summary>Whose row it is; not learnt from. Of several such columns all together say it.</summary>
    Owner,

    /// <summary>Nothing that is used.</summary>
    Ignored,
}

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What its values are.</param>
public readonly record struct ColumnFacts(string Name, ColumnKind Kind);

/// <summary>What is known of a table before its rows are read.</summary>
/// <param name="Columns">In the order of the file; one of them is the target.</param>
public sealed record TableFacts(ImmutableArray<ColumnFacts> Columns)
{
    /// <summary>Most different whole numbers that are taken for classes without being told.</summary>
    public const int MostWholeClasses = 20;

    /// <summary>How cells are spelled.</summary>
    public TableFormat Format { get; init; } = TableFormat.Default;

    /// <summary>The task, if the set's authors state it; null takes it from <see cref="Choice"/> and the training rows.</summary>
    public LearningTask? Task { get; init; }

    /// <summary>Of a stated classification: the texts that stand for each class. Numbers in any spelling.</summary>
    public ImmutableArray<ImmutableArray<string>> ClassTexts { get; init; } = [];

    /// <summary>What the target is taken for if no task is stated.</summary>
    public TaskChoice Choice { get; init; }

    /// <summary>Whether each file is an owner's, rather than each value of a column.</summary>
    public bool FilesAreOwners { get; init; }

    /// <summary>Names of owners by file name, or by the values of the owner columns with a space between; empty if those are names themselves.</summary>
    public ImmutableDictionary<string, string> OwnerNames { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Whether rows say whose they are.</summary>
    public bool HasOwners => FilesAreOwners || Columns.Any(column => column.Kind == ColumnKind.Owner);
}
