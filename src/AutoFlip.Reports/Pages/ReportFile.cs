namespace AutoFlip.Reports;

/// <summary>Reports as HTML files: figures drawn by the page's own script, tables, and text.</summary>
public static class ReportFile
{
    /// <summary>The report in a run's own directory.</summary>
    public const string Name = "report.html";

    /// <summary>Parts of the script, each before those that use it.</summary>
    static readonly string[] Parts = ["numbers.js", "view.js", "lines.js", "drawn.js", "bars.js", "heat.js", "page.js", "live.js"];

    static readonly string Script = $"""
        /*
        {HtmlDocument.Asset("uPlot.LICENSE")}*/
        {HtmlDocument.Asset("uPlot.iife.min.js")}
        (() => {"{"}
        "use strict";
        {string.Join('\n', Parts.Select(HtmlDocument.Asset))}{"}"})();

        """;

    /// <summary>Writes <see cref="Name"/> into a run directory.</summary>
    /// <param name="directory">The run directory.</param>
    /// <param name="options">Options of the experiment as the report lists them; null for none.</param>
    /// <exception cref="AutoFlipException">The directory cannot be read, or the file cannot be written.</exception>
    public static void WriteInto(string directory, ReportOptions? options = null) =>
        Write(Path.Combine(directory, Name), [RunRecord.Load(directory)], options ?? ReportOptions.None);

    /// <summary>Writes the report of runs to a file, whole or not at all.</summary>
    /// <exception cref="AutoFlipException">The file cannot be written (exit 4).</exception>
    public static void Write(string path, IReadOnlyList<RunRecord> runs, ReportOptions options) =>
        AtomicFile.Write(path, Text(ReportPage.Of(runs, new PageLinks(Path.GetDirectoryName(Path.GetFullPath(path))), options)));

    /// <summary>The text of the file.</summary>
    /// <param name="page">Its content.</param>
    /// <param name="events">Address of the event stream of a live page; null for a page that is not live.</param>
    public static string Text(ReportPage page, string? events = null) => new HtmlDocument(page.Title, Html.Of($"""
        <noscript><p class="lead">Figures need JavaScript, which is turned off. The tables hold the same numbers.</p></noscript>
        {page.Content}
        """))
    {
        Script = Script,
        Data = Html.Of(
            $"<script type=\"application/json\" id=\"charts\">{new Html(ChartJson.Write(ChartJson.Of(page.Charts)))}</script>\n"),
        Events = events,
    }.Write();

    /// <summary>The content security policy of a page.</summary>
    public static string Policy(bool live) => HtmlDocument.Policy(Script, live);
}
