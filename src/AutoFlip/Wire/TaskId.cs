using System.Buffers.Binary;
using System.IO.Hashing;

namespace AutoFlip;

/// <summary>Names a task, so that a reply answers this one and no other: of another run, round, kind of work or client.</summary>
/// <remarks>
/// One message serves all clients of a cohort, so it carries the id of run, round and work; each client derives its own from it and puts
/// that one into its reply. XXH3-128 identifies tasks and does not prevent forgery: authentication is the task of the transport.
/// </remarks>
static class TaskId
{
    /// <summary>The id that a task carries.</summary>
    public static UInt128 Of(UInt128 run, int round, ClientWork work)
    {
        Span<byte> text = stackalloc byte[16 + sizeof(int) + 1];
        BinaryPrimitives.WriteUInt128LittleEndian(text, run);
        BinaryPrimitives.WriteInt32LittleEndian(text[16..], round);
        text[^1] = (byte)work;
        return XxHash128.HashToUInt128(text);
    }

    /// <summary>The id that a client's reply carries.</summary>
    /// <param name="task">The id of the task as received.</param>
    /// <param name="client">The client.</param>
    public static UInt128 Of(UInt128 task, int client)
    {
        Span<byte> text = stackalloc byte[16 + sizeof(int)];
        BinaryPrimitives.WriteUInt128LittleEndian(text, task);
        BinaryPrimitives.WriteInt32LittleEndian(text[16..], client);
        return XxHash128.HashToUInt128(text);
    }
}
