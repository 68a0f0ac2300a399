using System.Text;

namespace AutoFlip.Tests;

/// <summary>Parquet files whose headers claim what is not so.</summary>
public sealed class HostileParquetTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void File_by_hand_is_read() => Assert.Equal([7, 8, 9], Read(new()));

    public static TheoryData<string, Hostile, string> Claims => new()
    {
        { "rows", new() { Rows = 4 }, "its footer counts 4 rows, and 3 in its row groups" },
        { "rows of the group", new() { Rows = 4, GroupRows = 4 }, "row group 1 has 4 rows and 3 values" },
        { "negative rows", new() { Rows = -1 }, "the number of rows is -1; 0 to 2147483591 is accepted" },
        { "values", new() { Values = 2 }, "row group 1 has 3 rows and 2 values" },
        { "more in the page", new() { PageValues = 4 }, "a page has 4 values, and 3 rows are left" },
        { "fewer in the page", new() { PageValues = 2 }, "it ends too early" },
        { "fewer bytes", new() { Page = [7, 0, 0, 0, 8, 0, 0, 0, 9] }, "it ends too early" },
        { "place", new() { Start = 1 << 20 }, "the place of a column is 1048576; 0 to 33 is accepted" }, // PAR1, header, page: 4 + 17 + 12
        { "length of the column", new() { Length = 30 }, "a column lies outside the file" },
        { "two lengths", new() { PageLength = 11 }, "a page has two lengths and is not compressed" },
        { "long page", new() { Stored = 1 << 20 }, "the length of a page is 1048576; 0 to 12 is accepted" },
        { "huge page", new() { PageLength = 1L << 31, Codec = 6 }, "the length of a page is 2147483648; 0 to 1073741824 is accepted" },
        { "Snappy bomb", new() { PageLength = 1 << 30, Codec = 1 }, "a page claims 1073741824 bytes, more than its 12 can stand for" },
        { "gzip bomb", new() { PageLength = 1 << 30, Codec = 2 }, "a page claims 1073741824 bytes, more than its 12 can stand for" },
        { "Snappy length", new() { PageLength = 13, Codec = 1 }, "a compressed page claims another length than its header" },
        { "no Zstandard", new() { PageLength = 13, Codec = 6 }, "a page is damaged" },
        { "LZ4", new() { Codec = 7 }, "it is compressed by LZO or LZ4, and Snappy, gzip, Brotli and Zstandard are read" },
        { "encoding", new() { Encoding = 77 }, "its values have the encoding 77, which is not read" },
        { "no dictionary", new() { Encoding = 8 }, "a page needs a dictionary, and there is none" },
        { "dictionary", new() { Kind = 2, PageValues = 1000 }, "a dictionary claims 1000 values, and has 12 bytes" },
        { "type", new() { Type = 99 }, "the type of a column is 99; 0 to 7 is accepted" },
        { "children", new() { Children = 5 }, "its schema ends before its last column" },
    };

    [Theory, MemberData(nameof(Claims))]
    public void False_claims_are_refused_in_one_sentence(string what, Hostile file, string why)
    {
        var error = Assert.Throws<AutoFlipException>(() => Read(file));

        Assert.Equal((ExitCode.BadData, what), (error.Code, what));
        Assert.EndsWith($"{why}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Schema_without_end_and_numbers_without_end_are_refused()
    {
        byte[] deep = [.. Enumerable.Repeat((byte)0x1C, 100)]; // field 1 is a struct whose field 1 is a struct ...
        Assert.Throws<InvalidDataException>(() => ThriftReader.Read(deep, out _));
        byte[] endless = [0x16, .. Enumerable.Repeat((byte)0xFF, 100)]; // field 1 is a number
        Assert.Throws<InvalidDataException>(() => ThriftReader.Read(endless, out _));
        byte[] many = [0x19, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]; // field 1 is a list of 2^31 - 1 structs
        Assert.Throws<EndOfStreamException>(() => ThriftReader.Read(many, out _));
    }

    [Fact]
    public void Runs_are_not_written_out()
    {
        var runs = new ParquetRuns(new byte[] { 0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 3 }, 2); // 2^31 - 1 times 3

        for (var i = 0; i < 1000; i++) Assert.Equal(3u, runs.Next());
    }

    [Fact]
    public void Copies_of_Snappy_may_reach_into_themselves_but_not_before_the_start()
    {
        var text = new byte[9];
        Snappy.Decompress([9, 1 << 2, (byte)'a', (byte)'b', (7 - 4) << 2 | 1, 2], text); // "ab", then 7 bytes from 2 before
        Assert.Equal("ababababa", Encoding.ASCII.GetString(text));

        Assert.Throws<InvalidDataException>(() => Snappy.Decompress([9, 1 << 2, (byte)'a', (byte)'b', (7 - 4) << 2 | 1, 3], new byte[9]));
    }

    List<int> Read(Hostile file)
    {
        using var rows = ParquetRows.Open(_folder.Write("a.parquet", file.Bytes()), "");
        var numbers = new List<int>();
        while (rows.Read()) numbers.Add(int.Parse(rows[0], null));
        return numbers;
    }

    /// <summary>A file of one page with the whole numbers 7, 8, 9, and what its headers claim.</summary>
    public sealed record Hostile
    {
        public long Rows { get; init; } = 3;
        public long GroupRows { get; init; } = 3;
        public long Values { get; init; } = 3;
        public long PageValues { get; init; } = 3;
        public long Codec { get; init; }
        public long Encoding { get; init; }
        public long Kind { get; init; }
        public long Type { get; init; } = 1;
        public long Children { get; init; } = 1;
        public byte[] Page { get; init; } = [7, 0, 0, 0, 8, 0, 0, 0, 9, 0, 0, 0];
        public long? PageLength { get; init; }
        public long? Stored { get; init; }
        public long? Start { get; init; }
        public long? Length { get; init; }

        public byte[] Bytes()
        {
            var about = Struct((1, PageValues), (2, Encoding), (3, 3L), (4, 3L));
            byte[] column =
            [
                .. Struct((1, Kind), (2, PageLength ?? Page.Length), (3, Stored ?? Page.Length), (Kind == 0 ? 5 : 7, about)), .. Page,
            ];
            var meta = Struct(
                (1, Type), (4, Codec), (5, Values), (6, (long)column.Length), (7, Length ?? column.Length), (9, Start ?? 4L));
            byte[][] schema = [Struct((4, "root"), (5, Children)), Struct((1, Type), (3, 0L), (4, "x"))];
            var group = Struct((1, (byte[][])[Struct((2, 4L), (3, meta))]), (3, GroupRows));
            var footer = Struct((1, 1L), (2, schema), (3, Rows), (4, (byte[][])[group]));
            return [.. "PAR1"u8, .. column, .. footer, .. BitConverter.GetBytes(footer.Length), .. "PAR1"u8];
        }

        /// <summary>A struct of Thrift's compact protocol.</summary>
        static byte[] Struct(params (int Field, object Value)[] fields)
        {
            var bytes = new List<byte>();
            var last = 0;
            foreach (var (field, value) in fields)
            {
                var (kind, content) = value switch
                {
                    long number => (6, Varint((ulong)(number << 1 ^ number >> 63))),
                    string text => (8, [.. Varint((ulong)text.Length), .. System.Text.Encoding.ASCII.GetBytes(text)]),
                    byte[][] list => (9, [(byte)(list.Length << 4 | 12), .. list.SelectMany(one => one)]),
                    byte[] inner => (12, inner),
                    int number => (6, Varint((ulong)number << 1)),
                    _ => throw new ArgumentException(null, nameof(fields)),
                };
                bytes.Add((byte)((field - last) << 4 | kind));
                bytes.AddRange(content);
                last = field;
            }
            return [.. bytes, 0];
        }

        static byte[] Varint(ulong number)
        {
            var bytes = new List<byte>();
            for (; number >= 0x80; number >>= 7) bytes.Add((byte)(number | 0x80));
            return [.. bytes, (byte)number];
        }
    }
}
