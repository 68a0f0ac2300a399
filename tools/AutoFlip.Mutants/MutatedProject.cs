using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AutoFlip.Mutants;

/// <summary>The engine with mutants in it, compiled in this process: no other build is needed.</summary>
static class MutatedProject
{
    /// <summary>Compiles the engine with all mutants of some of its files.</summary>
    /// <param name="project">The project's folder.</param>
    /// <param name="generated">A folder with the sources that its last build generated.</param>
    /// <param name="output">A folder with that build and all that it references.</param>
    /// <param name="wanted">Which files, by their path in the project.</param>
    /// <param name="assembly">The file to write.</param>
    /// <returns>The mutants; those that do not compile are left out.</returns>
    public static IReadOnlyList<Mutant> Build(string project, string generated, string output, Func<string, bool> wanted, string assembly)
    {
        var built = Path.Combine(output, Path.GetFileName(assembly));
        var options = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest);
        var trees = Sources(project)
            .Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(Path.Combine(project, path)), options, path))
            .Concat(Directory.GetFiles(generated, "*.cs").Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), options, path)))
            .Append(CSharpSyntaxTree.ParseText("#nullable enable\n" + Schemata.Switch, options)).ToArray();
        var engine = System.Reflection.Assembly.Load(File.ReadAllBytes(built));
        var used = engine.GetReferencedAssemblies().Select(name => name.Name + ".dll").ToHashSet();
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !Path.GetFileName(path).StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal))
            .Concat(Directory.EnumerateFiles(output, "*.dll").Where(path => used.Contains(Path.GetFileName(path))))
            .DistinctBy(Path.GetFileName).Select(path => MetadataReference.CreateFromFile(path));
        var original = CSharpCompilation.Create("AutoFlip", trees, references, new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, optimizationLevel: OptimizationLevel.Release,
            nullableContextOptions: NullableContextOptions.Enable));

        var all = trees.Where(tree => wanted(tree.FilePath)).SelectMany(tree => MutantFinder.Find(original.GetSemanticModel(tree)))
            .Select((found, i) =>
                new Mutant(i + 1, found.Node.SyntaxTree.FilePath, LineOf(found.Node), found.Node, found.Mistake)).ToList();
        var resources = engine.GetManifestResourceNames()
            .Select(name => new ResourceDescription(name, () => engine.GetManifestResourceStream(name)!, isPublic: true)).ToArray();
        while (true)
        {
            var schemata = new Schemata(all.ToLookup(mutant => mutant.Node));
            var mutated = original.RemoveAllSyntaxTrees()
                .AddSyntaxTrees(trees.Select(tree => tree.WithRootAndOptions(schemata.Visit(tree.GetRoot())!, options)));
            CSharpGeneratorDriver.Create(Generators(), parseOptions: options)
                .RunGeneratorsAndUpdateCompilation(mutated, out var whole, out _);
            using var stream = File.Create(assembly);
            var errors = whole.Emit(stream, manifestResources: resources).Diagnostics.Where(found =>
                found.Severity == DiagnosticSeverity.Error).ToArray();
            if (errors is []) return all;
            var broken = errors.Where(error => error.Location.IsInSource)
                .Select(error =>
                    Schemata.NumberAt(
                        error.Location.SourceTree!.GetRoot(), error.Location.SourceSpan)).Where(number => number > 0).ToHashSet();
            if (broken.Count == 0) throw new InvalidOperationException(string.Join('\n', errors.Take(10)));
            all.RemoveAll(mutant => broken.Contains(mutant.Number));
        }
    }

    static int LineOf(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line + 1;

    static IEnumerable<string> Sources(string project) => Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(project, path).Replace('\\', '/')).Order(StringComparer.Ordinal);

    /// <summary>The source generators that come with .NET: P/Invoke and regular expressions need them.</summary>
    static IEnumerable<ISourceGenerator> Generators()
    {
        var packs = Path.Combine(
            Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", "packs", "Microsoft.NETCore.App.Ref");
        var folder = Path.Combine(Directory.GetDirectories(packs, $"{Environment.Version.Major}.*").Max()!, "analyzers", "dotnet", "cs");
        return Directory.GetFiles(folder, "*.dll").SelectMany(path =>
             new AnalyzerFileReference(Path.GetFullPath(path), new Loader()).GetGenerators(LanguageNames.CSharp));
    }

    sealed class Loader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath) { }

        public System.Reflection.Assembly LoadFromPath(string fullPath) => System.Reflection.Assembly.LoadFrom(fullPath);
    }
}
