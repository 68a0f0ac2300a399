using System.Buffers.Binary;
using System.Collections.Immutable;
using AutoFlip.Grpc.V1;
using Google.Protobuf;
using Grpc.Core;

namespace AutoFlip.Grpc;

/// <summary>The clients' end.</summary>
partial class Coordinator
{
    const int IdLength = 16, MostWatchers = 4;

    readonly Dictionary<string, int> _refusals = new(StringComparer.Ordinal);
    readonly Dictionary<string, int> _proposed = new(StringComparer.Ordinal);
    readonly HashSet<string> _revoked = new(StringComparer.Ordinal);
    readonly Quarantine _quarantine;
    readonly JoinLimit _joins = new(burst: 30, TimeSpan.FromSeconds(10)); // six a minute; why: decision 57
    string? _processor;

    /// <summary>The run, for a client that is about to load data.</summary>
    public Description Describe(Caller caller, string version, RunFacts facts)
    {
        var name = caller.Name;
        Require(name, version);
        lock (_lock)
        {
            return new Description
            {
                Run = Bytes(_run.Run),
                Version = ExperimentFile.ProgramVersion,
                Experiment = facts.Experiment,
                Contract = facts.Contract,
                ContractSha256 = ByteString.CopyFrom(facts.ContractSha256),
                Seats = (uint)Clients,
                MinSamples = (uint)_options.MinSamples,
                ProposedSeat = (uint)(ProposalTo(caller) + 1),
            };
        }
    }

    /// <summary>A seat for a client that asks for none; -1 if all are taken. Clients that start at the same time are proposed different
    /// ones, as long as there are enough.</summary>
    int ProposalTo(Caller caller)
    {
        if (caller.Seat is { } bound) return bound;
        if (_roster.Of(caller.Name) is [var own, ..]) return own;
        _proposed.Remove(caller.Name);
        if (_proposed.Count >= Clients) _proposed.Clear(); // names without certificates may be any number
        int[] free = [.. _roster.Free(Clients)];
        var seat = free.Except(_proposed.Values).Concat(free).DefaultIfEmpty(-1).First();
        return _proposed[caller.Name] = seat;
    }

    /// <summary>Begins a session.</summary>
    /// <param name="caller">The client, as its certificate has it.</param>
    /// <param name="request">The request.</param>
    /// <param name="contractSha256">Hash of the run's contract.</param>
    public Joined Join(Caller caller, JoinRequest request, ReadOnlySpan<byte> contractSha256)
    {
        var name = caller.Name;
        Require(name, request.Version);
        if (!request.Run.Span.SequenceEqual(Bytes(_run.Run).Span)) throw Refused("the client has joined another run. Start it again.");
        if (!request.ContractSha256.Span.SequenceEqual(contractSha256))
            throw Refused("the client's data contract differs from the run's. Start it with the contract of this run.");
        if (request.Seats.Count is 0 or > SeatLimit.PerProcess)
            throw Refused($"a client joins for at least one seat, and for {SeatLimit.PerProcess} at most. Start several clients.");
        lock (_lock)
        {
            if (_ended is not null)
            {
                foreach (var earlier in _sessions.Open.Where(open => open.Name == name)) earlier.IsTold = true;
                throw Gone(EndReasons.OfRun(_ended));
            }
            foreach (var seat in request.Seats)
            {
                if (caller.Seat is { } bound && seat.Number != bound)
                    throw Refused($"the client's certificate is for seat {bound}, and it joins for seat {seat.Number}.");
                if (seat.Number >= Clients) throw Refused($"seat {seat.Number} is not one of 0 to {Clients - 1}.");
                if (seat.TrainSamples < _options.MinSamples)
                    throw Refused(
                        $"seat {seat.Number} has {seat.TrainSamples} training samples, and the server accepts no fewer than "
                        + $"{_options.MinSamples}.");
            }
            var numbers = request.Seats.Select(seat => (int)seat.Number).Distinct().ToImmutableArray();
            if (numbers.Length != request.Seats.Count) throw Refused("a seat is named twice.");
            if (!_options.MixedProcessors && _processor is not null && request.Processor != _processor)
                throw Refused(
                    $"the client's processor ({ForeignText.Quote(request.Processor)}) is of another kind than that of earlier clients "
                    + $"({ForeignText.Quote(_processor)}): results would not be equal to the bit. The server can accept mixed processors.");
            RosterEntry[] entries =
            [
                .. request.Seats.Select(seat =>
                    new RosterEntry((int)seat.Number, name, (int)seat.TrainSamples, (int)seat.HeldOutSamples)),
            ];
            foreach (var entry in entries)
                if (_roster.Conflict(entry) is { } conflict) throw Refused(conflict);
            if (!_joins.Take(name, Now))
                throw new RpcException(new Status(StatusCode.ResourceExhausted, "the client joins too often. It may try again in 10 s."));
            _roster.Take(entries); // only now: all of them, or none
            _processor ??= request.Processor;
            _revoked.Remove(name);
            if (_sessions.IsContended(name, Now))
            {
                Exclude(name, "several processes contend for its name.");
                throw Excluded();
            }
            var (session, ended) = _sessions.Begin(name, request.Process, numbers, caller.Peer, Now);
            foreach (var seat in numbers) _task?.Advance(seat, SeatStage.Offered);
            _audit.Add("joined", ("name", name), ("seats", string.Join(',', numbers)), ("superseded", ended.Length));
            if (!ended.IsEmpty) Pulse(); // nobody else sees another state
            var joined = new Joined { Session = session.Id, HeartbeatMs = (uint)_options.Heartbeat.TotalMilliseconds };
            joined.Seats.AddRange(numbers.Select(seat => (uint)seat));
            return joined;
        }
    }

