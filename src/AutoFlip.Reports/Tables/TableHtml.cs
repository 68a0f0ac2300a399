namespace AutoFlip.Reports;

/// <summary>Tables of experiments as HTML.</summary>
static class TableHtml
{
    /// <summary>The file's text; it has no script.</summary>
    public static string Write(TablePage page) => new HtmlDocument(page.Title, Html.Of($"""
        <h1>{page.Title}</h1>
        <p class="lead">{page.Summary}</p>
        {page.Sections.Select((section, i) => PageParts.Section($"section-{i + 1}", 2, section.Title, Table(section, $"table-{i + 1}")))}
        {List("columns", "Columns", page.Notes)}{List("facts", "Made by", page.Facts)}
        """)) { IsWide = true }.Write();

    static Html Table(TableSection section, string id) =>
        new HtmlTable(id, section.Title, section.Headers, [.. section.Rows.Select(row => (IReadOnlyList<Html>)[.. row.Select(Cell)])])
        {
            HidesCaption = true,
            Words = section.Words,
        }.Write();

    static Html List(string id, string title, IReadOnlyList<(string Term, string Meaning)> list) =>
        PageParts.Section(id, 2, title, Html.Of($"""
        <dl class="facts">
        {list.Select(entry => Html.Of($"<dt>{entry.Term}</dt><dd>{entry.Meaning}</dd>\n"))}</dl>

        """));

    static Html Cell(TableText cell) =>
        cell.Target is { } target ? Html.Of($"<a href=\"{target}/\">{cell.Text}</a>") : Html.Of($"{cell.Text}");
}
