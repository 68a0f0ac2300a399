using System.Collections.Immutable;
using System.IO.Compression;

namespace AutoFlip;

/// <summary>A folder in which all files of a data set were found.</summary>
/// <param name="Path">The folder, or a word for where the set is instead ("built in").</param>
/// <param name="Files">Full path by the name that <see cref="DataSet.Files"/> gives.</param>
public sealed record DataFolder(string Path, ImmutableDictionary<string, string> Files)
{
    /// <summary>The place of sets that are part of the program.</summary>
    public static DataFolder BuiltIn { get; } = new("built in", ImmutableDictionary<string, string>.Empty);

    /// <summary>Reads one file, uncompressing it if it is gzip, whatever its name says.</summary>
    /// <param name="name">A name of <see cref="DataSet.Files"/>.</param>
    /// <param name="read">Gets the content, and the full path for messages. Must read to the end: only there gzip checks its checksum.</param>
    /// <exception cref="AutoFlipException">The file cannot be opened or is damaged (exit 3).</exception>
    public T Read<T>(string name, Func<Stream, string, T> read)
    {
        var path = Files[name];
        try
        {
            using var file = File.OpenRead(path);
            var gzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
            file.Position = 0;
            using var content = gzip ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
            return read(content, path);
        }
        catch (InvalidDataException e)
        {
            throw AutoFlipException.BadData($"'{path}' is damaged (gzip's own check fails): delete it and fetch it again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.BadData($"'{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The folder with all of a set's files; null, and a remark where only some are there, otherwise.</summary>
    internal static DataFolder? Find(string folder, DataSet set, out string? remark)
    {
        remark = null;
        if (!Directory.Exists(folder)) return null;
        var present = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
            present.TryAdd(Alike(System.IO.Path.GetFileName(path)), path);
        var found = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var name in set.Files)
        {
            if (present.TryGetValue(Alike(name), out var path) || present.TryGetValue(Alike(name + ".gz"), out path))
                found[name] = path;
            else remark ??= $"lacks {name}";
        }
        if (found.Count == 0) remark = null; // an unrelated folder, nothing to complain of
        return found.Count == set.Files.Length ? new DataFolder(folder, found.ToImmutable()) : null;
    }

    /// <summary>Some copies are called train-images.idx3-ubyte instead of train-images-idx3-ubyte.</summary>
    static string Alike(string name) => name.Replace(".idx", "-idx", StringComparison.OrdinalIgnoreCase);
}
