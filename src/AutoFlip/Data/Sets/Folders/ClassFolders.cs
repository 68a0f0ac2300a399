namespace AutoFlip;

/// <summary>Files that are samples, by the ends of their names.</summary>
/// <param name="Name">Name of a sample, for messages.</param>
/// <param name="Accepted">Kinds of files, for messages.</param>
/// <param name="Extensions">In small letters.</param>
sealed record SampleFiles(string Name, string Accepted, params IReadOnlyList<string> Extensions)
{
    /// <summary>Images.</summary>
    public static SampleFiles Images { get; } = new("image", "JPEG, PNG, GIF, BMP, WebP, TIFF, PPM and PGM images",
        ".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".ppm", ".pgm", ".tif", ".tiff");

    /// <summary>Texts.</summary>
    public static SampleFiles Texts { get; } = new("text", "texts in UTF-8 (.txt)", ".txt");

    /// <summary>Tests by its name whether a file is one of them.</summary>
    public bool Has(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)
        && !Path.GetFileName(path).StartsWith('.');
}

/// <summary>Images or texts in a folder per class.</summary>
static class ClassFolders
{
    /// <summary>Images in the folders of the classes, in order of classes and then of names.</summary>
    /// <param name="path">The folder of the folders.</param>
    /// <param name="classes">Folder names: the class is the place of a folder's name among them, with '/' where it lies deeper.
    /// A class without a folder has no images.</param>
    /// <param name="below">A folder within each of them that holds the images; empty if they lie there themselves.</param>
    /// <exception cref="AutoFlipException">There is a folder that belongs to no class (exit 3).</exception>
    public static IEnumerable<LabelledFile> Images(string path, IReadOnlyList<string> classes, string below = "") =>
        Files(path, classes, SampleFiles.Images, below);

    static IEnumerable<LabelledFile> Files(string path, IReadOnlyList<string> classes, SampleFiles kind, string below)
    {
        var known = classes.Select(name => name.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        if (Names(path).FirstOrDefault(name => !known.Contains(name)) is { } stranger)
            throw AutoFlipException.BadFile(Path.Combine(path, stranger), $"there is no class '{stranger}'");
        for (var label = 0; label < classes.Count; label++)
        {
            var folder = Path.Combine(path, classes[label], below);
            if (!Directory.Exists(folder)) continue;
            foreach (var file in Directory.EnumerateFiles(folder).Where(kind.Has).Order(StringComparer.Ordinal))
                yield return new LabelledFile(file, label);
        }
    }

    /// <summary>Images or texts in a user's own folders, where a class without any is a mistake.</summary>
    /// <exception cref="AutoFlipException">A class folder has no file that can be read (exit 3): the message
    /// names it and the reason.</exception>
    public static IEnumerable<LabelledFile> OwnFiles(string path, IReadOnlyList<string> classes, SampleFiles kind)
    {
        foreach (var name in classes)
            if (Path.Combine(path, name) is var folder && Directory.Exists(folder) && !Directory.EnumerateFiles(folder).Any(kind.Has))
                throw AutoFlipException.BadFile(folder, WhyWithout(folder, kind));
        return Files(path, classes, kind, below: "");
    }

    /// <summary>The kind of files in the folders of the classes: texts if there are some and no image, otherwise images.</summary>
    public static SampleFiles KindOf(string path, IReadOnlyList<string> classes)
    {
        bool Has(SampleFiles kind) => classes.Any(name => Directory.EnumerateFiles(Path.Combine(path, name)).Any(kind.Has));
        return !Has(SampleFiles.Images) && Has(SampleFiles.Texts) ? SampleFiles.Texts : SampleFiles.Images;
    }

    /// <summary>Sentence on the files and folders beside a user's samples that are not read, by extension; null if there are
    /// none.</summary>
    public static string? PassedOver(string path, SampleFiles kind)
    {
        var files = Names(path).SelectMany(name => Directory.EnumerateFiles(Path.Combine(path, name)))
            .Where(file => !kind.Has(file) && !IsOfTheSystem(file));
        var folders = Names(path).Sum(name => Names(Path.Combine(path, name)).Count());
        var kinds = Kinds(files);
        return kinds.Length == 0 && folders == 0 ? null
            : $"Not read in the class folders of '{path}': "
                + string.Join(" and ", new[] { kinds, folders > 0 ? $"{folders} folders" : "" }.Where(part => part.Length > 0))
                + $". Read are {kind.Accepted}.";
    }

    static string WhyWithout(string folder, SampleFiles kind)
    {
        var kinds = Kinds(Directory.EnumerateFiles(folder).Where(file => !IsOfTheSystem(file)));
        return Names(folder).FirstOrDefault(inner => Directory.EnumerateFiles(Path.Combine(folder, inner)).Any(kind.Has)) is { } deeper
            ? $"the {kind.Name}s of this class lie one level deeper, in '{deeper}'. Move them up into the class folder"
            : kinds.Length > 0
            ? $"this class has no {kind.Name} that can be read, only {kinds}. Convert them (read are {kind.Accepted}), or remove the folder"
            : $"this class folder is empty. Put {kind.Name}s into it, or remove it";
    }

    /// <summary>Number of files of each extension: <c>12 .tiff, 1 .txt</c>.</summary>
    static string Kinds(IEnumerable<string> files) => string.Join(", ", files
        .GroupBy(
            file => Path.GetExtension(file).ToLowerInvariant() is { Length: > 0 } ending ? ending : "without an ending",
            StringComparer.Ordinal)
        .OrderBy(kind => kind.Key, StringComparer.Ordinal).Select(kind => $"{kind.Count()} {kind.Key}"));

    static bool IsOfTheSystem(string file) =>
        Path.GetFileName(file) is "Thumbs.db" or "desktop.ini" || Path.GetFileName(file).StartsWith('.');

    /// <summary>Names of the folders in a folder, sorted by their bytes; hidden ones are passed over.</summary>
    public static IEnumerable<string> Names(string path) => Directory.EnumerateDirectories(path)
        .Select(folder => Path.GetFileName(folder))
        .Where(name => !name.StartsWith('.') && name != "__MACOSX")
        .Order(StringComparer.Ordinal);
}
