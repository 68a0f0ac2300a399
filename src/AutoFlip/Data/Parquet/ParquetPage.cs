using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using ZstdSharp;

namespace AutoFlip;

/// <summary>Kinds of pages, with the format's numbers.</summary>
enum ParquetPageKind
{
    Data = 0,
    Index = 1,
    Dictionary = 2,
    DataTwo = 3,
}

/// <summary>A page of a column: its levels and values, decompressed.</summary>
/// <param name="Kind">The kind of page.</param>
/// <param name="Count">Number of values, missing ones included.</param>
/// <param name="Encoding">The encoding of the values, by the format's number.</param>
/// <param name="Levels">Definition levels as runs; empty where no value can be missing.</param>
/// <param name="Values">The values.</param>
readonly record struct ParquetPage(
    ParquetPageKind Kind, int Count, int Encoding, ReadOnlyMemory<byte> Levels, ReadOnlyMemory<byte> Values)
{
    /// <summary>Most bytes of a page. Writers aim at 1 MiB, but a page holds at least one value.</summary>
    public const int MostBytes = 1 << 30;

    const int MostHeaderBytes = 1 << 24, FirstBytes = 1 << 10;

    /// <summary>Reads the page at a place of a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="place">Where its header starts; moved behind the page.</param>
    /// <param name="chunk">The column that it belongs to.</param>
    /// <param name="isNullable">Whether values may be missing.</param>
    /// <exception cref="InvalidDataException">It is damaged, or larger than its column or <see cref="MostBytes"/>.</exception>
    public static ParquetPage Read(Stream file, ref long place, ParquetChunk chunk, bool isNullable)
    {
        var header = Header(file, ref place, chunk.End);
        var stored = (int)header.Number(3, Math.Min(chunk.End - place, MostBytes), "length of a page");
        var length = (int)header.Number(2, MostBytes, "length of a page");
        var kind = (ParquetPageKind)header.Number(1, (int)ParquetPageKind.DataTwo, "kind of a page");
        file.Position = place;
        place += stored;
        if (kind == ParquetPageKind.Index) return new(kind, 0, 0, default, default);
        var bytes = GC.AllocateUninitializedArray<byte>(stored);
        file.ReadExactly(bytes);
        if (header.Number(4) is { } sum && (uint)sum != Crc32.HashToUInt32(bytes))
            throw new InvalidDataException("the checksum of a page differs from its bytes");
        var about = header.Struct(kind switch { ParquetPageKind.Data => 5, ParquetPageKind.Dictionary => 7, _ => 8 })
            ?? throw new InvalidDataException("a page does not say how many values it has");
        var count = (int)about.Number(1, int.MaxValue, "number of values of a page");
        if (kind == ParquetPageKind.DataTwo) return PageTwo(about, count, bytes, length, chunk.Codec);
        ReadOnlyMemory<byte> body = Decompressed(bytes, length, chunk.Codec);
        var encoding = (int)about.Number(2, byte.MaxValue, "encoding of a page");
        if (kind == ParquetPageKind.Dictionary || !isNullable) return new(kind, count, encoding, default, body);
        if (about.Number(3) != 3) throw new InvalidDataException("the levels of a page have an encoding that is not read");
        if (body.Length < 4) throw new EndOfStreamException();
        var levels = BinaryPrimitives.ReadInt32LittleEndian(body.Span);
        if (levels < 0 || levels > body.Length - 4) throw new EndOfStreamException();
        return new(kind, count, encoding, body.Slice(4, levels), body[(4 + levels)..]);
    }

    /// <summary>A page of the second version, whose levels are not compressed.</summary>
    static ParquetPage PageTwo(ThriftStruct about, int count, ReadOnlyMemory<byte> bytes, int length, int codec)
    {
        var repeated = (int)about.Number(6, bytes.Length, "length of levels");
        var defined = (int)about.Number(5, bytes.Length - repeated, "length of levels");
        var levels = repeated + defined;
        if (levels > length) throw new InvalidDataException("a page is shorter than its levels");
        var values = bytes[levels..];
        if (about.Flag(7) != false) values = Decompressed(values, length - levels, codec);
        var encoding = (int)about.Number(4, byte.MaxValue, "encoding of a page");
        return new(ParquetPageKind.DataTwo, count, encoding, bytes.Slice(repeated, defined), values);
    }

    /// <summary>The header at a place, which is moved behind it. Reads little, because a page follows, unless more is needed.</summary>
    static ThriftStruct Header(Stream file, ref long place, long end)
    {
        for (var most = FirstBytes; ; most *= 16)
        {
            var bytes = new byte[Math.Min(end - place, most)];
            file.Position = place;
            file.ReadExactly(bytes);
            try
            {
                var header = ThriftReader.Read(bytes, out var length);
                place += length;
                return header;
            }
            catch (EndOfStreamException) when (bytes.Length == most && most < MostHeaderBytes) // a longer header
            {
            }
        }
    }

    static ReadOnlyMemory<byte> Decompressed(ReadOnlyMemory<byte> bytes, int length, int codec)
    {
        if (codec == 0)
            return bytes.Length == length ? bytes : throw new InvalidDataException("a page has two lengths and is not compressed");
        if (length == 0) return default;
        if (codec == 1 && length > (long)Snappy.MostExpansion * bytes.Length || codec == 2 && length > 1100L * bytes.Length)
            throw new InvalidDataException($"a page claims {length} bytes, more than its {bytes.Length} can stand for");
        var into = GC.AllocateUninitializedArray<byte>(length);
        switch (codec)
        {
            case 1: Snappy.Decompress(bytes.Span, into); break;
            case 2: Inflate(new GZipStream(new MemoryStream(bytes.ToArray()), CompressionMode.Decompress), into); break;
            case 4: Inflate(new BrotliStream(new MemoryStream(bytes.ToArray()), CompressionMode.Decompress), into); break;
            case 6:
                using (var zstd = new Decompressor())
                {
                    if (!zstd.TryUnwrap(bytes.Span, into, out var got) || got != length)
                        throw new InvalidDataException("a page has another length than its header claims");
                }
                break;
            default: throw new InvalidDataException("it is compressed by LZO or LZ4, and Snappy, gzip, Brotli and Zstandard are read");
        }
        return into;
    }

    static void Inflate(Stream content, byte[] into)
    {
        using (content)
        {
            content.ReadExactly(into);
            if (content.ReadByte() >= 0) throw new InvalidDataException("a page has another length than its header claims");
        }
    }
}