    /// <summary>Begins or ends a state stream of a session.</summary>
    /// <exception cref="RpcException">It has too many.</exception>
    public void Watching(Session session, bool isOpen)
    {
        lock (_lock)
        {
            if (isOpen && session.Watchers >= MostWatchers)
                throw new RpcException(new Status(StatusCode.ResourceExhausted, "the session has too many state streams."));
            session.Watchers += isOpen ? 1 : -1;
            session.Heard = Now;
            if (isOpen)
            {
                try
                {
                    CheckReady();
                }
                catch (AutoFlipException e)
                {
                    Fail(e);
                }
            }
        }
    }

    /// <summary>The state as a session's seats see it, and what completes when it may have changed.</summary>
    public (State State, Task Changed) StateOf(Session session)
    {
        lock (_lock)
        {
            if (session.Ended is { } why) throw Gone(why);
            session.IsTold = _ended is not null;
            var state = new State
            {
                Round = (uint)(_task?.Task.Round ?? 0),
                CommittedRound = (uint)_committed,
                Draining = _isDraining,
                Ended = _ended ?? "",
                Waiting = _ended is null && session.Seats.Any(IsAwaited),
            };
            if (_ended is null && _task is { } task)
            {
                foreach (var seat in session.Seats)
                {
                    if (_offers.OfSeat(seat) is not { } offer || task.Open(seat) is null) continue;
                    var shown = new TaskOffer
                    {
                        Task = Bytes(offer.Task),
                        Seat = (uint)seat,
                        Round = (uint)task.Task.Round,
                        Work = (Work)task.Task.Work,
                        Size = (ulong)offer.Request.Length,
                        Sha256 = ByteString.CopyFrom(offer.Sha256),
                        DeadlineLeftMs = task.Left(Now) is { } left ? (ulong)Math.Max(1, left.TotalMilliseconds) : 0,
                        ReplyLimit = (ulong)task.Task.ReplyLimit,
                    };
                    shown.Missed.AddRange(_missed.Of(seat, task.Task.Round));
                    state.Tasks.Add(shown);
                }
            }
            return (state, _changed.Task);
        }
    }

    /// <summary>True if a seat may be about to be asked again what it was asked before the server was interrupted.</summary>
    bool IsAwaited(int seat) => !_hasOffered || IsUnasked(seat);

    /// <summary>True if a seat is about to be asked for the open task.</summary>
    bool IsUnasked(int seat) => _task!.Open(seat) is not null && _offers.OfSeat(seat) is null;

