using System.Collections.Immutable;
using System.Globalization;

namespace AutoFlip.Grpc;

/// <summary>State machine of a task that a cohort has been asked: which replies are stored, and when it is closed.</summary>
/// <remarks>
/// Pure: time is a parameter, files and sockets are elsewhere. Each state has a timer that leads out of it: the deadline, and for absent
/// clients the grace or the time after which they are lost. Only without a deadline, which must be asked for, an attached client may
/// work as long as it likes.
/// </remarks>
sealed class OpenTask
{
    readonly RoundRules _rules;
    readonly int _clients;
    readonly SortedDictionary<int, SeatState> _seats;
    TimeSpan? _deadline;
    int _attempts = 1;

    /// <summary>Opens a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="rules">When it ends.</param>
    /// <param name="clients">Clients of the federation.</param>
    /// <param name="now">The time.</param>
    /// <param name="closed">How it was closed before the server was interrupted; null if it was not.</param>
    public OpenTask(CohortTask task, RoundRules rules, int clients, TimeSpan now, CloseRecord? closed = null)
    {
        (Task, _rules, _clients, Closed) = (task, rules, clients, closed);
        _seats = new(task.Cohort.ToDictionary(seat => seat, seat => new SeatState(seat)));
        _deadline = now + rules.Timeout;
    }

    /// <summary>The task.</summary>
    public CohortTask Task { get; }

    /// <summary>The record of its close; null while it is open, or if all replies are stored.</summary>
    public CloseRecord? Closed { get; private set; }

    /// <summary>Its seats, ascending.</summary>
    public IReadOnlyCollection<SeatState> Seats => _seats.Values;

    /// <summary>Replies that are stored.</summary>
    public int Stored => _seats.Values.Count(seat => seat.Stage == SeatStage.Stored);

    /// <summary>Replies that are stored and have a result. The server may still refuse its values.</summary>
    public int Usable => _seats.Values.Count(seat => seat is { Stage: SeatStage.Stored, HasResult: true });

    /// <summary>Replies that must be stored before it can be closed without the others.</summary>
    public int Quorum => _rules.Quorum(_clients, Task);

    /// <summary>True once it can be closed because more clients were asked than are needed. Replies without a result are not among these:
    /// a client that fails at once would displace one that is at work.</summary>
    public bool HasEnough => !IsEnded && Usable >= Task.Enough && CanGoOn;

    /// <summary>True if the stored replies are as many as the rules ask for, and of a training as many results as the algorithm
    /// needs.</summary>
    bool CanGoOn => Stored >= Quorum && AreEnough(Usable);

    /// <summary>Tests whether the algorithm can go on with so many results. Only a training needs any.</summary>
    bool AreEnough(int results) => Task.Work != ClientWork.Train || results >= Task.Fewest;

    /// <summary>Replies that are stored and needed, as a clause; results, where there are enough replies.</summary>
    /// <param name="when">In which state, as a clause.</param>
    public string Shortage(string when) => Stored < Quorum
        ? $"{Stored} of {_seats.Count} clients have answered {when}, and {Quorum} must"
        : $"{Usable} of {Stored} replies have a result {when}, and the algorithm needs {Task.Fewest}";

    /// <summary>True once no reply counts any more that is not stored.</summary>
    public bool IsEnded => Closed is not null || _seats.Values.All(seat => seat.Stage == SeatStage.Stored);

    /// <summary>Time left; null without a deadline.</summary>
    public TimeSpan? Left(TimeSpan now) => _deadline is { } at ? TimeSpan.FromTicks(Math.Max(0, (at - now).Ticks)) : null;

    /// <summary>A seat that still can be answered for; null for another one.</summary>
    public SeatState? Open(int seat) =>
        Closed is null && _seats.TryGetValue(seat, out var state) && !state.IsFinal ? state : null;

    /// <summary>The seat's state; null if it is not of the cohort.</summary>
    public SeatState? Find(int seat) => _seats.GetValueOrDefault(seat);

    /// <summary>Notes that a seat has come as far as <paramref name="stage"/>. A client that starts again may go back.</summary>
    public void Advance(int seat, SeatStage stage)
    {
        if (Open(seat) is { } state) state.Stage = stage;
    }

    /// <summary>Notes that the reply of a seat is stored. False if it does not count: the task is closed.</summary>
    /// <param name="seat">The seat.</param>
    /// <param name="hasResult">False if the client could not compute one.</param>
    public bool Store(int seat, bool hasResult = true)
    {
        if (Find(seat) is not { } state || Closed is not null) return false;
        (state.Stage, state.Refusal, state.HasResult) = (SeatStage.Stored, null, hasResult);
        return true;
    }

