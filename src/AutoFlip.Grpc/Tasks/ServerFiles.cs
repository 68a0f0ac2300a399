using System.Text;

namespace AutoFlip.Grpc;

/// <summary>Files below a folder on disk.</summary>
/// <param name="root">The folder.</param>
sealed class ServerFiles(string root) : IServerFiles
{
    /// <inheritdoc/>
    public long? Length(string name) => new FileInfo(Of(name)) is { Exists: true } file ? file.Length : null;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Read(string name)
    {
        OwnFile.RequireRegular(Of(name));
        return File.ReadAllBytes(Of(name));
    }

    /// <inheritdoc/>
    public Stream Open(string name) => File.OpenRead(Of(name));

    /// <inheritdoc/>
    public byte[] Head(string name, int length)
    {
        using var file = File.OpenRead(Of(name));
        var head = new byte[length];
        return head[..file.ReadAtLeast(head, length, throwOnEndOfStream: false)];
    }

    /// <inheritdoc/>
    public void Append(string name, ReadOnlySpan<byte> bytes)
    {
        using var file = ToAppend(name);
        file.Write(bytes);
    }

    /// <inheritdoc/>
    public void Keep(string name, string final)
    {
        using (var file = new FileStream(Of(name), FileMode.Open, FileAccess.Write)) file.Flush(flushToDisk: true);
        File.Move(Of(name), Of(final), overwrite: false);
    }

    /// <inheritdoc/>
    public void AppendLine(string name, string line, bool flush = true)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Of(name))!);
        using var file = new FileStream(Of(name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        file.SetLength(EndOfLines(file));
        file.Seek(0, SeekOrigin.End);
        file.Write(Encoding.UTF8.GetBytes(line + "\n"));
        if (flush) file.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Lines(string name) =>
        File.Exists(Of(name)) && File.ReadAllText(Of(name)) is var text ? text[..(text.LastIndexOf('\n') + 1)].Split('\n')[..^1] : [];

    /// <inheritdoc/>
    public void Delete(string name)
    {
        if (File.Exists(Of(name))) File.Delete(Of(name));
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Folders(string name) =>
        Directory.Exists(Of(name)) ? [.. Directory.GetDirectories(Of(name)).Select(path => Path.GetFileName(path)!)] : [];

    /// <inheritdoc/>
    public void DeleteFolder(string name)
    {
        if (Directory.Exists(Of(name))) Directory.Delete(Of(name), recursive: true);
    }

    /// <inheritdoc/>
    public long Free => new DriveInfo(root).AvailableFreeSpace;

    FileStream ToAppend(string name)
    {
        var path = Of(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    /// <summary>The end of the last whole line.</summary>
    static long EndOfLines(FileStream file)
    {
        for (var end = file.Length; end > 0; end--)
        {
            file.Seek(end - 1, SeekOrigin.Begin);
            if (file.ReadByte() == '\n') return end;
        }
        return 0;
    }

    string Of(string name) => Path.Combine(root, name);
}
