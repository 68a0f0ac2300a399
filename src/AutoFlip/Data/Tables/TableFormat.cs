using System.Collections.Frozen;
using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Spelling of a table's cells, as far as it was stated.</summary>
/// <param name="Decimal">The decimal mark.</param>
/// <param name="Missing">What means "no value" in any column, besides the usual spellings.</param>
public sealed record TableFormat(DecimalChoice Decimal, ImmutableArray<string> Missing)
{
    /// <summary>Nothing was said.</summary>
    public static TableFormat Default { get; } = new(DecimalChoice.Auto, []);

    /// <summary>Texts for a missing value in columns of numbers or dates, in any case: those that pandas, R, SQL and spreadsheets
    /// write.</summary>
    internal static FrozenSet<string> UsualMissing { get; } = FrozenSet.Create(StringComparer.OrdinalIgnoreCase,
        "", "?", "NA", "N/A", "#N/A", "<NA>", "NaN", "-NaN", "null", "None", "nil", "NaT", "-", "--", ".");

    /// <summary>Tests whether a cell of a column of numbers or dates is missing.</summary>
    internal static bool IsMissingNumber(string text, ImmutableArray<string> missing) =>
        UsualMissing.Contains(text.Trim()) || missing.Contains(text);

    /// <summary>Tests whether a cell of a category, an owner or a class is missing. Words such as "None" and "NA" are values
    /// there.</summary>
    internal static bool IsMissingText(string text, ImmutableArray<string> missing) => TextColumn.IsMissing(text) || missing.Contains(text);
}
