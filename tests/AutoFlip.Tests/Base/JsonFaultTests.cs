using System.Text;

namespace AutoFlip.Tests;

public class JsonFaultTests
{
    const string Partition = """{"classes":["a","b"],"train":[[1,2],[3,4]],"held_out":[[1,0],[0,1]]}""";

    [Theory]
    [InlineData("""[1,2]""", """[1,"x"]""", "at $.train[0][1] a whole number is expected")]
    [InlineData("""[1,2]""", """[1,99999999999]""", "at $.train[0][1] a whole number is expected")]
    [InlineData("""[1,2]""", """[1,-2]""", "at $.train[0][1] a number of at least 0 is expected")]
    [InlineData("""[1,2]""", """[1]""", "at $ every client needs a count for each of the 2 classes")]
    [InlineData("""[1,2]""", """null""", "at $.train[0] a list is expected")]
    [InlineData("""["a","b"]""", """["a",null]""", "at $.classes[1] a value is expected instead of null")]
    [InlineData("""["a","b"]""", "\"ab\"", "at $.classes a list is expected")]
    [InlineData(""","held_out":[[1,0],[0,1]]""", "", "at $.held_out a list is expected")]
    [InlineData("""[[1,0],[0,1]]}""", """[[1,0]]}""", "at $ 'held_out' needs as many clients as 'train': 2")]
    [InlineData("""[3,4]]""", """[3,4]""", "it is not JSON from line 1, byte 53, on")]
    [InlineData(Partition, "null", "an object is expected instead of null")]
    [InlineData(Partition, "", "it is not JSON from line 1, byte 1, on")]
    public void What_is_wrong_and_what_is_expected_is_one_clear_sentence(string sound, string damaged, string fault)
    {
        Assert.Equal(2, RunJson.Read<PartitionCounts>(Encoding.UTF8.GetBytes(Partition), "partition.json", "").Train.Length);

        var failure = Assert.Throws<AutoFlipException>(
            () => RunJson.Read<PartitionCounts>(
                Encoding.UTF8.GetBytes(Partition.Replace(sound, damaged, StringComparison.Ordinal)), "partition.json", ""));

        Assert.Equal((ExitCode.BadData, $"'partition.json' is damaged: {fault}."), (failure.Code, failure.Message));
    }

    [Fact]
    public void A_missing_required_member_is_named()
    {
        var failure = Assert.Throws<AutoFlipException>(() => RunJson.Read<RoundReport>("""{"round":1}"""u8, "rounds.jsonl", ", line 4,"));

        Assert.Equal("'rounds.jsonl', line 4, is damaged: at $ the member 'time' is missing.", failure.Message);
    }

    [Theory]
    [InlineData("short", "short")]
    [InlineData("red \u001b[31m, bell \a, next\nline, back \u202e", "red \\u001b[31m, bell \\u0007, next\\u000aline, back \\u202e...")]
    public void A_quote_is_printable(string foreign, string quoted) => Assert.Equal(quoted, ForeignText.Quote(foreign));

    [Fact]
    public void What_a_refusal_of_data_quotes_stays_on_its_line() =>
        Assert.Equal("'a\\u000ab' is not usable: it is empty.", AutoFlipException.BadFile("a\nb", "it is empty").Message);

    [Fact]
    public void A_quote_is_short() => Assert.InRange(ForeignText.Quote(new string('\n', 100_000)).Length, 1, ForeignText.MostQuoted + 3);

    [Fact]
    public void An_output_line_passes_line_ends_and_tabs_and_nothing_that_commands_a_terminal()
    {
        var output = new StringWriter { NewLine = "\n" };
        using var writer = new Cli.PrintableWriter(output);

        writer.Write("a\tb\u001b]0;title\u0007");
        writer.Write('\u009b');
        writer.WriteLine("é ♞ 😀");
        writer.Write("\u202ex".AsSpan());

        Assert.Equal("a\tb\\u001b]0;title\\u0007\\u009bé ♞ 😀\n\\u202ex", output.ToString());
    }
}
