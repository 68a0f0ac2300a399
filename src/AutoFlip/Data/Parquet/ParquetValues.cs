using System.Buffers.Binary;

namespace AutoFlip;

/// <summary>The values of a page, one after another, each as the bytes by which the encoding PLAIN writes it: numbers little-endian, true
/// and false as 1 and 0, texts without their length.</summary>
abstract class ParquetValues
{
    /// <summary>The next value; good until the next one is read.</summary>
    /// <exception cref="EndOfStreamException">There is none.</exception>
    /// <exception cref="InvalidDataException">The page is damaged.</exception>
    public abstract ReadOnlySpan<byte> Next();

    /// <summary>The values of a page.</summary>
    /// <param name="encoding">The format's number.</param>
    /// <param name="page">The values as they are stored.</param>
    /// <param name="leaf">Their type.</param>
    /// <param name="dictionary">Values that a page may point at; null if there are none.</param>
    /// <exception cref="InvalidDataException">The encoding is not read.</exception>
    public static ParquetValues Of(int encoding, ReadOnlyMemory<byte> page, ParquetLeaf leaf, ParquetDictionary? dictionary) =>
        (encoding, leaf.Type) switch
        {
            (0, _) => Plain(page, leaf),
            (2 or 8, _) => new Indexed(page, dictionary ?? throw new InvalidDataException("a page needs a dictionary, and there is none")),
            (3, ParquetType.Boolean) => new Flags(page),
            (5, ParquetType.Int32 or ParquetType.Int64) => new DeltaNumbers(page, leaf.Width),
            (6, ParquetType.Bytes) => new DeltaTexts(page),
            (7, ParquetType.Bytes or ParquetType.FixedBytes) => new DeltaPrefixes(page),
            (9, not (ParquetType.Boolean or ParquetType.Bytes)) => new Split(page, leaf.Width),
            _ => throw new InvalidDataException($"its values have the encoding {encoding}, which is not read"),
        };

    /// <summary>Values one behind the other.</summary>
    public static ParquetValues Plain(ReadOnlyMemory<byte> page, ParquetLeaf leaf) =>
        leaf.Type == ParquetType.Boolean ? new Bits(page)
        : leaf.Width > 0 ? new Fixed(page, leaf.Width)
        : new Texts(page);

    sealed class Fixed(ReadOnlyMemory<byte> page, int width) : ParquetValues
    {
        ReadOnlyMemory<byte> _rest = page;

        public override ReadOnlySpan<byte> Next() => Take(ref _rest, width);
    }

    sealed class Texts(ReadOnlyMemory<byte> page) : ParquetValues
    {
        ReadOnlyMemory<byte> _rest = page;

        public override ReadOnlySpan<byte> Next() => Take(ref _rest, BinaryPrimitives.ReadInt32LittleEndian(Take(ref _rest, 4)));
    }

    sealed class Bits(ReadOnlyMemory<byte> page) : ParquetValues
    {
        int _bit;

        public override ReadOnlySpan<byte> Next()
        {
            if (_bit >> 3 == page.Length) throw new EndOfStreamException();
            return (page.Span[_bit >> 3] >> (_bit++ & 7) & 1) == 1 ? [1] : [0];
        }
    }

    sealed class Flags(ReadOnlyMemory<byte> page) : ParquetValues
    {
        readonly ParquetRuns _runs = new(page.Length < 4 ? throw new EndOfStreamException() : page[4..], 1); // behind their length

        public override ReadOnlySpan<byte> Next() => _runs.Next() == 1 ? [1] : [0];
    }

    sealed class Indexed : ParquetValues
    {
        readonly ParquetDictionary _dictionary;
        readonly ParquetRuns? _places;

        public Indexed(ReadOnlyMemory<byte> page, ParquetDictionary dictionary)
        {
            _dictionary = dictionary;
            if (page.Length == 0) return; // all values are missing
            var bits = page.Span[0];
            if (bits > 32) throw new InvalidDataException($"places in its dictionary have {bits} bits");
            _places = new(page[1..], bits);
        }

        public override ReadOnlySpan<byte> Next() => _dictionary[_places?.Next() ?? throw new EndOfStreamException()];
    }

