namespace AutoFlip.Reports;

/// <summary>A table of experiments as one HTML file that loads nothing: no script, no font, no picture. It looks like a report.</summary>
static class TableHtml
{
    /// <summary>The file's text.</summary>
    public static string Write(TablePage page) => Html.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{page.Title}</title>
        <style>
        {new Html(ReportFile.Style)}
        </style>
        </head>
        <body>
        <main class="wide">
        <h1>{page.Title}</h1>
        <p class="lead">{page.Summary}</p>
        {page.Sections.Select((section, i) => PageParts.Section($"section-{i + 1}", 2, section.Title, Table(section, $"table-{i + 1}")))}
        {List("columns", "What the columns say", page.Notes)}{List("facts", "Made by", page.Facts)}</main>
        </body>
        </html>

        """).Text;

    static Html Table(TableSection section, string id) =>
        new HtmlTable(id, section.Title, section.Headers, [.. section.Rows.Select(row => (IReadOnlyList<Html>)[.. row.Select(Cell)])])
        {
            HidesCaption = true,
            Words = section.Words,
        }.Write();

    static Html List(string id, string title, IReadOnlyList<(string Term, string Meaning)> list) => PageParts.Section(id, 2, title, Html.Of($"""
        <dl class="facts">
        {list.Select(entry => Html.Of($"<dt>{entry.Term}</dt><dd>{entry.Meaning}</dd>\n"))}</dl>

        """));

    static Html Cell(TableText cell) => cell.Target is { } target ? Html.Of($"<a href=\"{target}/\">{cell.Text}</a>") : Html.Of($"{cell.Text}");
}
