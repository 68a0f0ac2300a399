using System.Globalization;

namespace AutoFlip;

/// <summary>Columns of a table in words, for a person to check what was understood.</summary>
static class ColumnDescription
{
    const int MostListed = 5; // categories by name

    /// <summary>A line for a column that becomes values.</summary>
    public static string Of(TextColumn column, ColumnRecipe recipe)
    {
        var missing = column.Rows.ToArray().Count(text => recipe.IsMissing(column.Texts[text]));
        return $"column {Name(column)}: {What(column, recipe)}{(missing == 0 ? "" : $", {missing} of {column.Rows.Length} missing")}";
    }

    /// <summary>A line for a column with another use.</summary>
    public static string Of(TextColumn column, ColumnKind kind) => $"column {Name(column)}: {kind switch
    {
        ColumnKind.Target => "the target",
        ColumnKind.Owner => "the owner of each row",
        _ when column.Name.Length == 0 => "row numbers, ignored",
        _ => "ignored",
    }}";

    /// <summary>The first of some categories.</summary>
    public static string Listed(IReadOnlyCollection<string> categories) =>
        string.Join(", ", categories.Take(MostListed).Select(ColumnRecipe.Shortened)) + (categories.Count > MostListed ? ", ..." : "");

    static string Name(TextColumn column) => column.Name.Length == 0 ? "1 (no name)" : $"'{column.Name}'";

    static string What(TextColumn column, ColumnRecipe recipe)
    {
        switch (recipe.Kind)
        {
            case ColumnKind.Category:
                return $"{recipe.Categories.Length} categories ({Listed(recipe.Categories)})";
            case ColumnKind.Flag: return "flags (0 or 1)";
        }
        var values = column.Texts.Select(text => recipe.Parse(text, out var number) is null ? number : double.NaN).Where(double.IsFinite)
            .ToList();
        if (values.Count == 0) return "no values";
        return recipe.Kind == ColumnKind.Date
            ? $"dates from {CellDate.Show(values.Min())} to {CellDate.Show(values.Max())} ({recipe.DateStyle})"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"numbers from {values.Min()} to {values.Max()}{(recipe.Decimal == DecimalMark.Comma ? ", decimal comma" : "")}");
    }
}
