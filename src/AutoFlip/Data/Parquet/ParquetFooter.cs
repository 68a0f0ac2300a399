using System.Buffers.Binary;
using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Place of the values of one column of a row group.</summary>
/// <param name="Values">Number of values, missing ones included.</param>
/// <param name="Codec">How pages are compressed, by the format's number.</param>
/// <param name="Start">The first byte, from the start of the file.</param>
/// <param name="End">The byte behind the last one.</param>
readonly record struct ParquetChunk(long Values, int Codec, long Start, long End);

/// <summary>A part of a file's rows, stored column by column.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Chunks">A chunk for each leaf of the schema.</param>
sealed record ParquetRowGroup(int Rows, ImmutableArray<ParquetChunk> Chunks);

/// <summary>Contents of a Parquet file, as its footer lists them.</summary>
/// <remarks>Everything in it is checked before anything is read by it: places against the length of the file, counts against each
/// other.</remarks>
/// <param name="Columns">The columns in the order of the file.</param>
/// <param name="Groups">The row groups.</param>
/// <param name="Notes">Texts beside the data, by name: Hugging Face writes the types of its columns there.</param>
sealed record ParquetFooter(
    ImmutableArray<ParquetColumn> Columns, ImmutableArray<ParquetRowGroup> Groups, ImmutableDictionary<string, string> Notes)
{
    const int MostBytes = 1 << 24, Frame = 12; // "PAR1" at both ends and the length of the footer
    const int Slack = 100; // older writers leave the header of a dictionary out of a column's length (PARQUET-816)

    /// <summary>Number of rows.</summary>
    public int Rows => Groups.Sum(group => group.Rows);

    /// <summary>Reads the footer of a file.</summary>
    /// <exception cref="InvalidDataException">It is no Parquet file, or a kind of one that is not read.</exception>
    public static ParquetFooter Read(Stream file)
    {
        if (file.Length < Frame) throw new InvalidDataException($"it is no Parquet file: it has {file.Length} bytes");
        var ends = new byte[Frame];
        file.Position = 0;
        file.ReadExactly(ends, 0, 4);
        file.Position = file.Length - 8;
        file.ReadExactly(ends, 4, 8);
        if (ends.AsSpan(8).SequenceEqual("PARE"u8)) throw Encrypted();
        if (!ends.AsSpan(0, 4).SequenceEqual("PAR1"u8))
            throw new InvalidDataException("it is no Parquet file: it does not begin with PAR1");
        if (!ends.AsSpan(8).SequenceEqual("PAR1"u8)) throw new InvalidDataException("it does not end with PAR1: its end is missing");
        long length = BinaryPrimitives.ReadUInt32LittleEndian(ends.AsSpan(4));
        if (length > Math.Min(file.Length - Frame, MostBytes))
            throw new InvalidDataException($"its footer claims {length} bytes; a footer lies in the file and has at most {MostBytes}");
        var bytes = new byte[length];
        file.Position = file.Length - 8 - length;
        file.ReadExactly(bytes);
        try
        {
            return Of(ThriftReader.Read(bytes, out _), file.Length - 8 - length);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("its footer ends within a value", e);
        }
    }

    static ParquetFooter Of(ThriftStruct meta, long end)
    {
        if (meta.Has(8)) throw Encrypted();
        var schema = ParquetSchema.Of(meta.Structs(2));
        ImmutableArray<ParquetRowGroup> groups = [.. meta.Structs(4).Select(group => GroupOf(group, schema, end))];
        var (rows, listed) = (meta.Number(3, Array.MaxLength, "number of rows"), groups.Sum(group => (long)group.Rows));
        if (rows != listed) throw new InvalidDataException($"its footer counts {rows} rows, and {listed} in its row groups");
        var notes = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var note in meta.Structs(5)) notes[note.Text(1) ?? ""] = note.Text(2) ?? "";
        return new(schema.Columns, groups, notes.ToImmutable());
    }

    static ParquetRowGroup GroupOf(ThriftStruct group, ParquetSchema schema, long end)
    {
        var rows = (int)group.Number(3, Array.MaxLength, "number of rows of a row group");
        var chunks = group.Structs(1);
        if (chunks.Count != schema.Leaves.Count)
            throw new InvalidDataException($"a row group has {chunks.Count} columns, and the schema {schema.Leaves.Count}");
        return new(rows, [.. chunks.Select((chunk, leaf) => ChunkOf(chunk, schema.Leaves[leaf], end))]);
    }

    static ParquetChunk ChunkOf(ThriftStruct chunk, ParquetLeaf leaf, long end)
    {
        if (chunk.Text(1) is { Length: > 0 }) throw new InvalidDataException("its columns lie in other files");
        if (chunk.Has(8) || chunk.Has(9)) throw Encrypted();
        var meta = chunk.Struct(3) ?? throw new InvalidDataException("a column has no place in the file");
        if (meta.Number(1) != (int)leaf.Type) throw new InvalidDataException("a column has another type in a row group than in the schema");
        var data = meta.Number(9, end, "place of a column");
        var dictionary = meta.Number(11) is > 0 and var first ? first : data;
        var start = Math.Min(data, dictionary);
        var length = meta.Number(7, end, "length of a column");
        if (start < 4 || length > end - start) throw new InvalidDataException("a column lies outside the file");
        var codec = (int)meta.Number(4, 7, "kind of compression");
        return new(meta.Number(5, long.MaxValue, "number of values"), codec, start, Math.Min(start + length + Slack, end));
    }

    static InvalidDataException Encrypted() => new("it is encrypted; decrypt it first");
}
