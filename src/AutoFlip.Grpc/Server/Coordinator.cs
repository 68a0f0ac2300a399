using System.Diagnostics;
using System.Text.Json.Nodes;

namespace AutoFlip.Grpc;

/// <summary>The server's state: who has which seat, who is attached, which task is open, which replies are here.</summary>
/// <remarks>The engine sees a channel; the clients' calls are in the other parts of this class. One lock guards everything in memory.
/// Replies are written to the disk outside of it, each by the call that receives it.</remarks>
sealed partial class Coordinator : IMessageChannel, IDisposable
{
    const int ShownSeats = 10;
    static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(100), NoticePeriod = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Returning = TimeSpan.FromSeconds(4); // the first two pauses of a client, and a second

    readonly ServerSession _run;
    readonly ServerOptions _options;
    readonly IServerFiles _files;
    readonly ICallers _callers;
    readonly TimeProvider _time;
    readonly long _started;
    readonly ITimer _timer;
    readonly Lock _lock = new();
    readonly Roster _roster;
    readonly Sessions _sessions = new();
    readonly Inbox _inboxes;
    readonly AuditLog _audit;
    readonly RepeatedWarnings _warnings; // that clients can cause
    readonly RequestHashes _hashes = new();
    readonly Offers _offers = new();
    readonly MissedRounds _missed;
    bool _hasOffered; // since the start: before, tasks of the round under way that are done already are passed through
    readonly HashSet<int> _asked = []; // seats of the open task that were sent something
    readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    OpenTask? _task;
    TaskInbox? _inbox;
    TimeSpan _noticed, _opened;
    Activity? _span;
    Exception? _failure;
    string? _ended;
    bool _isDraining;
    int _committed;

    /// <summary>Goes on with what the run's network folder holds.</summary>
    /// <param name="run">The run.</param>
    /// <param name="options">The settings.</param>
    /// <param name="files">The network folder of the run.</param>
    /// <param name="callers">Identifies callers, and which of them are revoked.</param>
    /// <param name="time">The clock; only durations count.</param>
    public Coordinator(ServerSession run, ServerOptions options, IServerFiles files, ICallers callers, TimeProvider time)
    {
        (_run, _options, _files, _callers, _time) = (run, options, files, callers, time);
        (_started, _committed) = (time.GetTimestamp(), run.Round);
        (_roster, _quarantine, _inboxes, _audit) = (new(files), new(files), new(files), new(files, time));
        _warnings = new(run.Observer.Warning, time);
        Metrics = new(Figures);
        _missed = new(_inboxes.Closed);
        _audit.Add("server_started", ("run", OpenTask.WireName(run.Run)), ("round", run.Round));
        _timer = time.CreateTimer(_ => Tick(), null, TickPeriod, TickPeriod);
    }

    /// <inheritdoc/>
    public int Clients => _run.Experiment.Clients;

    /// <inheritdoc/>
    public int AtOnce => int.MaxValue; // answers wait on the disk

    /// <inheritdoc/>
    public int? SamplesOf(int client)
    {
        lock (_lock) return _roster[client]?.TrainSamples;
    }

    TimeSpan Now => _time.GetElapsedTime(_started);

