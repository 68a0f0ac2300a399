namespace AutoFlip.Grpc;

/// <summary>The operator's end.</summary>
partial class Coordinator : IAdministered
{
    const long LeastSpace = 256L << 20;
    const string Attached = "attached", Away = "away", Absent = "never_joined", Excluding = "excluded";
    static readonly TimeSpan MostSilence = TimeSpan.FromSeconds(30);

    TimeSpan _ticked;

    /// <summary>Metrics of the server.</summary>
    public ServerMetrics Metrics { get; }

    /// <inheritdoc/>
    public ServerStatus Status()
    {
        lock (_lock)
        {
            var task = _task;
            return new(
                OpenTask.WireName(_run.Run), ExperimentFile.ProgramVersion, PhaseName(), task?.Task.Round, _run.Experiment.Rounds,
                _committed, task?.Task.Work.ToString().ToLowerInvariant(), task is { IsEnded: false } ? task.Left(Now)?.TotalSeconds : null,
                task?.Seats.Count ?? 0, task?.Stored ?? 0, task?.Quorum ?? Math.Min(_options.Rules.MinClients, Clients),
                [.. AwaitedSeats().Select(seat => Names([seat]))], _files.Free,
                [.. Enumerable.Range(0, Clients).Select(StatusOf)]);
        }
    }

    /// <inheritdoc/>
    public string? Dead()
    {
        lock (_lock)
        {
            return _failure is not null ? $"The run has failed: {_failure.Message}"
                : Now - _ticked > MostSilence ? $"The timer of the server has not run for {(Now - _ticked).TotalSeconds:0} s."
                : null;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Unready()
    {
        var reasons = new List<string>();
        if (Dead() is { } dead) reasons.Add(dead);
        lock (_lock)
        {
            if (_ended is not null) reasons.Add($"The run has ended: {_ended}");
            if (_isDraining) reasons.Add("The server is being drained.");
            if (_files.Free < LeastSpace) reasons.Add("The disk is nearly full: replies are refused.");
            try
            {
                const string Probe = "writable";
                _files.AppendLine(Probe, "", flush: false);
                _files.Delete(Probe);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                reasons.Add($"The run directory is not writable: {e.Message}");
            }
        }
        return reasons;
    }

    /// <inheritdoc/>
    public Operated Drain()
    {
        lock (_lock)
        {
            if (_ended is not null || _failure is not null) return new(false, "The run has ended: there is nothing to drain.");
            if (!_isDraining)
            {
                _isDraining = true;
                _audit.Add("draining");
                _ready.TrySetResult(); // nobody is waited for any more
                Pulse();
            }
            return new(true, _task is { } task
                ? $"Round {task.Task.Round} is finished and saved, then the server ends. The run can be resumed."
                : "The server ends before the first round. The run can be resumed.");
        }
    }

    /// <inheritdoc/>
    public Operated CloseRound()
    {
        lock (_lock)
        {
            if (_ended is not null || _failure is not null || _task is null || _task.IsEnded) return new(false, "No task is open.");
            if (_task.Proposal(Now, PresenceOf, atOnce: true) is not { } record)
                return new(false, $"{_task.Shortage("so far")}: the round stays open.");
            _audit.Add("round_closed", ("round", record.Round), ("by", "operator"));
            Close(record);
            return new(true, $"Round {record.Round} is closed with {_task.Stored} replies; missing clients: {record.Missing.Count}.");
        }
    }

    /// <inheritdoc/>
    public Operated SetQuarantine(string name, bool isExcluded)
    {
        lock (_lock)
        {
            var isKnown = _roster.Of(name) is not [];
            if (_quarantine.Has(name) == isExcluded)
                return new(false, isExcluded ? $"{name} is excluded already." : $"{name} is not excluded.");
            if (isExcluded) Exclude(name, "by the operator.");
            else
            {
                _quarantine.Set(name, isExcluded: false);
                _refusals.Remove(name);
                _sessions.ForgetSwaps(name);
                _audit.Add("quarantine_lifted", ("name", name));
            }
            return new(true, (isExcluded ? $"{name} is excluded from further tasks." : $"{name} may join again.")
                + (isKnown ? "" : " No client of that name has joined in this run."));
        }
    }

    string PhaseName() =>
        _failure is not null ? "failed"
        : _ended is not null ? "ended"
        : _isDraining ? "draining"
        : !_ready.Task.IsCompleted ? "waiting for clients"
        : _task is { IsEnded: false } ? "collecting replies"
        : "aggregating";

    /// <summary>Seats that the run waits for and whose clients are not connected.</summary>
    IEnumerable<int> AwaitedSeats() =>
        (!_ready.Task.IsCompleted ? Enumerable.Range(0, Clients)
        : _task is { IsEnded: false } task ? task.Seats.Where(seat => !seat.IsFinal).Select(seat => seat.Seat)
        : []).Where(seat => !PresenceOf(seat).IsAttached);

    SeatStatus StatusOf(int seat)
    {
        var (entry, state) = (_roster[seat], _task?.Find(seat));
        long? bytes = state is null ? null : _inbox!.Stored(seat) ?? _offers.OfSeat(seat)?.Upload?.Have ?? 0;
        return new(
            seat, entry?.Name, WhereaboutsOf(seat), entry?.TrainSamples, entry?.HeldOutSamples,
            state is null ? null : OpenTask.StageName(state.Stage), bytes);
    }

    string WhereaboutsOf(int seat) => PresenceOf(seat) switch
    {
        { IsExcluded: true } => Excluding,
        { IsAttached: true } => Attached,
        { HasJoined: true } => Away,
        _ => Absent,
    };

    ServerFigures Figures()
    {
        lock (_lock)
        {
            var clients = new SortedDictionary<string, int>(StringComparer.Ordinal)
            {
                [Attached] = 0,
                [Away] = 0,
                [Absent] = 0,
                [Excluding] = 0,
            };
            for (var seat = 0; seat < Clients; seat++) clients[WhereaboutsOf(seat)]++;
            return new(_task?.Task.Round ?? 0, _task?.Seats.Sum(seat => _inbox!.Stored(seat.Seat) ?? 0) ?? 0, clients);
        }
    }

    /// <summary>Notes the time of the open task, which has ended.</summary>
    void NoteEnded()
    {
        Metrics.TaskEnded(_task!.Task.Work, Now - _opened);
        _span?.SetTag("autoflip.replies", _task.Stored).Stop();
        _span = null;
    }
}
