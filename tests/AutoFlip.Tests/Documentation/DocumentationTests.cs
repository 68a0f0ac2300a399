using AutoFlip.Cli;
using AutoFlip.Site;

namespace AutoFlip.Tests;

/// <summary>The documentation says what the program does, and leads everywhere it points to.</summary>
public sealed class DocumentationTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Page_of_the_command_line_is_what_the_program_prints()
    {
        var printed = Shell.Run("help", "--markdown");

        Assert.Equal(ExitCode.Done, printed.Exit);
        Assert.True(
            printed.Out == SourceTree.Read("docs/cli.md"), "docs/cli.md is not what 'autoflip help --markdown' prints: write it anew.");
    }

    [Fact]
    public void Page_of_the_command_line_names_every_option_of_every_command()
    {
        var page = OptionPage.Write(App.Commands);

        Assert.Every(App.Commands, command =>
        {
            Assert.Contains($"## {command.Name}\n", page);
            Assert.Every(command.Settings, setting => Assert.Contains($"`{setting.Name}`", page));
        });
    }

    /// <summary>tools/check-packages builds and runs these files.</summary>
    [Fact]
    public void Page_of_the_library_shows_the_programs_that_are_built() => Assert.Every(
        SourceTree.Files("docs/examples", "*.cs"),
        path => Assert.Contains(
            $"```csharp\n{SourceTree.Read(path).Trim()}\n```", SourceTree.Read("docs/library.md"), StringComparison.Ordinal));

    [Fact]
    public void Links_of_all_pages_lead_somewhere() => Assert.Empty(DocumentationSite.Read(SourceTree.Root).BrokenLinks());

    [Fact]
    public void Every_page_can_be_reached_from_the_first() => Assert.Empty(DocumentationSite.Read(SourceTree.Root).Unreachable());

    [Fact]
    public void Broken_links_are_found()
    {
        Page("docs/index.md", "# Home\n\n[gone](gone.md) [there](other.md#part) [nowhere](other.md#missing) [out](https://example.org)");
        Page("docs/other.md", "# Other\n\n## Part\n\n[up](../README.md)");

        Assert.Equal(
            [
                "docs/index.md, line 3: gone.md: there is no such file",
                "docs/index.md, line 3: other.md#missing: that page has no heading '#missing'",
                "docs/other.md, line 5: ../README.md: there is no such file"
            ],
            DocumentationSite.Read(_folder.Path).BrokenLinks());
    }

    [Fact]
    public void Site_has_the_pages_with_links_between_them()
    {
        Page("docs/index.md", "# Home\n\n## Read\n- [Other](deep/other.md#part): a page\n");
        Page("docs/deep/other.md", "# A <b> & c\n\n## Part\n\n| a | b |\n|---|---|\n| 1 | [home](../index.md) |\n\n[code](../../code.cs)");
        Page("code.cs", "");
        var output = Path.Combine(_folder.Path, "out");

        DocumentationSite.Read(_folder.Path).Write(output);

        var page = File.ReadAllText(Path.Combine(output, "docs/deep/other.html"));
        Assert.Contains("<h2 id=\"part\">Part</h2>", page);
        Assert.Contains("<td><a href=\"../index.html\">home</a></td>", page);
        Assert.Contains("href=\"../../../code.cs\"", page);
        Assert.Contains("<a href=\"other.html#part\" aria-current=\"page\">Other</a>", page);
        Assert.Contains("<a href=\"deep/other.html#part\">Other</a>", File.ReadAllText(Path.Combine(output, "docs/index.html")));
        Assert.DoesNotContain("{{", page);
    }

    void Page(string path, string text)
    {
        var file = Path.Combine(_folder.Path, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