    /// <inheritdoc/>
    /// <exception cref="AutoFlipException">Too few clients have joined in time (exit 4).</exception>
    public async ValueTask ReadyAsync(CancellationToken ct)
    {
        CheckReady();
        await _ready.Task.WaitAsync(ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <exception cref="AutoFlipException">Too few clients have joined in time (exit 4).</exception>
    /// <exception cref="ServerDrained">The server was drained, and this is the work of a further round.</exception>
    public async ValueTask BeginAsync(CohortTask task, CancellationToken ct)
    {
        await ReadyAsync(ct).ConfigureAwait(false);
        lock (_lock)
        {
            _committed = Math.Max(_committed, task.Round - 1);
            if (_isDraining && task.Work is (ClientWork.Explore or ClientWork.Train)) throw new ServerDrained();
            _offers.Clear();
            _asked.Clear();
            _hashes.Clear();
            _opened = Now;
            _span?.Stop(); // of a task without replies
            _span = Tracing.Begin("round", task.Id, task.Round, task.Work);
            _inbox = _inboxes.Open(task);
            _task = new OpenTask(task, _options.Rules, Clients, Now, _inboxes.ClosedAs(task));
            foreach (var seat in task.Cohort)
                if (_task.Closed is null && _inbox.Stored(seat) is not null) _task.Store(seat, _inbox.HasResult(seat));
            _audit.Add(
                "task_opened", ("round", task.Round), ("work", task.Work.ToString()), ("cohort", new JsonArray([.. task.Cohort.Select(
                    seat => (JsonNode)seat)])));
            Pulse();
        }
    }

    /// <inheritdoc/>
    public async Task<Answer> SendAsync(int client, ReadOnlyMemory<byte> request, CancellationToken ct)
    {
        Offer offer;
        lock (_lock)
        {
            if (_failure is not null) throw _failure;
            if (_task!.Closed?.Missing.GetValueOrDefault(client) is { } reason) return Answer.None(reason);
            if (_inbox!.Find(client) is { } stored) return stored;
            if (_asked.Add(client) && _inbox.MaskRequest(client) is { } asked && !HasMask(client, request))
                return asked; // before the server was interrupted
            offer = new Offer(client, _task.Task.IdOf(client), request, _hashes.Of(request))
            {
                Since = Now,
                Span = Tracing.Begin("request", _task.Task.IdOf(client), _task.Task.Round, _task.Task.Work, client),
            };
            _offers.Add(offer);
            _hasOffered = true;
            Pulse();
        }
        return await offer.Answer.Task.WaitAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Tests whether a request has the mask with it.</summary>
    bool HasMask(int client, ReadOnlyMemory<byte> request) => request.Span.SequenceEqual(_task!.Task.Whole(client).Span);

    /// <summary>Ends the run for its clients.</summary>
    /// <param name="reason">Why, one sentence; null: it is done.</param>
    public void End(string? reason)
    {
        lock (_lock)
        {
            if (_ended is not null) return;
            if (reason is null)
            {
                _committed = _run.Experiment.Rounds;
                _inboxes.Clear();
            }
            _ended = reason ?? EndReasons.Done;
            _audit.Add("run_ended", ("reason", _ended));
            Pulse();
        }
    }

    /// <summary>True if the run has ended and clients are about to be told: those that watch, and those whose connection was lost just
    /// before, which are in the pause before they join again.</summary>
    public bool HasEndedForWatchers
    {
        get
        {
            lock (_lock) return _ended is not null && _sessions.Open.Any(
                session => session.Watchers > 0 || (!session.IsTold && Now - session.Heard < Returning));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        Metrics.Dispose();
    }

    /// <summary>Looks at every timer.</summary>
    internal void Tick()
    {
        lock (_lock)
        {
            _ticked = Now;
            if (_ended is not null || _failure is not null) return;
            try
            {
                CheckReady();
                EndRevoked();
                if (_task?.Proposal(Now, PresenceOf) is { } record) Close(record);
                if (Now - _noticed >= NoticePeriod) NoticeMissing();
            }
            catch (Exception e) // of the run, which ends by it; a timer has nobody to throw to
            {
                Fail(e);
            }
        }
    }

    /// <summary>Closes the task: the record first, then what follows from it.</summary>
    void Close(CloseRecord record)
    {
        _inboxes.Close(record);
        _task!.Close(record);
        NoteEnded();
        _missed.Add(record);
        foreach (var (seat, reason) in record.Missing)
        {
            if (_offers.Remove(seat) is not { } offer) continue;
            offer.Answer.TrySetResult(Answer.None(reason));
            offer.Span.Fail(reason);
        }
        Pulse();
        // last: the disk may be full, and then nobody must go on waiting
        foreach (var (seat, reason) in record.Missing)
            _audit.Add("missing", ("round", record.Round), ("seat", seat), ("reason", reason));
        AuditEnd();
    }

    void AuditEnd() => _audit.Add(
        "task_ended", ("round", _task!.Task.Round), ("work", _task.Task.Work.ToString()), ("replies", _task.Stored));

    void Fail(Exception e)
    {
        _failure = e;
        _ready.TrySetException(e);
        foreach (var offer in _offers.All) offer.Answer.TrySetException(e);
    }

    /// <summary>Tests whether enough clients have joined for the first round.</summary>
    void CheckReady()
    {
        lock (_lock)
        {
            if (_ready.Task.IsCompleted) return;
            var here = Enumerable.Range(0, Clients).Count(seat => PresenceOf(seat).IsAttached);
            if (here >= Math.Min(_options.Rules.MinClients, Clients)) _ready.TrySetResult();
            else if (Now >= _options.StartTimeout)
                throw AutoFlipException.RunFailed(
                    $"{here} clients have joined within {_options.StartTimeout!.Value.TotalSeconds:0.#} s, and "
                    + $"{_options.Rules.MinClients} must. {Missing()} Start them, then resume the run.");
        }
    }

    /// <summary>Names the seats that the run waits for.</summary>
    void NoticeMissing()
    {
        _noticed = Now;
        if (!_ready.Task.IsCompleted) _run.Observer.Warning($"Waiting for clients. {Missing()}");
        else if (AwaitedSeats().Any())
            _run.Observer.Warning($"Round {_task!.Task.Round}: waiting for {Names(AwaitedSeats())}, which are not connected.");
    }

    string Missing() => $"Missing: {Names(Enumerable.Range(0, Clients).Where(seat => !PresenceOf(seat).IsAttached))}.";

    string Names(IEnumerable<int> seats)
    {
        int[] all = [.. seats];
        var named = all.Take(ShownSeats).Select(seat => _roster[seat] is { } entry ? $"seat {seat} ({entry.Name})" : $"seat {seat}");
        return string.Join(", ", named) + (all.Length > ShownSeats ? $" and {all.Length - ShownSeats} more" : "");
    }

    Presence PresenceOf(int seat)
    {
        var session = _sessions.OfSeat(seat);
        var heard = session?.Heard ?? TimeSpan.Zero;
        return new(
            session is { Ended: null, Watchers: > 0 } && Now - heard < 3 * _options.Heartbeat,
            _roster[seat] is not null, _roster[seat] is { } entry && IsExcluded(entry.Name), heard);
    }

    void Pulse()
    {
        var changed = _changed;
        _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.TrySetResult();
    }
}
