using System.IO.Hashing;
using AutoFlip.Grpc.V1;
using Google.Protobuf;

namespace AutoFlip.Grpc;

/// <summary>Messages in chunks, so that a transfer resumes at any offset.</summary>
/// <remarks>64 KiB: from 85,000 bytes on, a protobuf byte string is on the large object heap, which costs two to three times the
/// processor time.</remarks>
static class Chunks
{
    /// <summary>Bytes of a chunk; the last one has fewer.</summary>
    public const int Size = 64 << 10;

    /// <summary>A message from an offset on. Its bytes are not copied and must stay as they are.</summary>
    public static IEnumerable<Chunk> Of(ReadOnlyMemory<byte> message, long offset)
    {
        for (var at = (int)offset; at < message.Length; at += Size)
        {
            var data = message.Slice(at, Math.Min(Size, message.Length - at));
            yield return new Chunk
            {
                Offset = (ulong)at,
                Xxh3 = XxHash3.HashToUInt64(data.Span),
                Data = UnsafeByteOperations.UnsafeWrap(data),
            };
        }
    }

    /// <summary>Tests whether a chunk has arrived whole.</summary>
    public static bool IsSound(Chunk chunk) =>
        chunk.Data.Length is > 0 and <= Size && XxHash3.HashToUInt64(chunk.Data.Span) == chunk.Xxh3;
}