    sealed class DeltaNumbers(ReadOnlyMemory<byte> page, int width) : ParquetValues
    {
        readonly ParquetDeltas _numbers = new(page);
        readonly byte[] _value = new byte[sizeof(long)];

        public override ReadOnlySpan<byte> Next()
        {
            BinaryPrimitives.WriteInt64LittleEndian(_value, _numbers.Next());
            return _value.AsSpan(0, width);
        }
    }

    sealed class DeltaTexts : ParquetValues
    {
        readonly ParquetDeltas _lengths;
        ReadOnlyMemory<byte> _rest;

        public DeltaTexts(ReadOnlyMemory<byte> page)
        {
            _lengths = new(page);
            _rest = ParquetDeltas.Behind(page);
        }

        public override ReadOnlySpan<byte> Next() => Take(ref _rest, Length(_lengths.Next()));
    }

    sealed class DeltaPrefixes : ParquetValues
    {
        readonly ParquetDeltas _prefixes;
        readonly DeltaTexts _suffixes;
        byte[] _value = new byte[256];
        int _length;

        public DeltaPrefixes(ReadOnlyMemory<byte> page)
        {
            _prefixes = new(page);
            _suffixes = new(ParquetDeltas.Behind(page));
        }

        public override ReadOnlySpan<byte> Next()
        {
            var prefix = Length(_prefixes.Next());
            if (prefix > _length) throw new InvalidDataException("a text repeats more of the one before than there is");
            var suffix = _suffixes.Next();
            _length = checked(prefix + suffix.Length);
            if (_length > _value.Length) Array.Resize(ref _value, Math.Max(_length, (int)Math.Min(2L * _value.Length, Array.MaxLength)));
            suffix.CopyTo(_value.AsSpan(prefix));
            return _value.AsSpan(0, _length);
        }
    }

    sealed class Split(ReadOnlyMemory<byte> page, int width) : ParquetValues
    {
        readonly byte[] _value = new byte[width];
        int _next;

        public override ReadOnlySpan<byte> Next()
        {
            var count = page.Length / width;
            if (_next == count) throw new EndOfStreamException();
            for (var i = 0; i < width; i++) _value[i] = page.Span[i * count + _next];
            _next++;
            return _value;
        }
    }

    static int Length(long length) => length is >= 0 and <= int.MaxValue ? (int)length
        : throw new InvalidDataException($"a text claims a length of {length}");

    static ReadOnlySpan<byte> Take(ref ReadOnlyMemory<byte> rest, int length)
    {
        if (length < 0 || length > rest.Length) throw new EndOfStreamException();
        var taken = rest.Span[..length];
        rest = rest[length..];
        return taken;
    }
}

/// <summary>The different values of a column, at which its pages point.</summary>
sealed class ParquetDictionary
{
    readonly ReadOnlyMemory<byte> _page;
    readonly (int Start, int Length)[] _places;

    /// <summary>Reads a page of values one behind the other.</summary>
    /// <param name="page">The page.</param>
    /// <param name="count">Number of values.</param>
    /// <param name="leaf">Their type.</param>
    /// <exception cref="EndOfStreamException">There are fewer.</exception>
    public ParquetDictionary(ReadOnlyMemory<byte> page, int count, ParquetLeaf leaf)
    {
        if (leaf.Type == ParquetType.Boolean || (long)count * Math.Max(leaf.Width, 4) > page.Length)
            throw new InvalidDataException($"a dictionary claims {count} values, and has {page.Length} bytes");
        (_page, _places) = (page, new (int, int)[count]);
        var at = 0;
        for (var i = 0; i < count; i++)
        {
            var length = leaf.Width;
            if (length == 0)
            {
                if (page.Length - at < 4) throw new EndOfStreamException();
                length = BinaryPrimitives.ReadInt32LittleEndian(page.Span[at..]);
                at += 4;
            }
            if (length < 0 || length > page.Length - at) throw new EndOfStreamException();
            _places[i] = (at, length);
            at += length;
        }
    }

    /// <summary>A value.</summary>
    public ReadOnlySpan<byte> this[uint place] => place < (uint)_places.Length
        ? _page.Span.Slice(_places[place].Start, _places[place].Length)
        : throw new InvalidDataException($"a value points at entry {place} of a dictionary of {_places.Length}");
}
