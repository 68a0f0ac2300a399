using System.Security.Cryptography;
using System.Text;

namespace AutoFlip.Reports;

/// <summary>A report as one HTML file that needs nothing else: styles, script and figures are in it, and its policy lets it load nothing.</summary>
public static class ReportFile
{
    /// <summary>The report in a run's own directory.</summary>
    public const string Name = "report.html";

    const string Icon = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%230b5f86'/%3E"
        + "%3Cpath d='M3 12 8 3l5 9' stroke='white' stroke-width='2' fill='none'/%3E%3C/svg%3E";

    /// <summary>The style sheet of this page and of tables of experiments.</summary>
    public static readonly string Style = Asset("uPlot.min.css") + "\n" + Asset("report.css");

    /// <summary>The page's own script, in the order in which its parts need each other.</summary>
    static readonly string[] Parts = ["numbers.js", "view.js", "lines.js", "drawn.js", "bars.js", "heat.js", "page.js", "live.js"];

    static readonly string Script =
        $"/*\n{Asset("uPlot.LICENSE")}*/\n{Asset("uPlot.iife.min.js")}\n(() => {{\n\"use strict\";\n{string.Join('\n', Parts.Select(Asset))}}})();\n";

    /// <summary>Writes <see cref="Name"/> into a run directory.</summary>
    /// <exception cref="AutoFlipException">The directory cannot be read or the file not be written.</exception>
    public static void WriteInto(string directory, ReportOptions options) => Write(Path.Combine(directory, Name), [RunRecord.Load(directory)], options);

    /// <summary>Writes the report of runs to a file, whole or not at all.</summary>
    /// <exception cref="AutoFlipException">It cannot be written (exit 4).</exception>
    public static void Write(string path, IReadOnlyList<RunRecord> runs, ReportOptions options) =>
        AtomicFile.Write(path, Text(ReportPage.Of(runs, new PageLinks(Path.GetDirectoryName(Path.GetFullPath(path))), options)));

    /// <summary>The text of the file.</summary>
    /// <param name="page">What it says.</param>
    /// <param name="events">Where a live page hears of changes; null if it is not live.</param>
    public static string Text(ReportPage page, string? events = null) => Html.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="{Policy(events is not null)}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="referrer" content="no-referrer">
        <title>{page.Title} - AutoFLIP</title>
        <link rel="icon" href="{Icon}">
        <style>{new Html(Style)}</style>
        </head>
        <body{Html.If(events is not null, $" data-events=\"{events}\"")}>
        <a class="skip" href="#content">Skip to the report</a>
        <header class="bar"><span class="brand">Auto<b>FLIP</b></span><p id="live" role="status"></p></header>
        <main id="content" tabindex="-1">
        <noscript><p class="lead">The figures are drawn by a script, which is turned off. The tables say the same.</p></noscript>
        {page.Content}</main>
        <footer><p>Made by autoflip {ExperimentFile.ProgramVersion}. This page loads nothing and tells nobody.</p></footer>
        <script type="application/json" id="charts">{new Html(ChartJson.Write(ChartJson.Of(page.Charts)))}</script>
        <script>{new Html(Script)}</script>
        </body>
        </html>

        """).Text;

    /// <summary>Only the page's own style and script count, by their hashes; nothing may be loaded, framed or sent, but for a live page's own server.</summary>
    public static string Policy(bool live) =>
        $"default-src 'none'; script-src {Hash(Script)}; style-src {Hash(Style)}; img-src data:; {(live ? "connect-src 'self'; " : "")}base-uri 'none'; form-action 'none'";

    static string Hash(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    static string Asset(string name)
    {
        using var stream = typeof(ReportFile).Assembly.GetManifestResourceStream($"AutoFlip.Web.{name}")
            ?? throw new InvalidOperationException($"The program lacks its part {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
