using System.Globalization;

namespace AutoFlip.Grpc;

/// <summary>Replies to one task.</summary>
/// <param name="files">The network folder of the run.</param>
/// <param name="folder">Its folder there.</param>
/// <param name="task">The task.</param>
sealed class TaskInbox(IServerFiles files, string folder, CohortTask task)
{
    /// <summary>A seat's reply as an answer; null if it is not stored.</summary>
    public Answer? Find(int seat) => AnswerAt(Reply(seat));

    /// <summary>Bytes of a stored reply; null if it is not stored.</summary>
    public long? Stored(int seat) => files.Length(Reply(seat));

    /// <summary>True if the stored reply of a seat has a result.</summary>
    public bool HasResult(int seat) => Find(seat)?.Head is { IsResult: true };

    /// <summary>The answer by which a seat asked for the task's mask; null if it did not.</summary>
    public Answer? MaskRequest(int seat) => AnswerAt(Mask(seat));

    /// <summary>Bytes of an unfinished reply.</summary>
    public long Have(int seat) => files.Length(Partial(seat)) ?? 0;

    /// <summary>The bytes of an unfinished reply.</summary>
    public Stream Begun(int seat) => files.Open(Partial(seat));

    /// <summary>Adds bytes to an unfinished reply.</summary>
    public void Append(int seat, ReadOnlySpan<byte> bytes) => files.Append(Partial(seat), bytes);

    /// <summary>Forgets an unfinished reply.</summary>
    public void Discard(int seat) => files.Delete(Partial(seat));

    /// <summary>Stores a reply that has arrived whole. On the disk when this returns.</summary>
    public ReplyOutcome Store(int seat)
    {
        if (Find(seat) is not null) return ReplyOutcome.Stored; // another connection was faster
        var head = ReplyHead.Read(files.Head(Partial(seat), ReplyHead.Length));
        var isOurs = head is { } reply && reply.Client == seat
            && (reply.Task == task.IdOf(seat) || reply is { Task: var none, IsResult: false, AsksForMask: false } && none == 0);
        if (!isOurs)
        {
            Discard(seat);
            return ReplyOutcome.OfAnotherTask;
        }
        var asks = head!.Value.AsksForMask && MaskRequest(seat) is null;
        files.Keep(Partial(seat), asks ? Mask(seat) : Reply(seat));
        return asks ? ReplyOutcome.AsksForMask : ReplyOutcome.Stored;
    }

    Answer? AnswerAt(string name) => files.Length(name) is null ? null
        : Answer.Stored(ReplyHead.Read(files.Head(name, ReplyHead.Length)), () => files.Read(name));

    string Reply(int seat) => Of(seat, "reply");

    string Mask(int seat) => Of(seat, "mask");

    string Partial(int seat) => Of(seat, "partial");

    string Of(int seat, string kind) => string.Create(CultureInfo.InvariantCulture, $"{folder}/{seat:000000}.{kind}");
}

/// <summary>Outcome of a complete upload.</summary>
enum ReplyOutcome
{
    /// <summary>It is stored.</summary>
    Stored,

    /// <summary>It asks for the task's mask, and is stored as that.</summary>
    AsksForMask,

    /// <summary>Its hash is not the announced one: it must be sent from the start.</summary>
    Damaged,

    /// <summary>It answers another task, or for another client.</summary>
    OfAnotherTask,
}
