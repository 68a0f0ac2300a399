namespace AutoFlip.Tests;

/// <summary>The checkout that the running tests were built from.</summary>
static class SourceTree
{
    /// <summary>Its root: the nearest folder above the test program that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The C# files below a folder of the root; paths are relative to the root, with slashes.</summary>
    public static IEnumerable<string> CSharpFiles(string folder) => Files(folder, "*.cs");

    /// <summary>The files of a pattern below a folder, likewise.</summary>
    /// <exception cref="InvalidOperationException">There are none: a rule over no files would hold.</exception>
    public static IEnumerable<string> Files(string folder, string pattern)
    {
        var found =
            from file in Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            let path = Path.GetRelativePath(Root, file).Replace('\\', '/')
            where !path.Split('/').Any(part => part is "bin" or "obj")
            select path;
        return found.ToList() is { Count: > 0 } files ? files : throw new InvalidOperationException($"'{folder}' has no {pattern}.");
    }

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "AutoFlip.slnx"))) return folder.FullName;
        throw new DirectoryNotFoundException(
            $"No folder above '{AppContext.BaseDirectory}' holds AutoFlip.slnx: run the tests from a checkout.");
    }
}
