namespace AutoFlip;

/// <summary>Whole numbers as differences, packed by bits in blocks (DELTA_BINARY_PACKED).</summary>
/// <remarks>Source: Encodings.md of apache/parquet-format; Lemire and Boytsov 2015, doi 10.1002/spe.2203.</remarks>
sealed class ParquetDeltas
{
    readonly int _blockSize, _miniblocks;
    readonly long _count;
    ReadOnlyMemory<byte> _rest;
    byte[] _widths = [];
    ReadOnlyMemory<byte> _packed;
    long _read, _value, _least;
    int _inMiniblock, _miniblock;

    /// <summary>Starts at the first number.</summary>
    /// <exception cref="InvalidDataException">There are none.</exception>
    public ParquetDeltas(ReadOnlyMemory<byte> bytes)
    {
        var rest = bytes.Span;
        var (size, miniblocks, count) = (Varint.Read(ref rest), Varint.Read(ref rest), Varint.Read(ref rest));
        _value = Varint.ReadSigned(ref rest);
        if (size is 0 or > 1 << 20 || miniblocks is 0 or > 1 << 10 || size % miniblocks != 0 || count > int.MaxValue)
            throw new InvalidDataException("a page of differences has blocks of a size that cannot be");
        (_blockSize, _miniblocks, _count) = ((int)size, (int)miniblocks, (long)count);
        _rest = bytes[^rest.Length..];
        _miniblock = _miniblocks; // none so far
    }

    int InEach => _blockSize / _miniblocks;

    /// <summary>The next number.</summary>
    public long Next()
    {
        if (_read == _count) throw new EndOfStreamException();
        if (_read++ == 0) return _value;
        if (_inMiniblock == 0) BeginMiniblock();
        var width = _widths[_miniblock];
        var difference = (long)ParquetRuns.Unpack(_packed.Span, (long)_inMiniblock * width, width);
        if (++_inMiniblock == InEach) (_inMiniblock, _miniblock) = (0, _miniblock + 1);
        return _value = unchecked(_value + _least + difference);
    }

    /// <summary>The bytes behind all numbers at the start of some bytes.</summary>
    public static ReadOnlyMemory<byte> Behind(ReadOnlyMemory<byte> bytes)
    {
        var all = new ParquetDeltas(bytes);
        while (all._read < all._count) all.Next();
        return all._rest;
    }

    void BeginMiniblock()
    {
        if (_miniblock == _miniblocks)
        {
            var rest = _rest.Span;
            _least = Varint.ReadSigned(ref rest);
            if (rest.Length < _miniblocks) throw new EndOfStreamException();
            _widths = rest[.._miniblocks].ToArray();
            _rest = _rest[^(rest.Length - _miniblocks)..];
            _miniblock = 0;
        }
        if (_widths[_miniblock] > 64) throw new InvalidDataException($"a difference has {_widths[_miniblock]} bits");
        var length = (InEach * _widths[_miniblock] + 7) / 8;
        if (length > _rest.Length) throw new EndOfStreamException();
        _packed = _rest[..length];
        _rest = _rest[length..];
    }
}
