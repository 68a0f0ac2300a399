using AutoFlip.Grpc.V1;
using Grpc.Core;

namespace AutoFlip.Grpc;

/// <summary>Replies as they arrive.</summary>
partial class Coordinator
{
    /// <summary>Begins or resumes a reply.</summary>
    /// <param name="session">Whose.</param>
    /// <param name="header">What is announced.</param>
    /// <param name="receipt">The answer, if no byte is wanted.</param>
    /// <returns>The upload; null if no byte is wanted.</returns>
    public Upload? BeginUpload(Session session, SubmitHeader header, out Receipt? receipt)
    {
        while (true)
        {
            Offer offer;
            Upload? earlier;
            TaskInbox inbox;
            lock (_lock)
            {
                if (Find(session, header.Task) is not { } open)
                {
                    receipt = Ended(session, header);
                    return null;
                }
                if (ProblemOf(header) is { } problem)
                {
                    receipt = Refuse(session, open, problem);
                    return null;
                }
                (offer, earlier, inbox) = (open, open.Upload, _inbox!);
            }
            // a newer connection of the client goes on where the older one was, once that one writes no more: not under the lock, for it
            // may be writing to the disk
            earlier?.Supersede();
            var upload = new Upload(inbox, offer.Seat, (long)header.Size, header.Sha256.Memory);
            lock (_lock)
            {
                if (Find(session, header.Task) != offer || offer.Upload != earlier) continue; // stored or taken over meanwhile
                offer.Upload = upload;
                _task!.Advance(offer.Seat, SeatStage.Uploading);
                receipt = null;
                return upload;
            }
        }
    }

    /// <summary>The fault of an announced reply; null if there is none.</summary>
    string? ProblemOf(SubmitHeader header)
    {
        if (header.Sha256.Length != 32) return "its hash is not a SHA-256.";
        if (header.Size == 0 || header.Size > (ulong)_task!.Task.ReplyLimit)
            return $"it has {header.Size} bytes, and {_task!.Task.ReplyLimit} are the most.";
        if (_files.Free >= (long)header.Size + LeastSpace) return null;
        _warnings.Warn("The disk of the server is nearly full: replies are refused until there is space.");
        throw new RpcException(new Status(StatusCode.ResourceExhausted, "the server's disk is full."));
    }

    /// <summary>Adds a chunk.</summary>
    /// <returns>False if the chunk is not the next one, or is damaged: the client goes on at <see cref="Upload.Have"/>.</returns>
    public bool Append(Session session, Upload upload, Chunk chunk)
    {
        lock (_lock)
        {
            if (session.Ended is { } why) throw Gone(why);
            session.Heard = Now;
            if (!IsCurrent(upload)) return false;
        }
        Metrics.Received(chunk.Data.Length);
        lock (upload) return chunk.Offset == (ulong)upload.Have && Chunks.IsSound(chunk) && upload.Append(chunk.Data.Span);
    }

    /// <summary>Ends a reply's connection: stores the reply if it is complete.</summary>
    public Receipt EndUpload(Session session, Upload upload, SubmitHeader header)
    {
        lock (upload) // all of it: whoever takes over finds the reply either stored or not
        {
            lock (_lock)
            {
                if (!IsCurrent(upload)) return Ended(session, header);
                if (!upload.IsComplete) return new Receipt { Status = ReceiptStatus.Partial, Have = (ulong)upload.Have };
            }
            var outcome = upload.Store();
            lock (_lock)
                return IsCurrent(upload) ? End(session, upload, header, outcome) : Ended(session, header);
        }
    }

