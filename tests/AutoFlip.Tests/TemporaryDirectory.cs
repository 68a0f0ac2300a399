namespace AutoFlip.Tests;

/// <summary>A fresh empty directory that is gone when the test ends.</summary>
sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("autoflip-test-").FullName;

    public string this[string file] => System.IO.Path.Combine(Path, file);

    public IEnumerable<string> Files =>
        Directory.EnumerateFileSystemEntries(Path).Select(entry => System.IO.Path.GetFileName(entry)!).Order();

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
