using System.Buffers;
using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace AutoFlip;

/// <summary>Fetches a data set's files. Each appears in its folder whole and checked, or not at all.</summary>
static class Download
{
    /// <summary>Fetches what the folder lacks.</summary>
    /// <param name="set">The set.</param>
    /// <param name="folder">Where to; made if need be.</param>
    /// <param name="where">The HTTP client, and the stall timeout.</param>
    /// <param name="observer">Receives progress.</param>
    /// <param name="cancellation">Stops at the next block.</param>
    /// <exception cref="AutoFlipException">A file cannot be fetched, or is not what it should be (exit 3).</exception>
    public static void Get(DataSet set, string folder, DataLocations where, ILoadObserver observer, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var download in set.Downloads)
            {
                ImmutableArray<string> wanted = download.Members.IsEmpty ? [download.Name] : download.Members;
                if (wanted.All(name => Path.Exists(Path.Combine(folder, name)))) continue;
                InTemporary(folder, download.Name, temporary =>
                {
                    FetchAsync(download, temporary, where, Progress, cancellation).GetAwaiter().GetResult();
                    if (download.Members.IsEmpty) File.Move(temporary, Path.Combine(folder, download.Name), overwrite: true);
                    else Unpack(download, temporary, folder, observer, cancellation);
                });

                void Progress(double fraction) => observer.Loading($"downloading {download.Name} for {set.Name}", fraction);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw AutoFlipException.BadData($"the download into '{folder}' failed: {e.Message}", e);
        }
    }

    static async Task FetchAsync(
        DataDownload download, string path, DataLocations where, Action<double> progress, CancellationToken cancellation)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        long done = 0;
        try
        {
            stall.CancelAfter(where.StallTimeout);
            using var response = await where.Http.GetAsync(download.Address, HttpCompletionOption.ResponseHeadersRead, stall.Token)
                .ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw Failed(download, $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}");
            using var body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            while (true)
            {
                stall.CancelAfter(where.StallTimeout);
                var count = await body.ReadAsync(buffer, stall.Token).ConfigureAwait(false);
                if (count == 0) break;
                done += count;
                if (done > download.Bytes) throw Failed(download, $"it is longer than {download.Bytes} bytes");
                hash.AppendData(buffer, 0, count);
                file.Write(buffer, 0, count);
                progress((double)done / download.Bytes);
            }
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException)
        {
            throw Failed(download, e.Message, e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw Failed(download, "the server stopped answering", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        if (done != download.Bytes) throw Failed(download, $"it ended after {done} of {download.Bytes} bytes");
        var sha256 = Convert.ToHexStringLower(hash.GetHashAndReset());
        if (sha256 != download.Sha256) throw Failed(download, $"its SHA-256 is {sha256} instead of {download.Sha256}");
    }

    static void Unpack(DataDownload download, string archive, string folder, ILoadObserver observer, CancellationToken cancellation)
    {
        var left = download.Members.ToHashSet(StringComparer.Ordinal);
        var folders = download.Members.Where(IsFolder).ToList();
        InTemporary(folder, download.Name + ".content", unpacked =>
        {
            foreach (var (name, content, share) in Entries(archive))
            {
                cancellation.ThrowIfCancellationRequested();
                var parts = name.Replace('\\', '/').Split('/');
                if (left.Remove(parts[^1])) // taken by name only: no path inside an archive decides where a file goes
                {
                    InTemporary(folder, parts[^1], temporary =>
                    {
                        Copy(content, temporary);
                        File.Move(temporary, Path.Combine(folder, parts[^1]), overwrite: true);
                    });
                }
                else if (folders.Find(member => Array.IndexOf(parts, member[..^1], 0, parts.Length - 1) >= 0) is { } member)
                {
                    var inside = parts[(Array.IndexOf(parts, member[..^1]) + 1)..];
                    if (inside.Any(part => part is "" or "." or ".." || part.AsSpan().ContainsAny(Path.GetInvalidFileNameChars())))
                        continue;
                    var path = Path.Combine([unpacked, member[..^1], .. inside]);
                    Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                    Copy(content, path);
                }
                else
                {
                    continue;
                }
                observer.Loading($"unpacking {download.Name}", share);
            }
            foreach (var member in folders)
            {
                var (from, to) = (Path.Combine(unpacked, member[..^1]), Path.Combine(folder, member[..^1]));
                if (!Directory.Exists(from)) continue;
                left.Remove(member);
                if (!Directory.Exists(to)) Directory.Move(from, to);
            }
        });
        if (left.Count > 0) throw Failed(download, $"the archive lacks {string.Join(", ", left.Order(StringComparer.Ordinal))}");

        static void Copy(Stream content, string path)
        {
            using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
            content.CopyTo(file);
        }
    }

    static bool IsFolder(string member) => member.EndsWith('/');

    /// <summary>Regular files of a .zip, .tar or .tar.gz, detected by content, each with the share of the archive read so far.</summary>
    static IEnumerable<(string Name, Stream Content, double Share)> Entries(string archive)
    {
        using var file = OwnFile.OpenRead(archive);
        var magic = (First: file.ReadByte(), Second: file.ReadByte());
        file.Position = 0;
        if (magic is ('P', 'K'))
        {
            using var zip = new ZipArchive(file);
            foreach (var (place, entry) in zip.Entries.Index().Where(entry => entry.Item.Name.Length > 0))
            {
                using var content = entry.Open();
                yield return (entry.FullName, content, (double)place / zip.Entries.Count);
            }
            yield break;
        }
        using var tar = new TarReader(magic is (0x1F, 0x8B) ? new GZipStream(file, CompressionMode.Decompress) : file);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is { } content) yield return (entry.Name, content, (double)file.Position / file.Length);
        }
    }

    /// <summary>Gives a name in the folder for something unfinished, and makes sure that nothing stays there.</summary>
    static void InTemporary(string folder, string name, Action<string> work)
    {
        var temporary = Path.Combine(folder, $".{name}.{Path.GetRandomFileName()}.part");
        try
        {
            work(temporary);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
            File.Delete(temporary); // does nothing once it was moved away
        }
    }

    static AutoFlipException Failed(DataDownload download, string why, Exception? inner = null) =>
        AutoFlipException.BadData($"{download.Address} could not be downloaded, {why}", inner);
}
