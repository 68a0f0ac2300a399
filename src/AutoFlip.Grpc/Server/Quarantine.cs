using System.Text.Json;

namespace AutoFlip.Grpc;

/// <summary>Names that a run excludes: <c>network/quarantine.jsonl</c>. A restart of the server does not lift it. Not safe for several
/// threads.</summary>
sealed class Quarantine
{
    /// <summary>The file's name.</summary>
    public const string FileName = "quarantine.jsonl";

    readonly IServerFiles _files;
    readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Reads the names of a run that goes on.</summary>
    /// <exception cref="AutoFlipException">The file is damaged (exit 3).</exception>
    public Quarantine(IServerFiles files)
    {
        _files = files;
        try
        {
            foreach (var line in files.Lines(FileName)) Apply(JsonSerializer.Deserialize<Entry>(line, RunJson.Line)!);
        }
        catch (JsonException e)
        {
            throw AutoFlipException.BadFile(FileName, "a line of it is damaged: who is excluded is not known", e);
        }
    }

    /// <summary>Tests whether a name is excluded.</summary>
    public bool Has(string name) => _names.Contains(name);

    /// <summary>Excludes a name, or admits it again.</summary>
    /// <returns>False if it was so already.</returns>
    public bool Set(string name, bool isExcluded)
    {
        var entry = new Entry(name, isExcluded);
        if (Has(name) == isExcluded) return false;
        _files.AppendLine(FileName, JsonSerializer.Serialize(entry, RunJson.Line));
        Apply(entry);
        return true;
    }

    void Apply(Entry entry)
    {
        if (entry.IsExcluded) _names.Add(entry.Name);
        else _names.Remove(entry.Name);
    }

    sealed record Entry(string Name, bool IsExcluded);
}
