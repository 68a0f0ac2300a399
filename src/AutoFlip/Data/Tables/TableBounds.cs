using System.Globalization;

namespace AutoFlip;

/// <summary>Checks that a table fits into memory as numbers, before any are allocated.</summary>
static class TableBounds
{
    const int Copies = 2; // in float32: as loaded, and standardised client by client; numbers in double besides

    const int Named = 3;

    /// <summary>Reason why a table is refused, without a full stop; null if it is accepted.</summary>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">What becomes values.</param>
    /// <param name="limit">Bytes of memory there are.</param>
    public static string? Fault(long rows, IReadOnlyCollection<ColumnRecipe> columns, long limit)
    {
        var width = columns.Sum(column => (double)column.Width);
        var bytes = rows * (Copies * sizeof(float) * width + sizeof(double) * (double)columns.Count(column => column.IsScaled));
        if (rows * width <= Array.MaxLength && bytes <= limit) return null;
        var widest = columns.Where(column => column.Kind == ColumnKind.Category).OrderByDescending(column => column.Width).Take(Named)
            .Select(column => string.Create(CultureInfo.InvariantCulture, $"'{column.Name}' {column.Width:N0}"));
        var most = Math.Min(limit, Copies * (double)sizeof(float) * Array.MaxLength);
        return string.Create(
            CultureInfo.InvariantCulture, $"{rows:N0} rows of {width:N0} values need {MemoryLimit.Text(bytes)} of memory, ")
            + $"and there are {MemoryLimit.Text(most)} for a table"
            + (string.Join(", ", widest) is { Length: > 0 } names
                ? $"; the columns with the most categories, one value each, are {names}; take them out of the file, or make them numbers"
                : "; take columns or rows out of the file");
    }
}
