namespace AutoFlip;

/// <summary>Kind of the values of a column.</summary>
public enum ColumnKind
{
    /// <summary>Inferred from the training rows: flags if all are 0 or 1, numbers or dates if most are, else categories.</summary>
    Inferred,

    /// <summary>Numbers, which every client standardises.</summary>
    Number,

    /// <summary>Dates and times, as days since 1970-01-01: numbers like others.</summary>
    Date,

    /// <summary>0 or 1, which stay what they are.</summary>
    Flag,

    /// <summary>Names of something: one value per name, 1 where a row has it.</summary>
    Category,

    /// <summary>The target.</summary>
    Target,

    /// <summary>Owner of the row; not an input. Several such columns identify the owner together.</summary>
    Owner,

    /// <summary>Nothing that is used.</summary>
    Ignored,
}

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What its values are.</param>
public readonly record struct ColumnFacts(string Name, ColumnKind Kind);
