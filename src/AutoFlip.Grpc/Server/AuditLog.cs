using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoFlip.Grpc;

/// <summary>Events of a run over a network: <c>network/audit.jsonl</c>. Each line carries the SHA-256 of the line before, so that a
/// line that was changed, removed or put in between is detected by the one behind it.</summary>
/// <remarks>Not detected: changed or removed lines at the end, and a log whose hashes were computed anew. It holds names, seats and sizes,
/// and no addresses, keys or figures of clients. Not safe for several threads.</remarks>
sealed class AuditLog
{
    /// <summary>The file's name.</summary>
    public const string FileName = "audit.jsonl";

    const string PreviousField = "previous";

    readonly IServerFiles _files;
    readonly TimeProvider _time;
    string _last;

    /// <summary>Goes on behind the last line.</summary>
    public AuditLog(IServerFiles files, TimeProvider time)
    {
        (_files, _time) = (files, time);
        _last = files.Lines(FileName) is [.., var last] ? HashOf(last) : "";
    }

    /// <summary>Adds an event.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="fields">What belongs to it.</param>
    public void Add(string name, params ReadOnlySpan<(string Name, JsonNode? Value)> fields)
    {
        var line = new JsonObject { ["time"] = _time.GetUtcNow().ToString("O"), ["event"] = name };
        foreach (var (field, value) in fields) line[field] = value;
        line[PreviousField] = _last;
        var text = line.ToJsonString();
        _files.AppendLine(FileName, text, flush: false);
        _last = HashOf(text);
    }

    /// <summary>Number of the first line that does not follow from the one before, from 1; null if all do.</summary>
    public static int? FirstBroken(IReadOnlyList<string> lines)
    {
        var before = "";
        foreach (var (i, line) in lines.Index())
        {
            try
            {
                if ((string?)JsonNode.Parse(line)?[PreviousField] != before) return i + 1;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                return i + 1;
            }
            before = HashOf(line);
        }
        return null;
    }

    static string HashOf(string line) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(line)));
}
