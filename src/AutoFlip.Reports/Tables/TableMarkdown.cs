using System.Text;

namespace AutoFlip.Reports;

/// <summary>A page as Markdown, with tables as GitHub reads them.</summary>
static class TableMarkdown
{
    /// <summary>The text, ending in a newline.</summary>
    public static string Write(TablePage page)
    {
        var text = new StringBuilder();
        text.Append($"# {Plain(page.Title)}\n\n{page.Summary}\n");
        foreach (var section in page.Sections)
        {
            text.Append(
                $"\n## {section.Title}\n\n| {string.Join(" | ", section.Headers.Select(Plain))} "
                + $"|\n|---|{string.Concat(section.Headers.Skip(1).Select((_, i) => section.Words.Contains(i + 1) ? "---|" : "---:|"))}\n");
            foreach (var row in section.Rows) text.Append($"| {string.Join(" | ", row.Select(Cell))} |\n");
        }
        text.Append("\n## Columns\n\n");
        foreach (var (header, meaning) in page.Notes) text.Append($"- **{Plain(header)}**: {Plain(meaning)}\n");
        text.Append("\n## Made by\n\n| | |\n|---|---|\n");
        foreach (var (what, value) in page.Facts) text.Append($"| {Plain(what)} | {Plain(value)} |\n");
        return text.ToString();
    }

    static string Cell(TableText cell) =>
        cell.Target is { } target ? $"[{Plain(cell.Text).Replace("]", "\\]", StringComparison.Ordinal)}]({target}/)" : Plain(cell.Text);

    /// <summary>Text that neither ends its cell nor becomes markup of HTML. Code and emphasis in a row's name are let through: whoever
    /// named it may have meant them.</summary>
    static string Plain(string text) => text.ReplaceLineEndings(" ")
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(
            "|", "\\|", StringComparison.Ordinal);
}
