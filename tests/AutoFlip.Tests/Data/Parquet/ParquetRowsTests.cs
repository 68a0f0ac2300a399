using System.Text;
using Parquet;

namespace AutoFlip.Tests;

public sealed class ParquetRowsTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_type_becomes_the_text_that_a_table_has()
    {
        var moment = new DateTime(2024, 12, 31, 23, 59, 58, DateTimeKind.Utc);
        var rows = Rows(SmallParquet.Bytes(
            ("text", new[] { "a", null, "é" }), ("int", new[] { -1, 0, int.MaxValue }), ("uint", new[] { 0u, 1u, uint.MaxValue }),
            ("long", new[] { long.MinValue, 0L, 1 }), ("ulong", new[] { ulong.MaxValue, 0ul, 1ul }),
            ("float", new[] { 0.1f, 1f, float.NaN }),
            ("double", new[] { 0.1, 1e300, -2 }), ("bool", new[] { true, false, true }), ("maybe", new bool?[] { null, true, false }),
            ("decimal", new[] { 1.5m, -0.000000000000000001m, 12 }), ("date", new[] { moment, DateTime.UnixEpoch, moment }),
            ("missing", new double?[] { 1.25, null, null })));

        Assert.Equal(
            ["a|-1|0|-9223372036854775808|18446744073709551615|0.1|0.1|1||1.500000000000000000|2024-12-31T23:59:58|1.25",
                "|0|1|0|0|1|1E+300|0|1|-0.000000000000000001|1970-01-01T00:00:00|",
                "é|2147483647|4294967295|1|1|NaN|-2|1|0|12.000000000000000000|2024-12-31T23:59:58|"],
            rows);
    }

    public static TheoryData<CompressionMethod> Compressions =>
        [CompressionMethod.None, CompressionMethod.Snappy, CompressionMethod.Gzip, CompressionMethod.Brotli, CompressionMethod.Zstd];

    [Theory, MemberData(nameof(Compressions))]
    public void Compressions_encodings_and_row_groups_make_no_difference(CompressionMethod compression)
    {
        int[] numbers = [.. Enumerable.Range(0, 1000).Select(i => i * i % 977 - 300)];
        string?[] texts = [.. numbers.Select(n => n % 7 == 0 ? null : $"text {n % 50}")];
        double[] halves = [.. numbers.Select(n => n / 2.0)];
        string[] expected = [.. numbers.Select((n, i) => FormattableString.Invariant($"{n}|{n}|{texts[i]}|{halves[i]}|{halves[i]}"))];
        var options = new ParquetOptions { CompressionMethod = compression };
        options.ColumnEncodingHints["delta"] = EncodingHint.DeltaBinaryPacked;
        options.ColumnEncodingHints["words"] = EncodingHint.Dictionary;
        options.ColumnEncodingHints["split"] = EncodingHint.ByteSplitStream;

        foreach (var rows in (int[])[1000, 333, 1])
        {
            var file = SmallParquet.Bytes(
                options, rows, [], ("plain", numbers), ("delta", numbers), ("words", texts), ("split", halves), ("double", halves));
            Assert.Equal(expected, Rows(file));
        }
    }

    [Fact]
    public void Columns_that_are_asked_for_late_are_in_step()
    {
        var path = _folder.Write("a.parquet", SmallParquet.Bytes(
            new(), 2, [], ("a", new[] { 1, 2, 3, 4, 5 }), ("b", new[] { "p", "q", "r", "s", "t" })));
        using var rows = ParquetRows.Open(path, "");

        for (var row = 1; row <= 4; row++) Assert.True(rows.Read());

        Assert.Equal("s", rows[1]);
        Assert.True(rows.Read());
        Assert.Equal(("5", "t"), (rows[0].ToString(), rows[1].ToString()));
        Assert.False(rows.Read());
    }

    [Fact]
    public void Text_that_is_not_UTF_8_is_refused()
    {
        var file = SmallParquet.Bytes(
            new ParquetOptions { CompressionMethod = CompressionMethod.None }, 9, [], ("text", new[] { "plain", "café!" }));
        for (var at = 0; at < file.Length; at++)
            if (file.AsSpan(at).StartsWith("é!"u8)) file[at] = (byte)'x'; // the first of its two bytes, in the page and in statistics

        Refused(file, "the column 'text' is damaged: it has a text that is not UTF-8");
    }

    public static TheoryData<string, string> Damages => new()
    {
        { "empty", "it is no Parquet file: it has 0 bytes" },
        { "other", "it is no Parquet file: it does not begin with PAR1" },
        { "truncated", "it does not end with PAR1: its end is missing" },
        { "encrypted", "it is encrypted; decrypt it first" },
        { "long footer", "its footer claims 16777217 bytes; a footer lies in the file and has at most 16777216" },
        { "no footer", "its footer ends within a value" },
    };

    [Theory, MemberData(nameof(Damages))]
    public void Files_that_are_no_Parquet_are_refused_in_one_sentence(string damage, string why)
    {
        var file = SmallParquet.Bytes(("a", new[] { 1, 2, 3 }));
        switch (damage)
        {
            case "empty": file = []; break;
            case "other": file[0] = (byte)'Q'; break;
            case "truncated": file = file[..^1]; break;
            case "encrypted": "PARE"u8.CopyTo(file.AsSpan(file.Length - 4)); break;
            case "long footer": BitConverter.TryWriteBytes(file.AsSpan(file.Length - 8), (1 << 24) + 1); break;
            case "no footer": BitConverter.TryWriteBytes(file.AsSpan(file.Length - 8), 0); break;
        }

        Refused(file, why);
    }

    /// <summary>Without statistics every byte of the file counts, so that most changes must be found.</summary>
    [Fact]
    public void Damaged_files_are_read_or_refused_in_one_sentence()
    {
        CompressionMethod[] methods = [CompressionMethod.None, CompressionMethod.Snappy, CompressionMethod.Zstd];
        byte[][] files = [.. methods.Select(method => SmallParquet.Bytes(
            new ParquetOptions { CompressionMethod = method }, 20, SmallParquet.Features(("label", SmallParquet.ClassLabel("a", "b"))),
            ("text", Enumerable.Range(0, 40).Select(i => i % 5 == 0 ? null : $"text {i % 9}").ToArray()),
            ("number", Enumerable.Range(0, 40).ToArray()), ("label", Enumerable.Range(0, 40).Select(i => (int?)(i % 2)).ToArray())))];
        var random = new KeyedRandom(1);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 900; i++)
        {
            byte[] file = [.. files[i % files.Length]];
            if (i % 10 == 0) file = file[..random.Next(file.Length)];
            else
                for (var changes = random.Next(4); changes >= 0; changes--) file[random.Next(file.Length)] = (byte)random.Next(256);
            try
            {
                Rows(file);
                read++;
            }
            catch (AutoFlipException e)
            {
                Assert.Equal(ExitCode.BadData, e.Code);
                refused++;
            }
        }
        Assert.True(read > 0 && refused > 500, $"{read} read, {refused} refused");
    }

    void Refused(byte[] file, string why)
    {
        var error = Assert.Throws<AutoFlipException>(() => Rows(file));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Equal($"'{_folder["a.parquet"]}' is not usable: {why}.", error.Message);
    }

    List<string> Rows(byte[] file)
    {
        using var rows = ParquetRows.Open(_folder.Write("a.parquet", file), "");
        var read = new List<string>();
        var row = new StringBuilder();
        while (rows.Read())
        {
            row.Clear();
            for (var field = 0; field < rows.Fields; field++) row.Append(field == 0 ? "" : "|").Append(rows[field]);
            read.Add(row.ToString());
        }
        return read;
    }
}
