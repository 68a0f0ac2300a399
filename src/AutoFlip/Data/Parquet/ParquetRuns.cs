namespace AutoFlip;

/// <summary>Small numbers as runs of one value or packed by bits: levels, and places in a dictionary.</summary>
/// <remarks>Needs no memory for what a run stands for. Source: Encodings.md of apache/parquet-format, RLE/bit-packing hybrid.</remarks>
/// <param name="bytes">The runs.</param>
/// <param name="bits">Bits of a number, 0 to 32.</param>
sealed class ParquetRuns(ReadOnlyMemory<byte> bytes, int bits)
{
    ReadOnlyMemory<byte> _rest = bytes;
    ReadOnlyMemory<byte> _packed;
    long _left, _bit;
    uint _value;
    bool _isPacked;

    /// <summary>The next number.</summary>
    /// <exception cref="EndOfStreamException">There is none.</exception>
    public uint Next()
    {
        if (bits == 0) return 0;
        while (_left == 0) Begin();
        _left--;
        if (!_isPacked) return _value;
        var value = Unpack(_packed.Span, _bit, bits);
        _bit += bits;
        return (uint)value;
    }

    /// <summary>A number of some bits, the lowest first.</summary>
    /// <param name="packed">Bytes; beyond their end bits are 0.</param>
    /// <param name="bit">Where it starts.</param>
    /// <param name="bits">Its bits, 0 to 64.</param>
    public static ulong Unpack(ReadOnlySpan<byte> packed, long bit, int bits)
    {
        ulong value = 0;
        for (var got = 0; got < bits;)
        {
            var (at, shift) = ((int)((bit + got) >> 3), (int)((bit + got) & 7));
            var part = Math.Min(8 - shift, bits - got);
            if (at < packed.Length) value |= ((ulong)packed[at] >> shift & ((1UL << part) - 1)) << got;
            got += part;
        }
        return value;
    }

    void Begin()
    {
        var rest = _rest.Span;
        if (rest.Length == 0) throw new EndOfStreamException();
        var head = Varint.Read(ref rest);
        _rest = _rest[^rest.Length..];
        _isPacked = (head & 1) == 1;
        if (head >> 1 is 0 or > int.MaxValue) throw new InvalidDataException("a run of values has no length that can be");
        if (_isPacked)
        {
            var wanted = (long)(head >> 1) * bits; // eight numbers take as many bytes as each has bits
            var length = (int)Math.Min(wanted, _rest.Length); // some writers leave out the last bytes
            (_packed, _bit, _left) = (_rest[..length], 0, Math.Min((long)(head >> 1) * 8, length * 8L / bits));
            if (_left == 0) throw new EndOfStreamException();
            _rest = _rest[length..];
            return;
        }
        var bytes = (bits + 7) / 8;
        if (bytes > _rest.Length) throw new EndOfStreamException();
        (_value, _left) = ((uint)Unpack(_rest.Span[..bytes], 0, 8 * bytes), (long)(head >> 1));
        _rest = _rest[bytes..];
    }
}
