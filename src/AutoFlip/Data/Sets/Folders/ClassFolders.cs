namespace AutoFlip;

/// <summary>Images in a folder per class.</summary>
static class ClassFolders
{
    static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".ppm", ".pgm"];

    /// <summary>Images in the folders of the classes, in order of classes and then of names.</summary>
    /// <param name="path">The folder of the folders.</param>
    /// <param name="classes">Folder names: the class is the place of a folder's name among them, with '/' where it lies deeper.
    /// A class without a folder has no images.</param>
    /// <param name="below">A folder within each of them that holds the images; empty if they lie there themselves.</param>
    /// <exception cref="AutoFlipException">There is a folder that belongs to no class (exit 3).</exception>
    public static IEnumerable<LabelledFile> Images(string path, IReadOnlyList<string> classes, string below = "")
    {
        var known = classes.Select(name => name.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        if (Names(path).FirstOrDefault(name => !known.Contains(name)) is { } stranger)
            throw AutoFlipException.BadFile(Path.Combine(path, stranger), $"there is no class '{stranger}'");
        for (var label = 0; label < classes.Count; label++)
        {
            var folder = Path.Combine(path, classes[label], below);
            if (!Directory.Exists(folder)) continue;
            foreach (var file in Directory.EnumerateFiles(folder).Where(IsImage).Order(StringComparer.Ordinal)) yield return new LabelledFile(file, label);
        }
    }

    /// <summary>Names of the folders in a folder, sorted by their bytes; hidden ones are passed over.</summary>
    public static IEnumerable<string> Names(string path) => Directory.EnumerateDirectories(path)
        .Select(folder => Path.GetFileName(folder))
        .Where(name => !name.StartsWith('.') && name != "__MACOSX")
        .Order(StringComparer.Ordinal);

    /// <summary>Whether a file is an image, by its name.</summary>
    public static bool IsImage(string path) =>
        Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase) && !Path.GetFileName(path).StartsWith('.');
}
