using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

/// <summary>Rules of the design that the compiler cannot keep.</summary>
public partial class ArchitectureTests
{
    const int LongestFile = 400; // lines; longer is a redesign
    const int WidestLine = 140; // columns, as in .editorconfig

    [Fact]
    public void Source_files_are_found()
    {
        // The rules below hold for an empty set too: this says that they look at something.
        Assert.Contains("src/AutoFlip/Composition/Catalog.cs", SourceTree.CSharpFiles("src"));
        Assert.Contains("tests/AutoFlip.Tests/ArchitectureTests.cs", SourceTree.CSharpFiles("tests"));
    }

    [Fact]
    public void No_file_is_longer_than_a_reader_can_hold()
    {
        var tooLong = SourceTree.CSharpFiles("src").Concat(SourceTree.CSharpFiles("tests")).Concat(SourceTree.Files("src", "*.js"))
            .Concat(SourceTree.Files("src", "*.css"))
            .Select(path => (Path: path, Lines: SourceTree.Read(path).Count(character => character == '\n')))
            .Where(file => file.Lines > LongestFile);

        Assert.Empty(tooLong);
    }

    [Theory]
    [InlineData("src"), InlineData("benchmarks"), InlineData("tools"), InlineData("tests")]
    public void No_line_is_wider_than_140_columns(string folder) => Assert.Empty(
        from path in SourceTree.CSharpFiles(folder)
        from line in WithoutRawStrings(SourceTree.Read(path)).Split('\n').Index()
        where line.Item.Length > WidestLine
        select $"{path}, line {line.Index + 1}: {line.Item.Length} columns");

    [Fact]
    public void Summaries_are_statements_and_do_not_begin_with_a_question_word() => Assert.Empty(
        from path in SourceTree.CSharpFiles("src")
        let text = SourceTree.Read(path)
        from summary in QuestionInSummary.Matches(text)
        select $"{path}, line {text.AsSpan(0, summary.Index).Count('\n') + 1}: {summary.Value}");

    [Theory]
    [InlineData("/// <summary>How many parameters a mask keeps.</summary>", true)]
    [InlineData("    /// <summary>\n    /// What happens to an image.", true)]
    [InlineData("/// <summary>Number of parameters that the mask keeps.</summary>", false)]
    [InlineData("/// <summary>Wherever.</summary>", false)]
    public void Rule_about_summaries_sees_the_first_word(string text, bool seen) => Assert.Equal(seen, QuestionInSummary.IsMatch(text));

    [GeneratedRegex(@"<summary>(?:\s*///)?\s*(?:What|Which|How|Whether|Where|Who|Whose|When|Why)\b")]
    static partial Regex QuestionInSummary { get; }

    [Fact]
    public void Engine_references_no_console_no_command_line_and_no_network_stack()
    {
        string[] forbidden = [
            "AutoFlip.Cli", "Spectre", "System.CommandLine", "System.Console", "Grpc", "Orleans", "Microsoft.Orleans",
            "Microsoft.AspNetCore"];

        var references = typeof(Catalog).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!).ToList();

