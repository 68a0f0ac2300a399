using System.Security.Cryptography;
using System.Text;

namespace AutoFlip.Reports;

/// <summary>An HTML document in one file: style, icon and script are in it, and its policy lets it load nothing else.</summary>
/// <param name="Title">Title of the document.</param>
/// <param name="Content">Content of the main element.</param>
sealed record HtmlDocument(string Title, Html Content)
{
    const string Icon = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
        + "%3Crect width='16' height='16' rx='4' fill='%230b5f86'/%3E%3Cpath d='M3 12 8 3l5 9' stroke='white' stroke-width='2' "
        + "fill='none'/%3E%3C/svg%3E";

    static readonly string Style = Asset("uPlot.min.css") + "\n" + Asset("report.css");

    /// <summary>True for a main element as wide as large tables need.</summary>
    public bool IsWide { get; init; }

    /// <summary>Script that runs once the page is there; null for none.</summary>
    public string? Script { get; init; }

    /// <summary>Data for the script.</summary>
    public Html Data { get; init; }

    /// <summary>Address of the event stream of a live page; null for a page that is not live.</summary>
    public string? Events { get; init; }

    /// <summary>The text of the file.</summary>
    public string Write() => Html.Of($"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="{Policy(Script, Events is not null)}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="referrer" content="no-referrer">
        <title>{Title} - AutoFLIP</title>
        <link rel="icon" href="{Icon}">
        <style>{new Html(Style)}</style>
        </head>
        <body{Html.If(Events is not null, $" data-events=\"{Events}\"")}>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="bar"><span class="brand">Auto<b>FLIP</b></span>
        {Html.If(Script is not null, $"<p id=\"live\" role=\"status\"></p>")}</header>
        <main id="content" tabindex="-1"{Html.If(IsWide, $" class=\"wide\"")}>
        {Content}</main>
        <footer><p>Made by autoflip {ExperimentFile.ProgramVersion}. This page loads no external files and sends no data.</p></footer>
        {Data}{Html.If(Script is not null, $"<script>{new Html(Script ?? "")}</script>\n")}</body>
        </html>

        """).Text;

    /// <summary>The content security policy: only the style sheet and this script apply, by their hashes, and nothing is loaded, framed or
    /// sent, except that a live page connects to its own server.</summary>
    public static string Policy(string? script, bool isLive) => string.Join(
        "; ",
        (string[])
        [
            "default-src 'none'", .. script is null ? (string[])[] : [$"script-src {Hash(script)}"], $"style-src {Hash(Style)}",
            "img-src data:",
            .. isLive ? (string[])["connect-src 'self'"] : [], "base-uri 'none'", "form-action 'none'",
        ]);

    static string Hash(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    /// <summary>The text of a file that is embedded in this assembly, with line feeds.</summary>
    public static string Asset(string name)
    {
        using var stream = typeof(HtmlDocument).Assembly.GetManifestResourceStream($"AutoFlip.Web.{name}")
            ?? throw new InvalidOperationException($"The embedded file {name} is missing.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