    /// <summary>Notes that the reply of a seat was refused.</summary>
    public void Refuse(int seat, string reason)
    {
        if (Open(seat) is { } state) (state.Stage, state.Refusal) = (SeatStage.Refused, reason);
    }

    /// <summary>Closes the task. Call it once the record is on disk.</summary>
    public void Close(CloseRecord record) => Closed ??= record;

    /// <summary>Record to close the task with; null if it stays open. Extends the deadline of a round that too few clients
    /// answered.</summary>
    /// <param name="now">The time.</param>
    /// <param name="presence">Where the client of a seat is.</param>
    /// <param name="atOnce">True if an operator asks for it: then the deadline counts as reached.</param>
    /// <exception cref="AutoFlipException">Too few clients have answered at the last deadline, or can answer (exit 4).</exception>
    public CloseRecord? Proposal(TimeSpan now, Func<int, Presence> presence, bool atOnce = false)
    {
        if (IsEnded) return null;
        SeatState[] missing = [.. _seats.Values.Where(seat => seat.Stage != SeatStage.Stored)];
        var open = missing.Count(seat => seat.Stage != SeatStage.Refused);
        if ((Stored + open < Quorum || !AreEnough(Usable + open)) && !atOnce)
            throw TooFew(missing, presence, "and too many replies were refused");
        var isGone = missing.All(seat => seat.IsFinal || IsGone(presence(seat.Seat), now));
        var isOver = atOnce || now >= _deadline;
        var hasEnough = HasEnough;
        if (CanGoOn && (isGone || isOver || hasEnough))
        {
            return new(
                WireName(Task.Id), Task.Round, Task.Work,
                missing.ToImmutableSortedDictionary(seat => seat.Seat, seat => ReasonOf(seat, presence(seat.Seat), hasEnough)));
        }
        if (!isOver || atOnce) return null;
        if (_attempts >= _rules.Attempts)
            throw TooFew(missing, presence, string.Create(
                CultureInfo.InvariantCulture, $"after {_attempts} x {_rules.Timeout!.Value.TotalSeconds:0.#} s"));
        _attempts++;
        _deadline = now + _rules.Timeout;
        return null;
    }

    /// <summary>A task's id in hex.</summary>
    public static string WireName(UInt128 id) => id.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>Tests whether nobody waits for a client any more before the deadline.</summary>
    bool IsGone(Presence presence, TimeSpan now)
    {
        if (presence.IsExcluded) return true;
        if (presence.IsAttached) return false;
        var absent = now - presence.Since;
        return presence.HasJoined ? _deadline is null && absent >= _rules.LostAfter : absent >= _rules.Grace;
    }

    static string ReasonOf(SeatState seat, Presence presence, bool hasEnough) =>
        seat.Refusal is { } refused ? $"refused: {refused}"
        : presence.IsExcluded ? "excluded: the server serves its client no more."
        : hasEnough ? "surplus: enough other clients had replied."
        : !presence.HasJoined ? "lost: no client has joined for it."
        : !presence.IsAttached ? "lost: its client could not be reached at the deadline."
        : $"late: its client was {StageName(seat.Stage)} at the deadline.";

    AutoFlipException TooFew(SeatState[] missing, Func<int, Presence> presence, string when)
    {
        const int Named = 10;
        var names = missing.Take(Named).Select(seat => $"{seat.Seat} ({Whereabouts(seat, presence(seat.Seat))})");
        var more = missing.Length > Named ? $" and {missing.Length - Named} more" : "";
        return AutoFlipException.RunFailed($"Round {Task.Round}: {Shortage(when)}. Missing: {string.Join(", ", names)}{more}.");
    }

    static string Whereabouts(SeatState seat, Presence presence) =>
        seat.Stage == SeatStage.Refused ? "refused"
        : presence.IsExcluded ? "excluded"
        : !presence.HasJoined ? "never joined"
        : !presence.IsAttached ? "not connected"
        : StageName(seat.Stage);

    /// <summary>A stage in words.</summary>
    public static string StageName(SeatStage stage) => stage switch
    {
        SeatStage.Offered => "about to fetch",
        SeatStage.Fetching => "fetching",
        SeatStage.Working => "at work",
        SeatStage.Uploading => "uploading",
        SeatStage.Stored => "done",
        _ => "refused",
    };
}