        Assert.Contains("System.Runtime", references);
        Assert.DoesNotContain(
            references, name => forbidden.Any(prefix => name == prefix || name.StartsWith(prefix + ".", StringComparison.Ordinal)));
    }

    [Fact]
    public void Reports_reference_the_engine_and_neither_console_nor_command_line_nor_web_server()
    {
        string[] forbidden = ["AutoFlip.Cli", "Spectre", "System.Console", "Microsoft.AspNetCore"];

        var references = typeof(AutoFlip.Reports.RunCharts).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!).ToList();

        Assert.Contains("AutoFlip", references);
        Assert.DoesNotContain(
            references, name => forbidden.Any(prefix => name == prefix || name.StartsWith(prefix + ".", StringComparison.Ordinal)));
    }

    [Fact]
    public void Network_project_references_the_engine_and_neither_command_line_nor_reports()
    {
        string[] forbidden = ["AutoFlip.Cli", "AutoFlip.Reports", "Spectre", "System.Console", "SkiaSharp"];

        var references = typeof(AutoFlip.Grpc.PeerName).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!).ToList();

        Assert.Contains("AutoFlip", references);
        Assert.Contains("Grpc.Core.Api", references);
        Assert.DoesNotContain(
            references, name => forbidden.Any(prefix => name == prefix || name.StartsWith(prefix + ".", StringComparison.Ordinal)));
    }

    [Fact]
    public void Engine_opens_its_internals_to_tests_and_measurements_only() => Assert.Equal(
        ["AutoFlip.Bench", "AutoFlip.Benchmarks", "AutoFlip.Tests"],
        typeof(Catalog).Assembly.GetCustomAttributes<InternalsVisibleToAttribute>().Select(friend => friend.AssemblyName)
            .Order(StringComparer.Ordinal));

    [Fact]
    public void Texts_of_the_engine_name_properties_and_not_options_of_the_command_line()
    {
        string[] options = [.. Settings.All.SelectMany(setting => setting.Spellings)];
        var texts = SourceTree.CSharpFiles("src/AutoFlip").SelectMany(path => Literals(SourceTree.Read(path)).Select(text => (path, text)))
            .ToList();

        Assert.InRange(texts.Count, 1000, 100_000);
        Assert.DoesNotContain(texts, line => OptionName.Matches(line.text).Any(match => options.Contains(match.Value)));
        Assert.DoesNotContain(texts, line => Command.IsMatch(line.text));
    }

    [Fact]
    public void Properties_and_calls_that_texts_of_the_engine_name_have_a_spelling_on_the_command_line() => Assert.Empty(
        from path in SourceTree.CSharpFiles("src/AutoFlip")
        from text in Literals(SourceTree.Read(path))
        from Match name in ApiName.Matches(text)
        where Spelling.Of(name.Value) == name.Value
        select $"{path}: {name.Value}");

    [GeneratedRegex("--[A-Za-z][A-Za-z0-9_-]*")]
    static partial Regex OptionName { get; }

    [GeneratedRegex("autoflip (run|resume|data|list|export|report|plot|predict|evaluate|experiment|demo) ")]
    static partial Regex Command { get; }

    [GeneratedRegex(
        @"(?<![\w./\\])(Experiment|Options|RunOptions|Simulation|FederationServer|Catalog|DataLocations|DataSplit|LibTorch)\.[A-Z]\w*")]
    static partial Regex ApiName { get; }

    // Loops that end before they return (Parallel.For over pixels) start no work that outlives them: they are free.
    [Fact]
    public void Threads_are_started_by_the_worker_pool_only() =>
        Assert.Empty(
            from path in SourceTree.CSharpFiles("src")
            where path != "src/AutoFlip/Training/WorkerPool.cs" && !path.StartsWith("src/AutoFlip.Cli/", StringComparison.Ordinal)
            from start in ThreadStart.Matches(Code(SourceTree.Read(path)))
            select $"{path}: {start.Value}");

    [Theory]
    [InlineData("Task.Run(() => 1)", true)]
    [InlineData("new Thread(Work)", true)]
    [InlineData("_ = Task.Factory.StartNew(Work)", true)]
    [InlineData("ThreadPool.QueueUserWorkItem(Work)", true)]
    [InlineData("""var s = "Task.Run"; // new Thread(Work)""", false)]
    [InlineData("new ThreadLocal<int>()", false)]
    public void Rule_about_threads_sees_code_and_not_comments(string code, bool seen) =>
        Assert.Equal(seen, ThreadStart.IsMatch(Code(code)));

    [GeneratedRegex(@"\bTask\.(Run|Factory\.StartNew)\b|\bnew Thread\b|\bThreadPool\.(Unsafe)?Queue\w+")]
    static partial Regex ThreadStart { get; }

    // block comment, line comment, character, raw string, string
    [GeneratedRegex("""""/\*.*?\*/|//[^\n]*|'(?:\\.|[^'\\\n])+'|""".*?"""|"(?:\\.|[^"\\\n])*(?:"|$)""""", RegexOptions.Singleline)]
    static partial Regex CommentOrString { get; }

    /// <summary>Source text without the content of raw strings, which is quoted as it is; lines keep their numbers.</summary>
    static string WithoutRawStrings(string text) => CommentOrString.Replace(
        text,
        token => token.Value.StartsWith("\"\"\"", StringComparison.Ordinal)
            ? new string('\n', token.Value.Count(c => c == '\n'))
            : token.Value);

    /// <summary>String literals of source text.</summary>
    static IEnumerable<string> Literals(string text) =>
        CommentOrString.Matches(text).Select(match => match.Value).Where(token => token.StartsWith('"'));

    /// <summary>Source text without comments and string literals.</summary>
    static string Code(string text) => CommentOrString.Replace(text, " ");
}
