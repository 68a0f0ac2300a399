using System.Buffers.Binary;

namespace AutoFlip;

/// <summary>Decompresses Snappy's block format: copies of bytes before, and literals between.</summary>
/// <remarks>Source: format_description.txt of google/snappy.</remarks>
static class Snappy
{
    /// <summary>Most bytes that one compressed byte stands for: copies of 64 bytes take 3, or 2 of up to 11.</summary>
    public const int MostExpansion = 64 / 2;

    /// <summary>Decompresses a block.</summary>
    /// <param name="block">The compressed bytes.</param>
    /// <param name="into">Exactly as long as what they stand for.</param>
    /// <exception cref="InvalidDataException">They are no such block.</exception>
    /// <exception cref="EndOfStreamException">They end too early.</exception>
    public static void Decompress(ReadOnlySpan<byte> block, Span<byte> into)
    {
        if (Varint.Read(ref block) != (ulong)into.Length)
            throw new InvalidDataException("a compressed page claims another length than its header");
        var done = 0;
        while (block.Length > 0)
        {
            var tag = Take(ref block, 1)[0];
            var (length, offset) = (tag & 3) switch
            {
                0 => (tag >> 2 < 60 ? tag >> 2 : (int)Math.Min(Whole(Take(ref block, (tag >> 2) - 59)), int.MaxValue - 1), 0),
                1 => ((tag >> 2 & 7) + 3, tag >> 5 << 8 | Take(ref block, 1)[0]),
                2 => (tag >> 2, (int)Whole(Take(ref block, 2))),
                _ => (tag >> 2, (int)Math.Min(Whole(Take(ref block, 4)), int.MaxValue)),
            };
            length++; // stored less one
            if (length > into.Length - done) throw Damaged();
            if ((tag & 3) == 0) Take(ref block, length).CopyTo(into[done..]);
            else if (offset == 0 || offset > done) throw Damaged();
            else Repeat(into, done, offset, length);
            done += length;
        }
        if (done < into.Length) throw Damaged();
    }

    static void Repeat(Span<byte> into, int done, int offset, int length)
    {
        if (offset >= length) into.Slice(done - offset, length).CopyTo(into[done..]);
        else
            for (var i = 0; i < length; i++) into[done + i] = into[done + i - offset]; // a copy may reach into itself
    }

    static uint Whole(ReadOnlySpan<byte> bytes)
    {
        Span<byte> whole = stackalloc byte[4];
        bytes.CopyTo(whole);
        return BinaryPrimitives.ReadUInt32LittleEndian(whole);
    }

    static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> block, int length)
    {
        if (length > block.Length) throw new EndOfStreamException();
        var taken = block[..length];
        block = block[length..];
        return taken;
    }

    static InvalidDataException Damaged() => new("a compressed page is damaged");
}
