using System.Text;
using CsCheck;

namespace AutoFlip.Tests;

/// <summary>Tables as people have them: missing values, decimal commas, dates, encodings, typing errors.</summary>
public sealed class TableSpellingTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1.5", 1.5, null)]
    [InlineData("1,5", null, 1.5)]
    [InlineData("-1.234,5", null, -1234.5)]
    [InlineData("1,234.5", 1234.5, null)]
    [InlineData("1,234,567", 1234567.0, null)]
    [InlineData("1.234.567", null, 1234567.0)]
    [InlineData("1 234", 1234.0, 1234.0)]
    [InlineData("1'234.5", 1234.5, null)]
    [InlineData("1\u00a0234,5", null, 1234.5)]
    [InlineData("0.500", 0.5, null)] // no group of thousands begins with a zero
    [InlineData("0,500", null, 0.5)]
    [InlineData("1,234", 1234.0, 1.234)]
    [InlineData("1.234", 1.234, 1234.0)]
    [InlineData("12,34,567", null, null)]
    [InlineData("1e3", 1000.0, 1000.0)]
    [InlineData("2,5e3", null, 2500.0)]
    [InlineData(",5", null, 0.5)]
    [InlineData("1,", null, 1.0)]
    [InlineData("1e39", null, null)] // beyond float32
    [InlineData("x", null, null)]
    [InlineData(",", null, null)]
    [InlineData("infinity", null, null)]
    public void A_number_is_read_by_its_decimal_mark(string text, double? point, double? comma) =>
        Assert.Equal((point, comma), (CellNumber.Parse(text, DecimalMark.Point), CellNumber.Parse(text, DecimalMark.Comma)));

    [Theory]
    [InlineData("2024-01-03", "ISO 8601", 19725)] // 54 years of which 13 leap: 54 * 365 + 13 = 19723 is 2024-01-01
    [InlineData("2024-01-03T12:00:00Z", "ISO 8601", 19725.5)]
    [InlineData("2024-01-03T12:00:00+06:00", "ISO 8601", 19725.25)]
    [InlineData("2024-01-03 18:00", "ISO 8601", 19725.75)]
    [InlineData("2024/1/3", "year/month/day", 19725)]
    [InlineData("3.1.2024", "day.month.year", 19725)]
    [InlineData("31/1/2024", "day/month/year", 19753)]
    [InlineData("1/31/2024", "month/day/year", 19753)]
    [InlineData("3 Jan 2024", "day month year", 19725)]
    [InlineData("Jan 3, 2024", "month day, year", 19725)]
    public void A_date_is_days_since_1970(string text, string style, double days)
    {
        var found = CellDate.StyleOf([(text, 1)]);

        Assert.Equal((style, false), (found!.Value.Style, found.Value.IsAmbiguous));
        Assert.Equal(days, CellDate.Parse(text, style));
    }

    /// <summary>The same table in three spellings is the same table. Every fifth row is the server's.</summary>
    [Fact]
    public void Missing_values_and_decimal_commas_in_any_spelling_give_the_same_samples()
    {
        var rows = Enumerable.Range(0, 40)
            .Select(i => (X: i % 7 == 3 ? null : FormattableString.Invariant($"{i - 20.5:0.000}"), Y: i > 20 ? "b" : "a")).ToList();
        string Table(string missing, char separator, Func<string, string> number) =>
            $"x{separator}y\n" + string.Join('\n', rows.Select(row => $"{(row.X is null ? missing : number(row.X))}{separator}{row.Y}"));

        Write("empty.csv", Table("", ',', text => text));
        var expected = Load("empty.csv");
        foreach (var missing in (string[])["NA", "n/a", "NaN", "null", "-", "#N/A", "<NA>", "?"])
        {
            Write("na.csv", Table(missing, ',', text => text));
            Same(expected, Load("na.csv"));
        }
        Write("comma.csv", Table("", ';', text => text.Replace('.', ',')));
        Same(expected, Load("comma.csv"));
        Write("own.csv", Table("no value", ',', text => text));
        Same(expected, Load("own.csv", new() { Missing = ["no value"] }));
        Assert.Equal(2, expected.Train.Shape.Length); // the number, and a flag where it is missing
    }

    [Theory]
    [InlineData("x,y\n1.5,a\n2.5,b\n3.x,a\n4.5,b\n", 4, "'3.x' in column 'x' is no number, and 3 of its 4 cells are numbers")]
    // half of them
    [InlineData("x,y\n1.5,a\n2.5,b\nlow,a\nhigh,b\n", 4, "'low' in column 'x' is no number, and 2 of its 4 cells are numbers")]
    [InlineData(
        "day,y\n2024-01-01,a\n2024-01-02,b\nsoon,a\n2024-01-04,b\n", 4,
        "'soon' in column 'day' is no date (ISO 8601), and 3 of its 4 cells are dates")]
    [InlineData("x;y\n1,5;a\n2.5;b\n", 2, "'1,5' in column 'x' has a decimal comma, and '2.5' in column 'x' a decimal point")]
    [InlineData(
        "x;y\n1,500;a\n2,250;b\n", 2,
        "'1,500' in column 'x' is one number with a decimal comma and another with a comma between thousands")]
    [InlineData("d,y\n1/2/2024,a\n3/4/2024,b\n", 2, "'1/2/2024' in column 'd' is a date whose day and month cannot be told apart")]
    [InlineData(",x,y\n0,1,a\nb,2,b\n", 3, "'b' stands in a column without a name")]
    [InlineData("x,y\n1,1.5\n2,2.5\n3,n.a.\n4,4.5\n", 4, "'n.a.' in the target 'y' is no number, and most of its values are")]
    [InlineData("x,y\n1,1.5\n2,2.5\n3,NA\n4,4.5\n", 4, "the target 'y' is missing")]
    public void A_cell_that_does_not_fit_is_refused_by_row_and_column(string table, int line, string fault)
    {
        Write("t.csv", table);

        var failure = Assert.Throws<AutoFlipException>(() => Load("t.csv"));

        Assert.Equal(ExitCode.BadData, failure.Code);
        Assert.StartsWith($"'{_folder["t.csv"]}', line {line}: {fault}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_user_says_of_a_column_decides()
    {
        Write("t.csv", "code,when,id,y\n1,2024-01-01,7,a\n2,2024-01-02,8,b\nX,2024-01-03,9,a\n1,2024-01-04,6,b\n2,2024-01-05,5,a\n");

        var data = Load("t.csv", new() { Columns = ["code:category", "when:date", "id:ignore"] });

        Assert.Equal(
            [
                "column 'code': 3 categories (1, 2, X)", "column 'when': dates from 2024-01-01 to 2024-01-04 (ISO 8601)",
                "column 'id': ignored", "column 'y': the target"
            ],
            data.Description);
        Assert.Equal([1, 0, 0, 19723], CsvDataSetTests.Row(data.Train, 0));
        Assert.Equal(ExitCode.BadRequest, Assert.Throws<AutoFlipException>(() => Load("t.csv", new() { Columns = ["cod:category"] })).Code);
        Assert.Equal(ExitCode.BadData, Assert.Throws<AutoFlipException>(() => Load("t.csv", new() { Columns = ["code:number"] })).Code);
    }

    [Theory]
    [InlineData("who,x,y\nann,1,a\nbob,2,b\nnobody,3,a\n", "the owner 'who' is missing")]
    [InlineData("who,x,y\nann,1,a\nbob,2,b\nann,3,nobody\n", "the target 'y' is missing")]
    public void A_text_named_as_missing_is_missing_in_targets_and_owners_too(string table, string fault)
    {
        Write("t.csv", table);

        var failure = Assert.Throws<AutoFlipException>(() => Load("t.csv", new() { Missing = ["nobody"], Owner = "who" }));

        Assert.Equal($"'{_folder["t.csv"]}', line 4: {fault}.", failure.Message);
    }

    [Fact]
    public void Words_for_nothing_are_values_of_a_category()
    {
        Write("t.csv", "country,y\nNA,a\nDE,b\nNone,a\n,b\nDE,a\n"); // Namibia

        Assert.Equal("column 'country': 3 categories (DE, NA, None), 1 of 4 missing", Load("t.csv").Description[0]);
    }

    [Fact]
    public void Row_numbers_of_pandas_are_no_feature()
    {
        Write("t.csv", ",x,y\n3,1.5,a\n0,2.5,b\n2,3.5,a\n7,4.5,b\n4,1,a\n");

        var data = Load("t.csv");

        Assert.Equal(1, data.Train.Shape.Length);
        Assert.Equal("column 1 (no name): row numbers, ignored", data.Description[0]);
    }

    /// <summary>Milliseconds since 1970: float32 has 2^17 of them between neighbours there.</summary>
    [Fact]
    public void Large_numbers_keep_the_digits_in_which_they_differ()
    {
        Write(
            "t.csv",
            "t,y\n" + string.Join('\n', Enumerable.Range(0, 10).Select(i => $"{1_700_000_000_000 + 500L * i},{(i < 5 ? "a" : "b")}")));
        var loaded = Load("t.csv");

        var (train, _) = loaded.Train.ForClients([new ClientRows(new[] { 0, 1, 2, 3, 4, 5, 6, 7 }, default)], null);

        // Rows 0 1 2 3 5 6 7 8 of ten (4 and 9 are the server's): i has mean 4 and variance (16 + 9 + 4 + 1 + 1 + 4 + 9 + 16) / 8 = 7.5.
        double[] steps = [0, 1, 2, 3, 5, 6, 7, 8];
        Assert.Equal(
            steps.Select(i => (i - 4) / Math.Sqrt(7.5)), Enumerable.Range(0, 8).Select(row => (double)CsvDataSetTests.Row(train, row)[0]),
            (a, b) => Math.Abs(a - b) < 1e-6);

        // A row from outside is scaled in doubles too.
        var sample = new float[1];
        Assert.Null(((TableRecipe)train.Recipe).Encode(_ => "1700000001000", sample));
        Assert.Equal((2 - 4) / Math.Sqrt(7.5), sample[0], 1e-6);
    }

    [Fact]
    public void Text_in_another_encoding_is_refused_by_line_and_byte_and_read_when_it_is_named()
    {
        File.WriteAllBytes(_folder["t.csv"], Encoding.Latin1.GetBytes("x,y\n1,Köln\n2,Käln\n3,Köln\n4,Käln\n"));

        var failure = Assert.Throws<AutoFlipException>(() => Load("t.csv"));

        // "x,y\n" has four bytes, "1,K" three: the eighth is the first that is not ASCII.
        Assert.Equal($"'{_folder["t.csv"]}', line 2: byte 8 of the file (0xF6) is not UTF-8. {TextInput.OptionRemedy}.", failure.Message);
        Assert.Equal(ExitCode.BadData, failure.Code);
        foreach (var name in (string[])["latin1", "iso-8859-1", "windows-1252"])
            Assert.Equal(["Käln", "Köln"], Load("t.csv", new() { Encoding = name }).Task.ClassNames);
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void A_byte_order_mark_is_honoured(string encoding)
    {
        var chosen = Encoding.GetEncoding(encoding);
        File.WriteAllBytes(_folder["t.csv"], [.. chosen.GetPreamble(), .. chosen.GetBytes("x,y\n1,Köln\n2,Łódź\n3,Köln\n4,Łódź\n")]);

        Assert.Equal(["Köln", "Łódź"], Load("t.csv").Task.ClassNames);
    }

    /// <summary>However the bytes arrive, valid text comes through whole, and the place of the first byte
    /// that is not valid is found.</summary>
    [Fact]
    public void Text_is_checked_whatever_the_pieces_in_which_it_is_read() =>
        Gen.Select(Gen.Int[0, 4].Select(i => ((string[])["a", "é", "♞", "😀", "\n"])[i]).Array[0, 40], Gen.Int[1, 7], Gen.Bool)
            .Sample((letters, piece, isDamaged) =>
        {
            var text = string.Concat(letters);
            byte[] bytes = [.. Encoding.UTF8.GetBytes(text), .. isDamaged ? [(byte)0xC3] : (byte[])[]];
            using var reader = TextInput.Open(new Pieces(bytes, piece), "file");

            if (!isDamaged) Assert.Equal(text, reader.ReadToEnd());
            else Assert.Equal(
                $"'file', line {text.Count(letter => letter == '\n') + 1}: byte {bytes.Length} of the file (0xC3) is not UTF-8. "
                + "Save it as UTF-8.",
                Assert.Throws<AutoFlipException>(() => reader.ReadToEnd()).Message);
        });

    void Write(string name, string text) => File.WriteAllText(_folder[name], text);

    LoadedData Load(string name, Experiment? experiment = null) =>
        CsvDataSet.Of(_folder[name], (experiment ?? new()) with { Target = "y" }).Load(new(), new() { Offline = true }, RunObserver.None);

    static void Same(LoadedData expected, LoadedData actual)
    {
        Assert.Equal(expected.Train.Count, actual.Train.Count);
        Assert.Equal(expected.Train.Labels.ToArray(), actual.Train.Labels.ToArray());
        for (var row = 0; row < expected.Train.Count; row++)
            Assert.Equal(CsvDataSetTests.Row(expected.Train, row), CsvDataSetTests.Row(actual.Train, row));
    }
}
