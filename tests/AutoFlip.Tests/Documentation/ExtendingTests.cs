using System.Text.RegularExpressions;

namespace AutoFlip.Tests;

/// <summary>Code that a page shows as that of a source file is in that file.</summary>
public partial class ExtendingTests
{
    [Fact]
    public void Code_on_the_page_about_adding_a_method_is_that_of_the_sources()
    {
        var excerpts = Excerpt.Matches(SourceTree.Read("docs/extending.md"));

        Assert.Equal(5, excerpts.Count);
        foreach (var excerpt in excerpts.Cast<Match>())
        {
            var lines = SourceTree.Read(excerpt.Groups["file"].Value).Split('\n').Select(line => line.Trim()).ToHashSet();
            foreach (var line in excerpt.Groups["code"].Value.Split('\n')) Assert.Contains(line.Trim(), lines);
        }
    }

    [GeneratedRegex(@"`(?<file>src/[\w/.]+)`:\n```csharp\n(?<code>.+?)\n```", RegexOptions.Singleline)]
    static partial Regex Excerpt { get; }
}
