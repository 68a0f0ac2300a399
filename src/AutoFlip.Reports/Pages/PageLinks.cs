namespace AutoFlip.Reports;

/// <summary>Links from a page to files of runs: relative, so that a folder of runs can be moved or put on a server as it is.</summary>
/// <param name="Folder">Where the page lies; null if it lies nowhere (a live page), and then nothing is linked,
/// for nothing else is served.</param>
public sealed record PageLinks(string? Folder)
{
    /// <summary>A link to a file or folder of a run; its name alone where none can be made.</summary>
    public Html To(string directory, string name, string? text = null)
    {
        var path = Folder is null ? null : Path.GetRelativePath(Folder, Path.Combine(directory, name));
        if (path is null || Path.IsPathRooted(path)) return Html.Of($"<span class=\"path\">{text ?? name}</span>");
        var parts = path.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).Select(Uri.EscapeDataString);
        return Html.Of($"<a class=\"path\" href=\"{string.Join('/', parts)}\">{text ?? name}</a>");
    }
}
