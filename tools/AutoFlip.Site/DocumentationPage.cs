using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace AutoFlip.Site;

/// <summary>One Markdown file of the documentation.</summary>
sealed class DocumentationPage
{
    static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables()
        .UseAutoIdentifiers(AutoIdentifierOptions.GitHub).Build();

    DocumentationPage(string path, MarkdownDocument document)
    {
        Path = path;
        Document = document;
        Title = document.Descendants<HeadingBlock>().FirstOrDefault(heading => heading.Level == 1) is { Inline: { } text }
            ? TextOf(text)
            : path;
        Anchors = document.Descendants<HeadingBlock>().Select(heading => heading.GetAttributes().Id).OfType<string>().ToHashSet();
    }

    /// <summary>Where it is in the checkout, with slashes.</summary>
    public string Path { get; }

    /// <summary>Where it is in the site.</summary>
    public string HtmlPath => System.IO.Path.ChangeExtension(Path, ".html");

    /// <summary>Its first heading.</summary>
    public string Title { get; }

    /// <summary>What a link can name behind <c>#</c>.</summary>
    public IReadOnlySet<string> Anchors { get; }

    /// <summary>The parsed page.</summary>
    public MarkdownDocument Document { get; }

    /// <summary>Every link and image, in order.</summary>
    public IEnumerable<LinkInline> Links => Document.Descendants<LinkInline>();

    /// <summary>Parses a page.</summary>
    public static DocumentationPage Parse(string path, string markdown) => new(path, Markdown.Parse(markdown, Pipeline));

    /// <summary>The page's content as HTML, links included as they are now.</summary>
    public string ToHtml() => Document.ToHtml(Pipeline);

    /// <summary>Where a link of this page leads, as a path in the checkout, and the anchor there; null if it leads out of it.</summary>
    public (string Path, string Anchor)? Resolve(string url)
    {
        if (url.Contains("://", StringComparison.Ordinal) || url.StartsWith("mailto:", StringComparison.Ordinal)) return null;
        var (target, anchor) = url.Split('#', 2) is [var before, var behind] ? (before, behind) : (url, "");
        if (target.Length == 0) return (Path, anchor);
        var folder = System.IO.Path.GetDirectoryName(Path) ?? "";
        var full = System.IO.Path.GetFullPath(System.IO.Path.Combine("/", folder, Uri.UnescapeDataString(target)));
        return (full.TrimStart('/'), anchor);
    }

    static string TextOf(ContainerInline inline) => string.Concat(inline.Descendants().Select(part => part switch
    {
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        _ => "",
    }));
}
