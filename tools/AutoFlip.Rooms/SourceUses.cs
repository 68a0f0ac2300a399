using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AutoFlip.Rooms;

/// <summary>Which file of a project uses a type of which other file, by the compiler's semantic model: comments and
/// equal words do not count.</summary>
static class SourceUses
{
    // What ImplicitUsings adds to every project of the repository.
    const string ImplicitUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    // By output folder: projects that are read one after another share the assemblies' metadata.
    static readonly ConcurrentDictionary<string, ImmutableArray<MetadataReference>> References = new();

    /// <summary>Every use of a type of the project, once per place.</summary>
    /// <param name="source">The project's folder.</param>
    /// <param name="output">A folder with the assemblies that the project references.</param>
    public static IReadOnlyList<(string From, string To, string Word)> Read(string source, string output)
    {
        var trees = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(source, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal)
            .Select(path =>
                CSharpSyntaxTree.ParseText(
                    File.ReadAllText(Path.Combine(source, path)), CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest),
                    path))
            .Append(CSharpSyntaxTree.ParseText(ImplicitUsings)).ToArray();
        var project = Path.GetFileName(Path.TrimEndingDirectorySeparator(source)) + ".dll";
        var references = References.GetOrAdd(output, ReferencesIn).Where(reference => Path.GetFileName(reference.Display) != project);
        var compilation = CSharpCompilation.Create(
            "measured", trees, references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        return [.. trees.SelectMany(tree => UsesOf(tree, compilation.GetSemanticModel(tree)))];
    }

    /// <summary>The room of a file: its folder; a file at the root is a room of its own.</summary>
    public static string RoomOf(string file) =>
        Path.GetDirectoryName(file) is { Length: > 0 } folder ? folder.Replace('\\', '/').Split('/')[0] : file;

    static IEnumerable<(string, string, string)> UsesOf(SyntaxTree tree, SemanticModel model)
    {
        if (tree.FilePath.Length == 0) yield break; // the usings above
        yield return (tree.FilePath, tree.FilePath, "");
        foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            if (model.GetSymbolInfo(name).Symbol is not { } symbol) continue;
            var type = symbol as INamedTypeSymbol
                ?? (symbol is IMethodSymbol { ReducedFrom: { } extension } ? extension.ContainingType : symbol.ContainingType);
            if (type is null || symbol is INamespaceSymbol) continue;
            var declared = type.OriginalDefinition.DeclaringSyntaxReferences.Select(place => place.SyntaxTree.FilePath).ToArray();
            if (declared.Contains(tree.FilePath)) continue; // a partial type uses itself
            foreach (var file in declared.Where(file => file.Length > 0)) yield return (tree.FilePath, file, name.Identifier.Text);
        }
    }

    static ImmutableArray<MetadataReference> ReferencesIn(string output) =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal))
            .Concat(Directory.EnumerateFiles(output, "*.dll").Where(IsManaged))
            .DistinctBy(Path.GetFileName).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    static bool IsManaged(string path)
    {
        using var file = new System.Reflection.PortableExecutable.PEReader(File.OpenRead(path));
        return file.HasMetadata;
    }
}
