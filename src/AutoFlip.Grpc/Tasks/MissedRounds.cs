namespace AutoFlip.Grpc;

/// <summary>Rounds in which a seat was asked to train and its reply did not count. Its client may have trained all the same, and must not
/// build on what it kept then: the server has not seen that update.</summary>
sealed class MissedRounds
{
    readonly Dictionary<int, SortedSet<int>> _rounds = [];

    /// <summary>Those of the tasks that were closed so far.</summary>
    public MissedRounds(IEnumerable<CloseRecord> closed)
    {
        foreach (var record in closed) Add(record);
    }

    /// <summary>Adds those of a task that is closed.</summary>
    public void Add(CloseRecord record)
    {
        if (record.Work != ClientWork.Train) return; // nothing is kept of other work
        foreach (var seat in record.Missing.Keys)
        {
            if (!_rounds.TryGetValue(seat, out var rounds)) _rounds[seat] = rounds = [];
            rounds.Add(record.Round);
        }
    }

    /// <summary>Those of a seat up to a round, ascending. The round itself counts for its evaluation: a training of it that is closed asks
    /// nobody again.</summary>
    public IEnumerable<uint> Of(int seat, int upTo) =>
        _rounds.TryGetValue(seat, out var rounds) ? rounds.Where(round => round <= upTo).Select(round => (uint)round) : [];
}
