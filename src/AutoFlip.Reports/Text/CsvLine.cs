namespace AutoFlip.Reports;

/// <summary>Lines of comma-separated values (RFC 4180, but that they end with a line feed).</summary>
static class CsvLine
{
    /// <summary>The line of some cells.</summary>
    public static string Of(IEnumerable<string> cells) => string.Join(',', cells.Select(Quoted)) + "\n";

    static string Quoted(string cell) =>
        cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
