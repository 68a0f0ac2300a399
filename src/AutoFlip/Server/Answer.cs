namespace AutoFlip;

/// <summary>An answer that has arrived, or the reason that none counts. Its bytes are read when its turn comes, so that many answers may
/// wait outside of memory.</summary>
public sealed class Answer
{
    readonly Func<ReadOnlyMemory<byte>>? _read;

    Answer(Func<ReadOnlyMemory<byte>>? read, ReplyHead? head, string? failure) => (_read, Head, Failure) = (read, head, failure);

    /// <summary>The beginning of the reply; null if there is none, or it is malformed.</summary>
    public ReplyHead? Head { get; }

    /// <summary>The reason that no answer counts; null if there is one.</summary>
    public string? Failure { get; }

    /// <summary>An answer in memory.</summary>
    public static Answer Of(ReadOnlyMemory<byte> message) => new(() => message, ReplyHead.Read(message.Span), null);

    /// <summary>An answer elsewhere.</summary>
    /// <param name="head">Its beginning.</param>
    /// <param name="read">Reads all of it, once.</param>
    public static Answer Stored(ReplyHead? head, Func<ReadOnlyMemory<byte>> read) => new(read, head, null);

    /// <summary>No answer.</summary>
    /// <param name="reason">One sentence.</param>
    public static Answer None(string reason) => new(null, null, reason);

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Read() => _read is { } read ? read() : throw new InvalidOperationException("There is no answer.");
}
