using System.Text;
using CsCheck;

namespace AutoFlip.Tests;

public class CsvReaderTests
{
    [Theory]
    [InlineData("a,b\n1,2\n", "a|b;1|2")]
    [InlineData("a,b\r\n1,2", "a|b;1|2")] // no line break at the end
    [InlineData("a,b\r1,2\r", "a|b;1|2")]
    [InlineData("a;b\n1,5;2\n", "a|b;1,5|2")] // the first line has semicolons, so commas are text
    [InlineData("a\tb c\n1\t\n", "a|b c;1|")]
    [InlineData("\"x;y;z\",b\n1,2", "x;y;z|b;1|2")] // quoted separators do not count
    [InlineData("one\ntwo", "one;two")]
    [InlineData(" a , b \n 1,\t2 ", "a|b;1|2")]
    [InlineData("\" a \",b", " a |b")] // quoted spaces stay
    [InlineData("\"say \"\"hi\"\"\",\"\"", "say \"hi\"|")]
    [InlineData("\"two\nlines\",b\nc,d", "two\nlines|b;c|d")]
    [InlineData("a \"quoted\" word,b", "a \"quoted\" word|b")]
    [InlineData("\n\na,b\n\n\n1,2\n\n", "a|b;1|2")] // blank lines
    [InlineData("\uFEFFa,b", "a|b")] // byte order mark
    [InlineData(",\n,,", "|;||")]
    [InlineData("", "")]
    [InlineData("\r\n \r\n", "")]
    public void Records_are_what_they_should_be(string text, string records) =>
        Assert.Equal(records, string.Join(';', Read(text).Select(fields => string.Join('|', fields))));

    [Fact]
    public void Lines_are_those_of_an_editor_even_after_quoted_line_breaks()
    {
        var reader = Open("a,b\n\n\"1\r\n2\n\",3\r\nlast,one");
        var lines = new List<int>();
        while (reader.Read()) lines.Add(reader.Line);

        Assert.Equal([1, 3, 6], lines); // 3 to 5: the quoted field; it ends in line 5
    }

    /// <summary>Whatever texts are written by the rules are read back, through any number of buffers.</summary>
    [Fact]
    public void What_is_written_is_read() =>
        Gen.Select(Gen.Char["ab,;\t \"\n\r"].Array[0, 12].Select(text => new string(text)).Array[2].Array[1, 8], Gen.Int[0, 70_000])
            .Sample((rows, filler) =>
        {
            string[][] table = [["first", new string('x', filler)], .. rows];
            var text = string.Concat(table.Select(row =>
                string.Join(',', row.Select(field => $"\"{field.Replace("\"", "\"\"")}\"")) + "\r\n"));

            var read = Read(text).ToList();

            return read.Count == table.Length && read.Zip(table).All(pair => pair.First.SequenceEqual(pair.Second));
        }, iter: 200);

    /// <summary>Line breaks and doubled quotes that lie across the end of the buffer (65,536 characters) are seen whole.</summary>
    [Fact]
    public void Pairs_of_characters_may_lie_across_buffers()
    {
        for (var length = 65_530; length < 65_540; length++)
            Assert.Equal([[new string('x', length)], ["a\"", "b"]], Read($"{new string('x', length)}\r\n\"a\"\"\",b\r\n"));
    }

    [Theory]
    [InlineData("a,b\n1,\"2\n3\n", "'t.csv', line 2: the quote that opens a field here is never closed.")]
    [InlineData(
        "a,b\n\"1\"x,2\n", "'t.csv', line 2: there is text behind the quote that ends a field; a quote inside a field is written twice.")]
    [InlineData("a,b\n1,\0\n", "'t.csv', line 2: there is a zero byte: this is no text.")]
    public void Broken_files_are_refused_with_the_line(string text, string message)
    {
        var error = Assert.Throws<AutoFlipException>(() => Read(text).ToList());

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void A_gigantic_record_is_refused_before_it_fills_the_memory()
    {
        using var endless = new Endless();

        var error = Assert.Throws<AutoFlipException>(() => new CsvReader(endless, "t.csv").Read());

        Assert.Equal("'t.csv', line 1: the row has more than 1,048,576 characters; a quote may not be closed.", error.Message);
        Assert.InRange(endless.Given, 0, 2 << 20);
    }

    internal static IEnumerable<string[]> Read(string text)
    {
        var reader = Open(text);
        while (reader.Read()) yield return [.. Enumerable.Range(0, reader.Fields).Select(field => reader[field].ToString())];
    }

    static CsvReader Open(string text) => new(new MemoryStream(Encoding.UTF8.GetBytes(text)), "t.csv");

    /// <summary>The letter x, for ever.</summary>
    sealed class Endless : Stream
    {
        public long Given { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => Given; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)'x');
            Given += count;
            return count;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