    Receipt End(Session session, Upload upload, SubmitHeader header, ReplyOutcome outcome)
    {
        var offer = _offers.OfSeat(upload.Seat)!;
        switch (outcome)
        {
            case ReplyOutcome.Stored when _task!.Store(upload.Seat, _inbox!.HasResult(upload.Seat)):
                _offers.Remove(upload.Seat);
                offer.Answer.TrySetResult(_inbox!.Find(upload.Seat)!);
                Metrics.Answered(Now - offer.Since);
                offer.Span?.SetTag("autoflip.bytes", (long)header.Size).Stop();
                if (_task.IsEnded) NoteEnded();
                NoteStart(offer.Seat, header);
                _audit.Add( // last: the disk may be full, and then the round must not go on waiting
                    "stored", ("round", _task.Task.Round), ("work", _task.Task.Work.ToString()), ("seat", upload.Seat),
                    ("bytes", (long)header.Size));
                if (_task.IsEnded) AuditEnd();
                if (_task.HasEnough && _task.Proposal(Now, PresenceOf) is { } record) Close(record);
                return new Receipt { Status = ReceiptStatus.Accepted };
            case ReplyOutcome.AsksForMask:
                _offers.Remove(upload.Seat);
                _task!.Advance(upload.Seat, SeatStage.Offered);
                offer.Answer.TrySetResult(_inbox!.MaskRequest(upload.Seat)!);
                return new Receipt { Status = ReceiptStatus.ResendMask };
            case ReplyOutcome.Damaged:
                offer.Upload = null;
                return new Receipt { Status = ReceiptStatus.Partial, Have = 0 };
            case ReplyOutcome.OfAnotherTask:
                return Refuse(session, offer, "it answers another task.");
            default:
                return TooLate("the round is closed.");
        }
    }

    /// <summary>Warns of a training that did not start from what the client kept of its last one: its folder was lost, for
    /// example.</summary>
    void NoteStart(int seat, SubmitHeader header)
    {
        var last = _run.LastTrained(seat);
        if (_task!.Task.Work != ClientWork.Train || !header.HasStart || header.Start == last) return;
        var start = header.Start == 0 ? "without anything that it kept" : $"from what it kept of round {header.Start}";
        _run.Observer.Warning(
            $"Round {_task.Task.Round}: seat {seat} trained {start}, and its last training that counts was in round {last}. "
            + "Was its state folder lost? The model is not that of a simulation.");
    }

    bool IsCurrent(Upload upload) => _offers.OfSeat(upload.Seat)?.Upload == upload;

    /// <summary>Receipt of a reply that nobody waits for.</summary>
    Receipt Ended(Session session, SubmitHeader header)
    {
        foreach (var seat in session.Seats)
        {
            if (_task is not { } task || task.Task.IdOf(seat) != IdOf(header.Task) || task.Find(seat) is not { } state) continue;
            if (state.Stage == SeatStage.Stored) return new Receipt { Status = ReceiptStatus.Duplicate };
            if (state.Stage == SeatStage.Refused) return new Receipt { Status = ReceiptStatus.Refused, Reason = state.Refusal ?? "" };
            return IsUnasked(seat) ? throw NotYet() : TooLate("the round is closed.");
        }
        return _hasOffered ? TooLate("no such task is open.") : throw NotYet();
    }

    static Receipt TooLate(string reason) => new() { Status = ReceiptStatus.TooLate, Reason = reason };

    /// <summary>A reply to a task that may soon be offered again, after an interruption of the server, must not be thrown away.</summary>
    static RpcException NotYet() => new(new Status(StatusCode.Unavailable, "the task is not open yet."));

    Receipt Refuse(Session session, Offer offer, string reason)
    {
        _task!.Refuse(offer.Seat, reason);
        offer.Upload = null;
        _audit.Add("refused", ("round", _task.Task.Round), ("seat", offer.Seat), ("reason", reason));
        _run.Observer.Warning($"Round {_task.Task.Round}: the reply of client {offer.Seat} is refused: {reason}");
        var count = _refusals[session.Name] = _refusals.GetValueOrDefault(session.Name) + 1;
        if (count >= _options.MaxRefusals) Exclude(session.Name, $"{count} replies of it were refused.");
        return new Receipt { Status = ReceiptStatus.Refused, Reason = reason };
    }
}
