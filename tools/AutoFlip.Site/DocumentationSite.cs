using System.Net;
using System.Text;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace AutoFlip.Site;

/// <summary>The documentation of a checkout as a web site: the same files, as HTML, with one navigation.</summary>
/// <remarks>
/// Pages are the Markdown files of <c>docs</c> and <c>results</c> and those beside <c>README.md</c>. <c>docs/index.md</c> is the home page,
/// and its lists of links are the navigation: there is no other table of contents to keep. Links between pages become links between their
/// HTML files; links to other files lead into the checkout.
/// </remarks>
sealed class DocumentationSite
{
    const string Home = "docs/index.md";

    readonly string _root;
    readonly Dictionary<string, DocumentationPage> _pages;

    DocumentationSite(string root, IEnumerable<DocumentationPage> pages)
    {
        _root = System.IO.Path.GetFullPath(root);
        _pages = pages.ToDictionary(page => page.Path, StringComparer.Ordinal);
    }

    /// <summary>All pages.</summary>
    public IReadOnlyCollection<DocumentationPage> Pages => _pages.Values;

    /// <summary>Reads the pages of a checkout.</summary>
    /// <exception cref="FileNotFoundException">It has no home page.</exception>
    public static DocumentationSite Read(string root)
    {
        var files = Directory.EnumerateFiles(root, "*.md")
            .Concat(new[] { "docs", "results" }.Select(folder => System.IO.Path.Combine(root, folder)).Where(Directory.Exists)
                .SelectMany(folder => Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories)))
            .Order(StringComparer.Ordinal);
        var site = new DocumentationSite(root, files.Select(file =>
            DocumentationPage.Parse(System.IO.Path.GetRelativePath(root, file).Replace('\\', '/'), File.ReadAllText(file))));
        return site._pages.ContainsKey(Home) ? site : throw new FileNotFoundException($"There is no {Home} in '{root}'.");
    }

    /// <summary>A sentence for every link that leads nowhere.</summary>
    public IEnumerable<string> BrokenLinks() =>
        from page in Pages
        from link in page.Links
        let target = page.Resolve(link.Url ?? "")
        where target is not null
        let why = Why(target.Value.Path, target.Value.Anchor)
        where why is not null
        select $"{page.Path}, line {link.Line + 1}: {link.Url}: {why}";

    /// <summary>Pages that no path of links leads to from the home page.</summary>
    public IEnumerable<string> Unreachable()
    {
        var reached = new HashSet<string> { Home };
        var open = new Queue<DocumentationPage>([_pages[Home]]);
        while (open.TryDequeue(out var page))
            foreach (var link in page.Links)
                if (page.Resolve(link.Url ?? "") is { } target && PageAt(target.Path) is { } next && reached.Add(next.Path))
                    open.Enqueue(next);
        return _pages.Keys.Except(reached);
    }

    /// <summary>Writes the site; what else is in the folder stays.</summary>
    public void Write(string output)
    {
        var (frame, style) = (Resource("page.html"), Resource("page.css"));
        foreach (var page in Pages)
        {
            var file = System.IO.Path.Combine(System.IO.Path.GetFullPath(output), page.HtmlPath);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
            var navigation = Navigation(page, file, output);
            foreach (var link in page.Links) link.Url = Relative(page, link.Url ?? "", file, output);
            File.WriteAllText(file, new StringBuilder(frame)
                .Replace("{{style}}", style).Replace("{{title}}", WebUtility.HtmlEncode(page.Title))
                .Replace("{{navigation}}", navigation).Replace("{{content}}", page.ToHtml()).ToString());
        }
    }

    string? Why(string path, string anchor)
    {
        if (!System.IO.Path.Exists(System.IO.Path.Combine(_root, path))) return "there is no such file";
        return anchor.Length > 0 && PageAt(path) is { } page && !page.Anchors.Contains(anchor)
            ? $"that page has no heading '#{anchor}'"
            : null;
    }

    /// <summary>The page of a path; of a folder its README.</summary>
    DocumentationPage? PageAt(string path) => _pages.GetValueOrDefault(path) ?? _pages.GetValueOrDefault($"{path.TrimEnd('/')}/README.md");

    /// <summary>The home page's headings and lists of links, as a list for one page.</summary>
    string Navigation(DocumentationPage current, string file, string output)
    {
        var (home, html) = (DocumentationPage.Parse(Home, File.ReadAllText(System.IO.Path.Combine(_root, Home))), new StringBuilder());
        html.Append($"<a href=\"{Relative(home, "index.md", file, output)}\"{Mark(Home)}>AutoFLIP</a>\n");
        foreach (var block in home.Document)
        {
            if (block is HeadingBlock { Level: 2, Inline: { } heading })
                html.Append($"<h2>{WebUtility.HtmlEncode(((LiteralInline)heading.FirstChild!).Content.ToString())}</h2>\n");
            if (block is not ListBlock list) continue;
            html.Append("<ul>\n");
            foreach (var link in list.OfType<ListItemBlock>().Select(item => item.Descendants<LinkInline>().First()))
            {
                var text = ((LiteralInline)link.FirstChild!).Content.ToString();
                var (target, mark) = (Relative(home, link.Url!, file, output), Mark(home.Resolve(link.Url!)?.Path));
                html.Append($"<li><a href=\"{target}\"{mark}>{WebUtility.HtmlEncode(text)}</a></li>\n");
            }
            html.Append("</ul>\n");
        }
        return html.ToString();

        string Mark(string? path) => path == current.Path ? " aria-current=\"page\"" : "";
    }

    /// <summary>A link of a page, as it must read in a file of the site.</summary>
    string Relative(DocumentationPage page, string url, string file, string output)
    {
        if (page.Resolve(url) is not var (path, anchor)) return url;
        var target = PageAt(path) is { } other
            ? System.IO.Path.Combine(System.IO.Path.GetFullPath(output), other.HtmlPath)
            : System.IO.Path.Combine(_root, path);
        var relative = System.IO.Path.GetRelativePath(System.IO.Path.GetDirectoryName(file)!, target).Replace('\\', '/');
        return anchor.Length > 0 ? $"{relative}#{anchor}" : relative;
    }

    static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(DocumentationSite).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