    /// <summary>The request of a task that is open.</summary>
    public ReadOnlyMemory<byte> Request(Session session, ByteString task)
    {
        lock (_lock)
        {
            var offer = OfferOf(session, task);
            _task!.Advance(offer.Seat, SeatStage.Fetching);
            return offer.Request;
        }
    }

    /// <summary>Notes where seats are.</summary>
    public void Beat(Session session, IEnumerable<SeatPhase> seats)
    {
        lock (_lock)
            foreach (var seat in seats)
                if (seat.Phase == Phase.Working && Find(session, seat.Task) is { } offer) _task!.Advance(offer.Seat, SeatStage.Working);
    }

    /// <summary>A session by its id, heard of just now.</summary>
    /// <exception cref="RpcException">It is unknown, ended, or another client's.</exception>
    public Session SessionOf(string name, ulong id)
    {
        lock (_lock)
        {
            if (_sessions.Find(id) is not { } session) throw Gone("session unknown");
            if (session.Name != name) throw new RpcException(new Status(StatusCode.PermissionDenied, "the session is another client's."));
            if (session.Ended is { } why) throw Gone(why);
            session.Heard = Now;
            return session;
        }
    }

    /// <summary>Ends a session.</summary>
    public void Leave(Session session)
    {
        lock (_lock)
        {
            _sessions.End(session, "the client has left.");
            _audit.Add("left", ("name", session.Name));
            Pulse();
        }
    }

    /// <summary>Ends all sessions that a condition holds for, and with them their open calls.</summary>
    public void End(Func<Session, bool> condition, string reason)
    {
        lock (_lock)
        {
            Session[] ended = [.. _sessions.Open.Where(condition)];
            if (ended is []) return;
            foreach (var session in ended)
            {
                _sessions.End(session, reason);
                _audit.Add("session_ended", ("name", session.Name), ("reason", reason));
            }
            Pulse();
        }
    }

    void Exclude(string name, string reason)
    {
        if (!_quarantine.Set(name, isExcluded: true)) return;
        _audit.Add("quarantined", ("name", name), ("reason", reason));
        _run.Observer.Warning($"The client {name} is excluded from further tasks: {reason}");
        End(session => session.Name == name, "the server has excluded this client.");
    }

    /// <summary>Ends the sessions of certificates that have been revoked. Nobody waits for them any more.</summary>
    void EndRevoked()
    {
        if (!_callers.RefreshRevocation()) return;
        foreach (var session in _sessions.Open.Where(session => session.Peer is { } peer && _callers.IsRevoked(peer)).ToArray())
        {
            _revoked.Add(session.Name);
            End(other => other == session, "the certificate has been revoked.");
        }
    }

    bool IsExcluded(string name) => _quarantine.Has(name) || _revoked.Contains(name);

    void Require(string name, string version)
    {
        if (version != ExperimentFile.ProgramVersion)
            throw Refused(
                $"the client runs version {ForeignText.Quote(version)} and the server {ExperimentFile.ProgramVersion}. "
                + "Install the same version.");
        lock (_lock)
            if (_quarantine.Has(name)) throw Excluded();
    }

    Offer OfferOf(Session session, ByteString task) =>
        Find(session, task) ?? throw new RpcException(new Status(StatusCode.NotFound, "the task is not open for the session's seats."));

    Offer? Find(Session session, ByteString task) =>
        IdOf(task) is { } id && _offers.Find(id) is { } offer && session.Seats.Contains(offer.Seat) && _task!.Open(offer.Seat) is not null
            ? offer
            : null;

    /// <summary>An id as the protocol carries it; null if it is none.</summary>
    static UInt128? IdOf(ByteString bytes) =>
        bytes.Length == IdLength ? BinaryPrimitives.ReadUInt128BigEndian(bytes.Span) : null;

    static RpcException Refused(string why) => new(new Status(StatusCode.InvalidArgument, why));

    static RpcException Excluded() => new(new Status(StatusCode.PermissionDenied, "the server has excluded this client."));

    static RpcException Gone(string why) => new(new Status(StatusCode.FailedPrecondition, why));

    /// <summary>An id as the protocol carries it.</summary>
    internal static ByteString Bytes(UInt128 id)
    {
        var bytes = new byte[IdLength];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }
}
