using System.Buffers.Binary;

namespace AutoFlip;

/// <summary>The beginning of a reply, by which it is accepted or refused before it is decoded.</summary>
/// <param name="Task">The task that it answers, as the client derived it; 0 if the client could not read the task.</param>
/// <param name="Client">The client.</param>
/// <param name="IsResult">True if a result follows.</param>
/// <param name="AsksForMask">True if the client lacks the task's mask.</param>
public readonly record struct ReplyHead(UInt128 Task, int Client, bool IsResult, bool AsksForMask)
{
    /// <summary>Bytes of a message that are enough to read it.</summary>
    public const int Length = Message.HeaderLength + 16 + 1 + sizeof(int);

    /// <summary>Reads it; null if the bytes do not begin a reply of this version. No checksum is verified.</summary>
    public static ReplyHead? Read(ReadOnlySpan<byte> message)
    {
        if (message.Length < Length || BinaryPrimitives.ReadUInt32LittleEndian(message) != Message.Magic
            || message[4] != Message.Version || message[5] != (byte)MessageKind.Reply) return null;
        var status = (ReplyStatus)message[Message.HeaderLength + 16];
        return new(
            BinaryPrimitives.ReadUInt128LittleEndian(message[Message.HeaderLength..]),
            BinaryPrimitives.ReadInt32LittleEndian(message[(Length - sizeof(int))..]),
            status == ReplyStatus.Done, status == ReplyStatus.MaskUnknown);
    }
}
