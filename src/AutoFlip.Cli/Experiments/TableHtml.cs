namespace AutoFlip.Cli;

/// <summary>A page as one HTML file that loads nothing: no script, no font, no picture.</summary>
/// <remarks>Colours follow the reader's light or dark setting; wide tables scroll by themselves,
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
    public static string Write(TablePage page) => Html.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{page.Title}</title>
        <style>
        {new Html(Style)}
        </style>
        </head>
        <body>
        <main>
        <h1>{page.Title}</h1>
        <p>{page.Summary}</p>
        {page.Sections.Select((section, i) => Table(section, $"section-{i + 1}"))}{List("What the columns say", page.Notes)}{List("Made by", page.Facts)}</main>
        </body>
        </html>

        """).Text;

    static Html Table(TableSection section, string id) => Html.Of($"""
        <h2 id="{id}">{section.Title}</h2>
        <div class="scroll" role="region" aria-labelledby="{id}" tabindex="0">
        <table aria-labelledby="{id}">
        <thead><tr>{section.Headers.Select(header => Html.Of($"<th scope=\"col\">{header}</th>"))}</tr></thead>
        <tbody>
        {section.Rows.Select(row => Html.Of($"<tr><th scope=\"row\">{Cell(row[0])}</th>{row.Skip(1).Select(Figure)}</tr>\n"))}</tbody>
        </table>
        </div>

        """);

    static Html Figure(TableText cell) => Html.Of($"<td{Html.If(cell.Text.Length > LongText && cell.Target is null, $" class=\"long\"")}>{Cell(cell)}</td>");

    static Html List(string title, IReadOnlyList<(string Term, string Meaning)> list) => Html.Of($"""
        <h2>{title}</h2>
        <dl>
        {list.Select(entry => Html.Of($"<dt>{entry.Term}</dt><dd>{entry.Meaning}</dd>\n"))}</dl>

        """);

    static Html Cell(TableText cell) => cell.Target is { } target ? Html.Of($"<a href=\"{target}/\">{cell.Text}</a>") : Html.Of($"{cell.Text}");
}
