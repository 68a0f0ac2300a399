using System.Reflection;
using PublicApiGenerator;

namespace AutoFlip.Tests;

/// <summary>The public surface of each package is that of the file beside this one: nobody changes it unnoticed.</summary>
public class PublicApiTests
{
    const string AcceptVariable = "AUTOFLIP_ACCEPT_PUBLIC_API";
    const int MostLines = 40;

    [Theory]
    [InlineData("AutoFlip")]
    [InlineData("AutoFlip.Reports")]
    public void Public_surface_is_the_approved_one(string package)
    {
        var file = Path.Combine(SourceTree.Root, "tests", "AutoFlip.Tests", "PublicApi", package + ".txt");
        var options = new ApiGeneratorOptions { IncludeAssemblyAttributes = false };
        var surface = Assembly.Load(package).GeneratePublicApi(options).ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable(AcceptVariable) == "1") File.WriteAllText(file, surface);

        var differences = Differences(File.Exists(file) ? File.ReadAllText(file) : "", surface);

        Assert.True(differences is [],
            $"The public surface of {package} differs from {file}. If it should, run this test with {AcceptVariable}=1 and commit the "
            + "file.\n"
            + string.Join('\n', differences.Take(MostLines))
            + (differences.Length > MostLines ? $"\n({differences.Length - MostLines} more)" : ""));
    }

    [Fact]
    public void Differences_are_lines_with_their_type()
    {
        const string Before = "namespace N\n{\n    public class A\n    {\n        public int X { get; }\n    }\n}\n";
        var after = Before.Replace("int X", "long X", StringComparison.Ordinal);

        Assert.Equal(["- public class A: public int X { get; }", "+ public class A: public long X { get; }"], Differences(Before, after));
        Assert.Empty(Differences(Before, Before));
    }

    static string[] Differences(string before, string after)
    {
        string[] old = [.. Members(before)], now = [.. Members(after)];
        return [.. old.Except(now).Select(line => $"- {line}"), .. now.Except(old).Select(line => $"+ {line}")];
    }

    /// <summary>Each line behind the first line of its type.</summary>
    static IEnumerable<string> Members(string surface)
    {
        var type = "";
        foreach (var line in surface.Split('\n').Where(line => line.Trim() is not ("" or "{" or "}")))
        {
            var depth = line.Length - line.TrimStart().Length;
            if (depth <= 4) type = line.Trim();
            yield return depth <= 4 ? type : $"{type}: {line.Trim()}";
        }
    }
}
