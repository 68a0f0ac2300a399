using System.Net;
using System.Text;

namespace AutoFlip.Cli;

/// <summary>A page as one HTML file that loads nothing: no script, no font, no picture.</summary>
/// <remarks>Every text is encoded, for names are what somebody typed. Colours follow the reader's light or dark setting; wide tables scroll by themselves,
/// and can be reached with the keyboard for that.</remarks>
static class TableHtml
{
    const int LongText = 40; // a sentence, not a figure: it may be broken into lines

    const string Style = """
        :root { color-scheme: light dark; --text: #1b1f24; --back: #ffffff; --line: #c9d1d9; --stripe: #f3f5f7; --link: #0550ae; }
        @media (prefers-color-scheme: dark) { :root { --text: #e6e9ec; --back: #14171a; --line: #3d444d; --stripe: #1d2126; --link: #79b8ff; } }
        body { margin: 0 auto; max-width: 90rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; color: var(--text); background: var(--back); }
        h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
        a { color: var(--link); } dt { font-weight: 600; } dd { margin: 0 0 .5rem 1rem; }
        .scroll { overflow-x: auto; } .scroll:focus-visible { outline: 2px solid var(--link); }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
        th, td { white-space: nowrap; padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
        td.long { white-space: normal; min-width: 20rem; text-align: left; } th:first-child { text-align: left; } tbody th { font-weight: 600; min-width: 10rem; }
        tbody tr:nth-child(even) { background: var(--stripe); }
        """;

    /// <summary>The file's text.</summary>
    public static string Write(TablePage page)
    {
        var text = new StringBuilder();
        text.Append($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Plain(page.Title)}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <main>
            <h1>{Plain(page.Title)}</h1>
            <p>{Plain(page.Summary)}</p>

            """.ReplaceLineEndings("\n"));
        foreach (var (section, i) in page.Sections.Select((section, i) => (section, i))) Write(text, section, $"section-{i + 1}");
        Write(text, "What the columns say", page.Notes);
        Write(text, "Made by", page.Facts);
        return text.Append("</main>\n</body>\n</html>\n").ToString();
    }

    static void Write(StringBuilder text, TableSection section, string id)
    {
        text.Append($"<h2 id=\"{id}\">{Plain(section.Title)}</h2>\n<div class=\"scroll\" role=\"region\" aria-labelledby=\"{id}\" tabindex=\"0\">\n<table aria-labelledby=\"{id}\">\n<thead><tr>");
        foreach (var header in section.Headers) text.Append($"<th scope=\"col\">{Plain(header)}</th>");
        text.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in section.Rows)
        {
            text.Append($"<tr><th scope=\"row\">{Cell(row[0])}</th>");
            foreach (var cell in row.Skip(1)) text.Append($"<td{(cell.Text.Length > LongText && cell.Target is null ? " class=\"long\"" : "")}>{Cell(cell)}</td>");
            text.Append("</tr>\n");
        }
        text.Append("</tbody>\n</table>\n</div>\n");
    }

    static void Write(StringBuilder text, string title, IReadOnlyList<(string Term, string Meaning)> list)
    {
        text.Append($"<h2>{Plain(title)}</h2>\n<dl>\n");
        foreach (var (term, meaning) in list) text.Append($"<dt>{Plain(term)}</dt><dd>{Plain(meaning)}</dd>\n");
        text.Append("</dl>\n");
    }

    static string Cell(TableText cell) => cell.Target is { } target ? $"<a href=\"{Plain(target)}/\">{Plain(cell.Text)}</a>" : Plain(cell.Text);

    static string Plain(string text) => WebUtility.HtmlEncode(text);
}
