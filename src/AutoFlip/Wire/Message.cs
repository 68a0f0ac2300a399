namespace AutoFlip;

/// <summary>Kind of a message.</summary>
enum MessageKind : byte
{
    /// <summary>Server to client: work to do.</summary>
    Task = 1,

    /// <summary>Client to server: what came of it.</summary>
    Reply = 2,

    /// <summary>Never sent: a vector that a client keeps for itself between two rounds.</summary>
    Memory = 3,
}

/// <summary>Header and checksum of all messages. See docs/protocol.md.</summary>
static class Message
{
    public const uint Magic = 0x504C4641; // "AFLP"
    public const byte Version = 4;
    public const int HeaderLength = 8;
    public const int ChecksumLength = 8;

    /// <summary>Bytes of a message at most: it is one array, at the sender and at the receiver.</summary>
    public const int MaxLength = 2_000_000_000;

    /// <summary>The first 8 bytes of a layout's fingerprint: identifies the model.</summary>
    public static ulong Identity(WeightLayout layout) => Convert.ToUInt64(layout.Fingerprint[..16], 16);
}
