using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>A column of a table, and the values of a sample that it becomes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">A number, a date, a flag or a category.</param>
/// <param name="Categories">Of a category, the texts that are known, in ordinal order: one value each.</param>
/// <param name="FlagsMissing">Of a number or a flag: whether a value behind it is 1 where it is missing.</param>
public sealed record ColumnRecipe(string Name, ColumnKind Kind, ImmutableArray<string> Categories, bool FlagsMissing)
{
    /// <summary>Of a number, the mean that is subtracted.</summary>
    public double Mean { get; init; }

    /// <summary>Of a number, the standard deviation that divides what is left; 0: the number is always 0.</summary>
    public double Deviation { get; init; }

    /// <summary>Number of inputs of the column.</summary>
    [JsonIgnore]
    public int Width => Kind == ColumnKind.Category ? Categories.Length : FlagsMissing ? 2 : 1;

    /// <summary>Of a number, its decimal mark.</summary>
    public DecimalMark Decimal { get; init; }

    /// <summary>Spellings of a missing value, besides the usual ones.</summary>
    public ImmutableArray<string> Missing { get; init; } = [];

    /// <summary>Of a date, how it is written; null of other kinds.</summary>
    public string? DateStyle { get; init; }

    /// <summary>True if its values are standardised.</summary>
    [JsonIgnore]
    internal bool IsScaled => Kind is ColumnKind.Number or ColumnKind.Date;

    /// <summary>(value - mean) / deviation; 0, the mean, where the value is missing (NaN), and where nothing varied. In doubles, so that
    /// large values that differ little (milliseconds since 1970) keep their differences.</summary>
    internal static float Standardised(double value, double mean, double deviation) =>
        double.IsNaN(value) || deviation == 0 ? 0 : (float)((value - mean) / deviation);

    /// <summary>The number or flag in a text; NaN where the value is missing.</summary>
    /// <returns>Why the text is refused, without a full stop; null if it is not.</returns>
    internal string? Parse(string text, out double number)
    {
        number = double.NaN;
        if (IsMissing(text)) return null;
        if (Kind == ColumnKind.Date)
        {
            if (CellDate.Parse(text, DateStyle!) is not { } days) return $"'{Shortened(text)}' in column '{Name}' is no date ({DateStyle})";
            number = days;
            return null;
        }
        if (CellNumber.Parse(text, Decimal) is not { } value) return $"'{Shortened(text)}' in column '{Name}' is no number";
        if (Kind == ColumnKind.Flag && value is not (0 or 1)) return $"'{Shortened(text)}' in column '{Name}' is neither 0 nor 1";
        number = value;
        return null;
    }

    /// <summary>Tests whether a text stands for a missing value.</summary>
    internal bool IsMissing(string text) =>
        Kind == ColumnKind.Category ? TableFormat.IsMissingText(text, Missing) : TableFormat.IsMissingNumber(text, Missing);

    /// <summary>The place of a text among the categories; below 0 if it is none.</summary>
    internal int CategoryOf(string text) =>
        IsMissing(text) ? -1 : Categories.BinarySearch(TextColumn.Spelling(text), StringComparer.Ordinal);

    /// <summary>Writes a number or a flag, not standardised yet: a number that is missing is NaN, a flag 0.</summary>
    /// <param name="number">NaN if it is missing.</param>
    /// <param name="into">[Width].</param>
    internal void Write(double number, Span<float> into)
    {
        var missing = double.IsNaN(number);
        into[0] = missing && Kind == ColumnKind.Flag ? 0 : (float)number;
        if (FlagsMissing) into[1] = missing ? 1 : 0;
    }

    /// <summary>A text, short enough for a message.</summary>
    internal static string Shortened(string text) => text.Length <= 40 ? text : text[..40] + "...";
}

/// <summary>Rows of a table: numbers standardised, flags and categories as zeros and ones.</summary>
/// <param name="Columns">The columns that are read, in the order of a sample's values.</param>
/// <remarks>Means and deviations are those of all clients' training rows together, as the server's test rows are scaled: a row that comes
/// from outside is no client's. They are figures about clients' data, and go wherever the model goes.</remarks>
public sealed record TableRecipe(ImmutableArray<ColumnRecipe> Columns) : InputRecipe
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override SampleShape Shape => new(Columns.Sum(column => column.Width), 1, 1);

    internal override string? Fault()
    {
        foreach (var column in Columns)
        {
            if (column is null || column.Name is null || column.Categories.IsDefault || column.Categories.Contains(null!))
                return "a column is not described";
            if (column.Kind is not (ColumnKind.Number or ColumnKind.Flag or ColumnKind.Category or ColumnKind.Date))
                return $"the column '{column.Name}' is of a kind that is not read";
            if (column.Kind == ColumnKind.Category && !IsAscending(column.Categories))
                return $"the categories of the column '{column.Name}' are not in order";
            if (column.Kind == ColumnKind.Date && !CellDate.IsStyle(column.DateStyle))
                return $"the column '{column.Name}' has dates of an unknown style";
            if (column.Missing.IsDefault || column.Missing.Contains(null!))
                return $"the column '{column.Name}' has an unknown spelling of missing values";
            if (!double.IsFinite(column.Mean) || !double.IsFinite(column.Deviation))
                return $"the column '{column.Name}' has no numbers to scale by";
        }
        return Columns.Sum(column => (double)column.Width) is < 1 or > LargestSample
            ? $"a row needs 1 to {LargestSample} values" : null;
    }

    static bool IsAscending(ImmutableArray<string> texts) => texts.Zip(texts.Skip(1), string.CompareOrdinal).All(order => order < 0);

    /// <summary>Tests whether two tables have the same columns, regardless of their scaling and the spelling of their cells.</summary>
    internal bool HasColumnsOf(TableRecipe other) => Unscaled().Equivalent(other.Unscaled());

    /// <summary>Reads a row.</summary>
    /// <param name="text">Says a column's text, by the column's place among <see cref="Columns"/>.</param>
    /// <param name="into">[Width]; all of it is written.</param>
    /// <returns>Why the row is refused, without a full stop; null if it is not.</returns>
    internal string? Encode(Func<int, string> text, Span<float> into)
    {
        into.Clear();
        var at = 0;
        for (var c = 0; c < Columns.Length; c++)
        {
            var column = Columns[c];
            if (column.Kind == ColumnKind.Category)
            {
                if (column.CategoryOf(text(c)) is >= 0 and var which) into[at + which] = 1;
            }
            else
            {
                if (column.Parse(text(c), out var number) is { } fault) return fault;
                column.Write(number, into[at..]);
                if (column.IsScaled) into[at] = ColumnRecipe.Standardised(number, column.Mean, column.Deviation);
            }
            at += column.Width;
        }
        return null;
    }

    TableRecipe Unscaled() =>
        new([.. Columns.Select(column =>
            column with { Mean = 0, Deviation = 0, Decimal = DecimalMark.Point, Missing = [], DateStyle = null })]);
}
