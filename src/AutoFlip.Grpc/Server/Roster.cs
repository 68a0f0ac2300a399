using System.Collections.Immutable;
using System.Text.Json;

namespace AutoFlip.Grpc;

/// <summary>A seat of a run.</summary>
/// <param name="Seat">The client's number.</param>
/// <param name="Name">Who has it.</param>
/// <param name="TrainSamples">Training samples that the client has declared.</param>
/// <param name="HeldOutSamples">Held-out samples that it has declared.</param>
sealed record RosterEntry(int Seat, string Name, int TrainSamples, int HeldOutSamples);

/// <summary>The seats of a run and who has them: <c>network/roster.jsonl</c>. A seat belongs to the name that first joined for it, and
/// its counts are fixed for the run.</summary>
sealed class Roster
{
    /// <summary>The file's name.</summary>
    public const string FileName = "roster.jsonl";

    readonly IServerFiles _files;
    readonly SortedDictionary<int, RosterEntry> _seats = [];

    /// <summary>Reads the roster of a run that goes on.</summary>
    /// <exception cref="AutoFlipException">It is damaged (exit 3).</exception>
    public Roster(IServerFiles files)
    {
        _files = files;
        foreach (var line in files.Lines(FileName))
        {
            try
            {
                var entry = JsonSerializer.Deserialize<RosterEntry>(line, RunJson.Line)!;
                _seats[entry.Seat] = entry;
            }
            catch (JsonException e)
            {
                throw AutoFlipException.BadFile(FileName, "a line of it is damaged: who has a seat is not known. Start a new run", e);
            }
        }
    }

    /// <summary>The entry of a seat; null if nobody has it yet.</summary>
    public RosterEntry? this[int seat] => _seats.GetValueOrDefault(seat);

    /// <summary>The seats that nobody has, ascending.</summary>
    public IEnumerable<int> Free(int seats) => Enumerable.Range(0, seats).Where(seat => !_seats.ContainsKey(seat));

    /// <summary>The seats of a name, ascending.</summary>
    public ImmutableArray<int> Of(string name) => [.. _seats.Values.Where(entry => entry.Name == name).Select(entry => entry.Seat)];

    /// <summary>Gives seats to a name, but for those that it has already. Ask <see cref="Conflict"/> first. Cost: one flush of the disk for
    /// all of them.</summary>
    public void Take(params IReadOnlyList<RosterEntry> entries)
    {
        RosterEntry[] taken = [.. entries.Where(entry => this[entry.Seat] is null)];
        if (taken is []) return;
        _files.AppendLine(FileName, string.Join('\n', taken.Select(entry => JsonSerializer.Serialize(entry, RunJson.Line))));
        foreach (var entry in taken) _seats[entry.Seat] = entry;
    }

    /// <summary>A sentence if a seat is another's, or other counts were declared before; null if it can be given.</summary>
    public string? Conflict(RosterEntry entry)
    {
        if (this[entry.Seat] is not { } before) return null;
        return before.Name != entry.Name ? $"seat {entry.Seat} belongs to another client. Choose another seat, or none for a free one."
            : before != entry
                ? $"seat {entry.Seat} has declared {before.TrainSamples} training and {before.HeldOutSamples} held-out samples "
                    + $"in this run, and now {entry.TrainSamples} and {entry.HeldOutSamples}. Restore its data, or start a new run."
            : null;
    }
}
