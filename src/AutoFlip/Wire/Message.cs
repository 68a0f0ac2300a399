using System.Buffers.Binary;
using System.IO.Hashing;

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

    /// <summary>Bytes of figures, histograms and sentences at most.</summary>
    public const int FactsLength = 64 << 10;

    /// <summary>Most weights of a model whose messages are sure to fit.</summary>
    /// <param name="vectors">Vectors beside it in one message.</param>
    /// <remarks>Each value takes 4 bytes at most, and a 64th where compression gains nothing. A mask of units and weights takes two bits
    /// a weight at most, and the same 64th.</remarks>
    public static int MostWeights(int vectors)
    {
        const double Growth = 65 / 64.0;
        return (int)((MaxLength - FactsLength) / (Growth * (4 * (1 + vectors) + 2 / 8.0)));
    }

    /// <summary>The checksum that a message of at least <see cref="ChecksumLength"/> bytes carries.</summary>
    public static ulong ChecksumOf(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt64LittleEndian(message[^ChecksumLength..]);

    /// <summary>Tests whether a message of at least <see cref="ChecksumLength"/> bytes has the checksum that it carries. Cost: one
    /// pass.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> message) =>
        XxHash3.HashToUInt64(message[..^ChecksumLength]) == ChecksumOf(message);

    /// <summary>The first 8 bytes of a layout's fingerprint: identifies the model.</summary>
    public static ulong Identity(WeightLayout layout) => Convert.ToUInt64(layout.Fingerprint[..16], 16);
}
