using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;

namespace AutoFlip.Grpc;

/// <summary>One attached process of a client's name.</summary>
/// <param name="id">Its id.</param>
/// <param name="name">The name.</param>
/// <param name="process">The number that the process has drawn; 0 if it has not.</param>
/// <param name="seats">The seats that it answers for.</param>
/// <param name="peer">Its certificate; null without one.</param>
/// <param name="now">When it began.</param>
sealed class Session(ulong id, string name, ulong process, ImmutableArray<int> seats, Peer? peer, TimeSpan now)
{
    /// <summary>Its id.</summary>
    public ulong Id => id;

    /// <summary>The name.</summary>
    public string Name => name;

    /// <summary>Tests whether it is of the process that has drawn a number.</summary>
    public bool IsOf(ulong drawn) => drawn != 0 && drawn == process;

    /// <summary>The seats that it answers for.</summary>
    public ImmutableArray<int> Seats => seats;

    /// <summary>Its certificate; null without one.</summary>
    public Peer? Peer => peer;

    /// <summary>The time of its last call.</summary>
    public TimeSpan Heard { get; set; } = now;

    /// <summary>Its open state streams.</summary>
    public int Watchers { get; set; }

    /// <summary>True once its client has been told that the run has ended.</summary>
    public bool IsTold { get; set; }

    /// <summary>The reason of its end; null while it goes on.</summary>
    public string? Ended { get; set; }
}

/// <summary>The sessions of a server. The newest one of a name ends the others. Not safe for several threads.</summary>
sealed class Sessions
{
    const int MostEnded = 1000, MostSwaps = 3;
    static readonly TimeSpan SwapWindow = TimeSpan.FromMinutes(10);

    readonly Dictionary<ulong, Session> _sessions = [];
    readonly Dictionary<int, Session> _ofSeat = [];
    readonly Queue<Session> _ended = [];
    readonly Dictionary<string, List<TimeSpan>> _swaps = new(StringComparer.Ordinal);

    /// <summary>All that go on.</summary>
    public IEnumerable<Session> Open => _sessions.Values.Where(session => session.Ended is null);

    /// <summary>Begins a session. It is a change of process if it ends an attached one of another process: one that joins again before the
    /// server has noticed that its connection is dead is no other.</summary>
    /// <param name="name">The client's name.</param>
    /// <param name="process">The number that its process has drawn; 0 if it has not.</param>
    /// <param name="seats">Its seats.</param>
    /// <param name="peer">Its certificate; null without one.</param>
    /// <param name="now">The time.</param>
    /// <returns>The session, and the attached ones of the name that it has ended.</returns>
    public (Session Session, ImmutableArray<Session> Ended) Begin(
        string name, ulong process, ImmutableArray<int> seats, Peer? peer, TimeSpan now)
    {
        Session[] earlier = [.. Open.Where(session => session.Name == name)];
        var attached = earlier.Where(session => session.Watchers > 0).ToImmutableArray(); // others are what a restart left behind
        foreach (var session in earlier) End(session, session.IsOf(process) ? EndReasons.JoinedAgain : EndReasons.Superseded);
        if (attached.Any(session => !session.IsOf(process))) Swaps(name).Add(now);
        var id = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        var begun = new Session(id, name, process, seats, peer, now);
        _sessions.Add(id, begun);
        foreach (var seat in seats) _ofSeat[seat] = begun;
        return (begun, attached);
    }

    /// <summary>Tests whether two processes contend for a name: more than three changes in ten minutes.</summary>
    public bool IsContended(string name, TimeSpan now)
    {
        var swaps = Swaps(name);
        swaps.RemoveAll(at => now - at > SwapWindow);
        return swaps.Count > MostSwaps;
    }

    /// <summary>Forgets the changes of a name: an operator has admitted it again.</summary>
    public void ForgetSwaps(string name) => _swaps.Remove(name);

    /// <summary>The last session that answered for a seat, ended or not; null if there was none.</summary>
    public Session? OfSeat(int seat) => _ofSeat.GetValueOrDefault(seat);

    /// <summary>A session, ended or not; null if it is not known.</summary>
    public Session? Find(ulong id) => _sessions.GetValueOrDefault(id);

    /// <summary>Ends a session. Its id is remembered, so that its process is given the reason.</summary>
    public void End(Session session, string reason)
    {
        if (session.Ended is not null) return;
        session.Ended = reason;
        _ended.Enqueue(session);
        if (_ended.Count > MostEnded) _sessions.Remove(_ended.Dequeue().Id);
    }

    List<TimeSpan> Swaps(string name) => _swaps.TryGetValue(name, out var swaps) ? swaps : _swaps[name] = [];
}
