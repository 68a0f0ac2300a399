using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using ICSharpCode.SharpZipLib;
using ICSharpCode.SharpZipLib.BZip2;

namespace AutoFlip;

/// <summary>A folder in which all files of a data set were found.</summary>
/// <param name="Path">The folder, or a word for where the set is instead ("built in").</param>
/// <param name="Files">Full path by the name that <see cref="DataSet.Files"/> gives; of a pattern, the
/// folder that holds what matches.</param>
public sealed record DataFolder(string Path, ImmutableDictionary<string, string> Files)
{
    /// <summary>The place of sets that are part of the program.</summary>
    public static DataFolder BuiltIn { get; } = new("built in", ImmutableDictionary<string, string>.Empty);

    /// <summary>Reads one file, decompressing gzip and bzip2, which are detected by content.</summary>
    /// <param name="name">A name of <see cref="DataSet.Files"/>.</param>
    /// <param name="read">Gets the content, and the full path for messages. Must read to the end: only there checksums are checked.</param>
    /// <exception cref="AutoFlipException">The file cannot be opened or is damaged (exit 3).</exception>
    public T Read<T>(string name, Func<Stream, string, T> read) => ReadFile(Files[name], read);

    /// <summary>Reads one file by its full path, as <see cref="Read"/> does.</summary>
    public static T ReadFile<T>(string path, Func<Stream, string, T> read)
    {
        try
        {
            using var file = OwnFile.OpenRead(path);
            using var content = Uncompressed(file);
            return read(content, path);
        }
        catch (DecoderFallbackException e)
        {
            throw AutoFlipException.BadFile(
                path, $"a part of it cannot be decoded: {e.Message.TrimEnd('.')}. Name its encoding with Experiment.Encoding", e);
        }
        catch (Exception e) when (e is InvalidDataException or SharpZipBaseException)
        {
            throw AutoFlipException.BadData(
                $"'{path}' is damaged (its compressed data fail their own check): delete it and fetch it again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.Unreadable(path, e);
        }
    }

    static Stream Uncompressed(FileStream file)
    {
        Span<byte> start = stackalloc byte[3];
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        file.Position = 0;
        return start.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]) ? new GZipStream(file, CompressionMode.Decompress)
            : start.SequenceEqual("BZh"u8) ? new BZip2InputStream(file)
            : file;
    }

    /// <summary>The folder with all of a set's files; null, and a remark where only some are there, otherwise.</summary>
    internal static DataFolder? Find(string folder, DataSet set, out string? remark)
    {
        remark = null;
        if (!Directory.Exists(folder)) return null;
        var found = Present(folder, set);
        if (found.Count == set.Files.Length) return new DataFolder(folder, found);
        if (found.Count > 0) remark = $"lacks {Missing(folder, set)[0]}"; // of an unrelated folder there is nothing to complain of
        return null;
    }

    /// <summary>The files of a set that a folder lacks, in their order.</summary>
    internal static IReadOnlyList<string> Missing(string folder, DataSet set)
    {
        var found = Present(folder, set);
        return [.. set.Files.Where(name => !found.ContainsKey(name))];
    }

    static ImmutableDictionary<string, string> Present(string folder, DataSet set)
    {
        var present = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
            present.TryAdd(Alike(System.IO.Path.GetFileName(path)), path);
        var found = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var name in set.Files)
        {
            if (present.TryGetValue(Alike(name), out var path) || present.TryGetValue(Alike(name + ".gz"), out path)
                || present.TryGetValue(Alike(name + ".bz2"), out path))
            {
                found[name] = path;
            }
            else if (name.Contains('/', StringComparison.Ordinal) && Below(folder, name) is { } place)
                found[name] = place;
        }
        return found.ToImmutable();
    }

    /// <summary>Files that a pattern of <see cref="DataSet.Files"/> matches, in the order of their names.</summary>
    public IReadOnlyList<string> Matching(string pattern) =>
        [.. Directory.EnumerateFiles(Files[pattern], System.IO.Path.GetFileName(pattern), Anything).Order(StringComparer.Ordinal)];

    static EnumerationOptions Anything { get; } = new() { MatchCasing = MatchCasing.CaseInsensitive, AttributesToSkip = 0 };

    /// <summary>Path of a name with folders: a file, a folder (a name that ends with '/'), or the folder of a pattern with '*' that has a
    /// match; null if it does not exist.</summary>
    static string? Below(string folder, string name)
    {
        var parts = name.Split('/');
        foreach (var part in parts[..^1])
        {
            if (Directory.EnumerateDirectories(folder, part, Anything).Order(StringComparer.Ordinal).FirstOrDefault() is not { } child)
                return null;
            folder = child;
        }
        if (parts[^1].Length == 0) return folder;
        var file = Directory.EnumerateFiles(folder, parts[^1], Anything).Order(StringComparer.Ordinal).FirstOrDefault();
        return file is null || !parts[^1].Contains('*', StringComparison.Ordinal) ? file : folder;
    }

    /// <summary>Some copies are called train-images.idx3-ubyte instead of train-images-idx3-ubyte.</summary>
    static string Alike(string name) => name.Replace(".idx", "-idx", StringComparison.OrdinalIgnoreCase);
}
