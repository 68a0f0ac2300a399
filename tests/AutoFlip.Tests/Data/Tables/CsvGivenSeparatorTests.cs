using CsCheck;

namespace AutoFlip.Tests;

public class CsvGivenSeparatorTests
{
    [Theory]
    [InlineData("\"1\",\"a\"\n\"2\",\"b\"\n", "1|a;2|b")]
    [InlineData("1,a\r\n2,b", "1|a;2|b")]
    [InlineData("\"say \"\"hi\"\", you\",\"two\nlines\"", "say \"hi\", you|two\nlines")]
    [InlineData("a,,\"\"\n\n\r\n,b", "a||;|b")]
    [InlineData("5\" tall,x", "5\" tall|x")]
    [InlineData("\"\"\"\"", "\"")]
    [InlineData("a;b,c\td\n;;,", "a;b|c\td;;;|")] // only the separator separates
    [InlineData("", "")]
    public void Records_are_read_as_RFC_4180_has_them(string text, string records) =>
        Assert.Equal(records, string.Join(';', Read(text).Select(record => string.Join('|', record))));

    [Fact]
    public void What_is_quoted_comes_back() =>
        Gen.String[Gen.Char["ab,\"\r\n ü"], 0, 40].Array[1, 4].Array[0, 20].Sample(records =>
        {
            var text = string.Concat(records.Select(record =>
                string.Join(',', record.Select(field => $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")) + "\r\n"));

            Assert.Equal(records, Read(text));
        }, iter: 200);

    [Fact]
    public void Records_may_be_longer_than_the_buffers()
    {
        var text = $"\"{new string('a', 200000)}\",b\nc,\"{new string('d', 70000)}\"";

        var records = Read(text);

        Assert.Equal([200000, 1, 1, 70000], records.SelectMany(record => record).Select(field => field.Length));
    }

    [Fact]
    public void Several_fields_can_be_had_as_one_text()
    {
        var records = new CsvReader(new StringReader("1,\"a, b\",c"), "file", ',');
        records.Read();

        Assert.Equal("a, b\nc", records.From(1));
    }

    [Theory]
    [InlineData("a,b\n\"c", 2, "the quote that opens a field here is never closed")]
    [InlineData("\"a\"b", 1, "there is text behind the quote that ends a field; a quote inside a field is written twice")]
    [InlineData("\n\n\"a\nb\nc\"x,d", 5, "there is text behind the quote that ends a field; a quote inside a field is written twice")]
    public void Bad_quotes_are_refused_by_line(string text, int line, string reason) => Refused(text, line, reason);

    [Fact]
    public void A_record_without_end_is_refused_before_it_fills_the_memory() =>
        Refused("\"" + new string('a', (1 << 24) + 10), 1, "the row has more than 16,777,216 characters; a quote may not be closed");

    static void Refused(string text, int line, string reason)
    {
        var error = Assert.Throws<AutoFlipException>(() => Read(text));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Equal($"'some/file.csv', line {line}: {reason}.", error.Message);
    }

    static string[][] Read(string text)
    {
        var records = new CsvReader(new StringReader(text), "some/file.csv", ',', 1 << 24);
        var read = new List<string[]>();
        while (records.Read())
        {
            var fields = new string[records.Fields];
            for (var i = 0; i < fields.Length; i++) fields[i] = records[i].ToString();
            read.Add(fields);
        }
        return [.. read];
    }
}
