namespace AutoFlip;

/// <summary>The folder of the user's cache that holds decoded images.</summary>
/// <param name="cache">The user's cache folder.</param>
public sealed class PixelFolder(string cache)
{
    /// <summary>Path of the folder.</summary>
    public string Path { get; } = System.IO.Path.Combine(cache, "pixels");

    /// <summary>Its files: images, and what an interrupted process left of some.</summary>
    public IReadOnlyList<FileInfo> Files => !Directory.Exists(Path) ? []
        : [.. new DirectoryInfo(Path).EnumerateFiles("*", new EnumerationOptions { AttributesToSkip = 0 })
            .Where(file => file.Extension == ".pixels" || file.Extension == ".part" && file.Name.StartsWith('.'))];

    /// <summary>Deletes them. A link is deleted itself, not what it leads to.</summary>
    /// <exception cref="AutoFlipException">One cannot be deleted (exit 4).</exception>
    public void Clear()
    {
        foreach (var file in Files)
        {
            try
            {
                file.Delete();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw AutoFlipException.RunFailed($"'{file.FullName}' cannot be deleted: {e.Message}", e);
            }
        }
    }
}
