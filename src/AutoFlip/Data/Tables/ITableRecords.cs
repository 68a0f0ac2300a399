namespace AutoFlip;

/// <summary>Rows of a table as text, one after another.</summary>
interface ITableRecords
{
    /// <summary>Fields of the row.</summary>
    int Fields { get; }

    /// <summary>Number of the row in its file, from 1, by <see cref="Unit"/>.</summary>
    int Line { get; }

    /// <summary>The unit of <see cref="Line"/>, for messages: a line of a text, or a row.</summary>
    string Unit { get; }

    /// <summary>A field of the row; empty if it is missing. Good until the next row.</summary>
    ReadOnlySpan<char> this[int field] { get; }

    /// <summary>Advances to the next row; false behind the last one.</summary>
    /// <exception cref="AutoFlipException">The file is damaged (exit 3).</exception>
    bool Read();

    /// <summary>An error of this row.</summary>
    AutoFlipException Bad(string why);
}
