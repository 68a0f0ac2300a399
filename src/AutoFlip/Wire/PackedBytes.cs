using ZstdSharp;
using ZstdSharp.Unsafe;

namespace AutoFlip;

/// <summary>A run of bytes of known length on the wire: as it is, or a Zstandard frame where that is smaller.
/// An empty one takes no byte.</summary>
/// <remarks>
/// Weights, quantised differences and bitmaps hold nothing that repeats, so Zstandard is used for its entropy coder alone: the search
/// for repetitions is as good as turned off (level -1000), Huffman coding of literals is turned on. That is near the entropy and three
/// times as fast as level 1 (docs/decisions/0013). A sample of the bytes decides whether it is tried at all.
/// </remarks>
static class PackedBytes
{
    const byte Raw = 0, Zstandard = 1;
    const int MinimumLength = 64;             // shorter runs are not worth a frame's header
    const int Sample = 4096;
    const double LargestShare = 0.95; // of 8 bits a byte, above which nothing is tried
    const int Level = -1000, LiteralsCompressed = 1;

    /// <summary>One per thread: making one costs more than a small message.</summary>
    [ThreadStatic]
    static Compressor? _compressor;

    [ThreadStatic]
    static Decompressor? _decompressor;

    /// <summary>Writes a run of bytes. Its length is not written.</summary>
    public static void Write(MessageWriter writer, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        if (bytes.Length >= MinimumLength && EntropyOfSample(bytes) < LargestShare)
        {
            const int Head = 1 + sizeof(int);
            var room = writer.Room(Head + Compressor.GetCompressBound(bytes.Length));
            var length = (_compressor ??= Create()).Wrap(bytes, room[Head..]);
            if (Head + length < 1 + bytes.Length)
            {
                writer.Write(Zstandard);
                writer.Write(length);
                writer.Advance(length);
                return;
            }
        }
        writer.Write(Raw);
        writer.Write(bytes);
    }

    /// <summary>Reads a run that must fill <paramref name="into"/> exactly; nothing is allocated, regardless of the frame's
    /// claims.</summary>
    public static void Read(ref MessageReader reader, Span<byte> into)
    {
        if (into.IsEmpty) return;
        switch (reader.Read<byte>())
        {
            case Raw:
                reader.Take(into.Length).CopyTo(into);
                break;
            case Zstandard:
                var frame = reader.Take(reader.Read<int>());
                int length;
                try
                {
                    length = (_decompressor ??= new Decompressor()).Unwrap(frame, into);
                }
                catch (ZstdException e)
                {
                    throw new InvalidDataException(
                        $"A compressed part of the message is damaged, or not the {into.Length} bytes that are due: {e.Message}", e);
                }
                if (length != into.Length)
                    throw new InvalidDataException($"A compressed part of the message holds {length} bytes where {into.Length} are due.");
                break;
            case var other:
                throw new InvalidDataException($"The message has the unknown packing {other}.");
        }
    }

    static Compressor Create()
    {
        var compressor = new Compressor(Level);
        compressor.SetParameter(ZSTD_cParameter.ZSTD_c_experimentalParam5, LiteralsCompressed);
        compressor.SetParameter(ZSTD_cParameter.ZSTD_c_contentSizeFlag, 0); // the reader knows it
        return compressor;
    }

    /// <summary>Entropy of an evenly spaced sample of the bytes, in bits per byte, divided by 8.</summary>
    static double EntropyOfSample(ReadOnlySpan<byte> bytes)
    {
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        var count = Math.Min(bytes.Length, Sample);
        for (var i = 0; i < count; i++) counts[bytes[(int)((long)i * bytes.Length / count)]]++;
        var sum = 0.0;
        foreach (var times in counts)
            if (times > 0) sum -= times * Math.Log2((double)times / count);
        return sum / count / 8;
    }
}
