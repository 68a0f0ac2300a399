using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace AutoFlip.Grpc;

/// <summary>Replies to tasks as files. The inbox is the server's journal: folding is a function of a round's start and of the replies
/// here, so a server that is killed asks nobody to train again.</summary>
/// <param name="files">The network folder of the run.</param>
/// <remarks>A reply is kept until its round is committed. Not safe for several threads.</remarks>
sealed class Inbox(IServerFiles files)
{
    const string Root = "inbox";

    readonly List<CloseRecord> _closed = [.. Records(files)];

    /// <summary>The records of the tasks that were closed so far, in order.</summary>
    public IReadOnlyList<CloseRecord> Closed => _closed;

    /// <summary>Opens the folder of a task, and deletes those of rounds that are committed.</summary>
    public TaskInbox Open(CohortTask task)
    {
        foreach (var folder in files.Folders(Root))
            if (RoundOf(folder) is not { } round || round < task.Round) files.DeleteFolder($"{Root}/{folder}");
        var name = string.Create(CultureInfo.InvariantCulture, $"{task.Round:000000}-{task.Work.ToString().ToLowerInvariant()}");
        return new(files, $"{Root}/{name}", task);
    }

    /// <summary>Deletes all replies: the run is done.</summary>
    public void Clear() => files.DeleteFolder(Root);

    /// <summary>The record of a task that was closed; null if it was not.</summary>
    public CloseRecord? ClosedAs(CohortTask task) => _closed.Find(record => record.Task == OpenTask.WireName(task.Id));

    /// <summary>Writes the record of a task that is being closed; it is on the disk when this returns.</summary>
    public void Close(CloseRecord record)
    {
        files.AppendLine(CloseRecord.FileName, JsonSerializer.Serialize(record, RunJson.Line));
        _closed.Add(record);
    }

    /// <summary>All records of a run, in order.</summary>
    public static ImmutableArray<CloseRecord> Records(IServerFiles files)
    {
        try
        {
            return [.. files.Lines(CloseRecord.FileName).Select(line => JsonSerializer.Deserialize<CloseRecord>(line, RunJson.Line)!)];
        }
        catch (JsonException e)
        {
            throw AutoFlipException.BadFile(CloseRecord.FileName, "a line of it is damaged: which clients counted is not known", e);
        }
    }

    static int? RoundOf(string folder) =>
        int.TryParse(folder.Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var round) ? round : null;
}
