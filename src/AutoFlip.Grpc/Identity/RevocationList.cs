using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace AutoFlip.Grpc;

/// <summary>Serial numbers of revoked certificates: a text file, read again whenever it changes.</summary>
/// <remarks>
/// A line is a serial number in hexadecimal digits and, behind a space, any remark. Empty lines and lines that begin with # are skipped.
/// While the file is missing or damaged every question throws, so that nobody is served unchecked. Safe for several threads.
/// </remarks>
public sealed class RevocationList
{
    const string Header = """
        # Serial numbers of revoked certificates, one a line, each with its name and the time.
        # 'autoflip pki revoke NAME' adds lines; a server reads the file again when it changes.

        """;

    const int MostDigits = 40; // RFC 5280, 4.1.2.2: 20 bytes
    const int MostBytes = 64 << 20; // a million lines

    readonly string _path;
    readonly Lock _gate = new();
    volatile FrozenSet<string> _serials = FrozenSet<string>.Empty;
    (long Length, DateTime Written) _stamp = (-1, default);
    int _version;

    /// <summary>Reads a list.</summary>
    /// <exception cref="AutoFlipException">The file is missing or damaged (exit 3).</exception>
    public RevocationList(string path)
    {
        _path = path;
        Refresh();
    }

    /// <summary>Number of times that the content was read; grows when the file changes.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>Tests whether a certificate is revoked, by the file as it is now. Cost: one look at the file's length and time.</summary>
    /// <param name="serial">Serial number in hexadecimal digits.</param>
    /// <exception cref="AutoFlipException">The file is missing or damaged (exit 3).</exception>
    public bool IsRevoked(string serial)
    {
        Refresh();
        return Contains(serial);
    }

    /// <summary>Tests whether a certificate is revoked, by the file as it was last read.</summary>
    internal bool Contains(string serial) => _serials.Contains(Normal(serial));

    /// <summary>Reads the file again if its length or time has changed.</summary>
    /// <returns>True if it was read.</returns>
    /// <exception cref="AutoFlipException">The file is missing or damaged (exit 3).</exception>
    public bool Refresh()
    {
        lock (_gate)
        {
            var file = new FileInfo(_path);
            var stamp = file.Exists ? (file.Length, file.LastWriteTimeUtc) : throw AutoFlipException.BadData(
                $"'{_path}' does not exist. A server needs the list of revoked certificates: copy it from the authority's folder.");
            if (stamp == _stamp) return false;
            _serials = Parse(SecretFile.Read(_path, MostBytes), _path).ToFrozenSet(StringComparer.Ordinal);
            (_stamp, _version) = (stamp, _version + 1);
            return true;
        }
    }

    /// <summary>Writes an empty list.</summary>
    internal static void Create(string path) => AtomicFile.Write(path, Header);

    /// <summary>Adds serial numbers to a file, under the folder's lock.</summary>
    internal static void Add(string path, IEnumerable<string> serials, string name, DateTimeOffset now)
    {
        var text = new StringBuilder(SecretFile.Read(path, MostBytes).TrimEnd('\n')).Append('\n');
        foreach (var serial in serials)
            text.Append(CultureInfo.InvariantCulture, $"{Normal(serial)} {name} {now.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}\n");
        AtomicFile.Write(path, text.ToString());
    }

    static IEnumerable<string> Parse(string text, string path)
    {
        foreach (var (index, line) in text.Split('\n').Index())
        {
            var content = line.Trim();
            if (content.Length == 0 || content[0] == '#') continue;
            var serial = content.Split([' ', '\t'])[0];
            if (serial.Length > MostDigits || !serial.All(char.IsAsciiHexDigit))
                throw AutoFlipException.BadFile(path, $"line {index + 1} does not begin with a serial number of hexadecimal digits");
            yield return Normal(serial);
        }
    }

    static string Normal(string serial) => serial.TrimStart('0').ToUpperInvariant();
}
