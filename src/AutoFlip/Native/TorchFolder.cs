using System.Text.RegularExpressions;

namespace AutoFlip;

/// <summary>A folder with the libraries of libtorch, as far as its files tell: nothing is loaded.</summary>
/// <param name="Path">The folder's full path.</param>
/// <param name="Version">Version that a file beside the libraries states, such as <c>2.10.0+cu128</c>; null if none does: NuGet's packages
/// have no such file, and our builds write one.</param>
/// <param name="HasCuda">True if it can compute on NVIDIA's GPUs.</param>
sealed partial record TorchFolder(string Path, string? Version, bool HasCuda)
{
    /// <summary>Version of NuGet's packages.</summary>
    public const string Packaged = "2.10.0";

    /// <summary>The versions that TorchSharp's library works with: it is compiled against one minor version, and libtorch's C++ interface
    /// changes with each.</summary>
    public const string Series = "2.10";

    /// <summary>The folders that are accepted, for messages.</summary>
    public const string Accepted = $"a folder with libtorch {Series}: torch/lib of a Python installation, or lib of an unzipped libtorch";

    static readonly string[] All = ["c10", "torch_cpu", "torch"], Cuda = ["c10_cuda", "torch_cuda"];

    /// <summary>File name of the library that computes, which each libtorch has.</summary>
    public static string Main { get; } = FileOf("torch_cpu");

    /// <summary>File names of all libraries.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Concat(Cuda).Select(FileOf)];

    /// <summary>Paths of the libraries, in the order in which they are loaded: each after those that it needs.</summary>
    public IEnumerable<string> Libraries =>
        ((string[])[.. All[..2], .. HasCuda ? Cuda : [], All[2]]).Select(name => System.IO.Path.Combine(Path, FileOf(name)));

    /// <summary>A folder's path in one spelling.</summary>
    public static string FullPathOf(string path) => System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));

    /// <summary>A folder's facts.</summary>
    /// <exception cref="IOException">The file with the version cannot be read.</exception>
    public static TorchFolder Of(string path) => new(
        FullPathOf(path), VersionOf(path),
        Cuda.Any(name => File.Exists(System.IO.Path.Combine(path, FileOf(name)))));

    /// <summary>The reason why a folder cannot be used, without a full stop; null if nothing speaks against it.</summary>
    public static string? Refuses(string path)
    {
        if (!Directory.Exists(path)) return "there is no such folder";
        try
        {
            var folder = Of(path);
            if (folder.Libraries.FirstOrDefault(file => !File.Exists(file)) is { } missing)
                return $"there is no {System.IO.Path.GetFileName(missing)} in it"
                    + (File.Exists(System.IO.Path.Combine(path, "lib", FileOf(All[0]))) ? ", but libraries are in its folder lib" : "");
            return folder.Version is null
                ? "its version is not known, because neither build-version nor ../version.py is there"
                : IsOfSeries(folder.Version) ? null : $"it is libtorch {folder.Version}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message.TrimEnd('.');
        }
    }

    /// <summary>True if TorchSharp's library works with this version.</summary>
    public static bool IsOfSeries(string version) => $"{version.Split('+')[0]}.".StartsWith($"{Series}.", StringComparison.Ordinal);

    /// <summary>The version in the files that libtorch and Python's torch come with.</summary>
    static string? VersionOf(string path)
    {
        foreach (var file in (string[])["build-version", "../build-version"])
            if (System.IO.Path.Combine(path, file) is var place && File.Exists(place)) return File.ReadAllText(place).Trim();
        return System.IO.Path.Combine(path, "../version.py") is var python && File.Exists(python)
            && PythonVersion.Match(File.ReadAllText(python)) is { Success: true } stated ? stated.Groups[1].Value : null;
    }

    /// <summary>File name of a library on this system.</summary>
    public static string FileOf(string name) =>
        OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";

    [GeneratedRegex("""^__version__\b[^=]*=\s*['"]([^'"]+)['"]""", RegexOptions.Multiline)]
    static partial Regex PythonVersion { get; }
}
