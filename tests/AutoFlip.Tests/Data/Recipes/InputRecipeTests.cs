using SkiaSharp;

namespace AutoFlip.Tests;

/// <summary>A recipe makes of a raw file what the data set's own reader made of it: the same bits, also
/// after its way through a file.</summary>
public sealed class InputRecipeTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The recipe of a set, as someone else reads it from a file.</summary>
    static T Received<T>(SampleSet set)
        where T : InputRecipe
    {
        var card = ModelCardTests.Card with { Input = set.Recipe };
        return Assert.IsType<T>(ModelCard.Parse(ModelCard.ToJson(card), "test").Input);
    }

    static float[][] Samples(InputRecipe recipe, string source) =>
        [.. RawInput.Of(recipe, source, TextReader.Null).Select(input => input.Sample ?? throw new InvalidOperationException(input.Fault))];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Images_of_any_size_are_read_as_in_training(bool normalised)
    {
        (int Width, int Height)[] sizes = [(8, 8), (20, 13), (5, 31)];
        foreach (var name in (string[])["cat", "dog"])
        {
            foreach (var (width, height) in sizes)
            {
                var format = width == 5 ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Png;
                _folder.Write(
                    $"train/{name}/{width}.{(width == 5 ? "jpg" : "png")}",
                    SmallImages.Encoded(width, height, format, (x, y) => new((byte)(x * 9), (byte)(y * 7), (byte)(x * y))));
            }
        }
        var experiment = new Experiment { Dataset = $"folder:{_folder.Path}", Resize = 8, ImageNetNormalization = normalised };
        var set = DataSet.Of(experiment)
            .Load(experiment, new DataLocations { DataPath = _folder.Path, Offline = true }, RunObserver.None).Train;
        var recipe = Received<ImageRecipe>(set);

        // Of six images the fifth is the server's.
        string[] files = [.. _folder.Files.Where((_, file) => file % 5 != 4)];
        Assert.Equal(5, files.Length);
        for (var row = 0; row < files.Length; row++) Assert.Equal(set.Row(row), Assert.Single(Samples(recipe, _folder[files[row]])));
    }

    [Fact]
    public void Grey_images_are_read_as_in_training()
    {
        byte[] pixels = [.. Enumerable.Range(0, 28 * 28).Select(i => (byte)(i * 31))];
        var set = new ImageSet(new SampleShape(1, 28, 28), pixels, [3]).Resized(24)
            .With(new ImageTransform { ImageNetNormalization = true, HorizontalFlip = 1 });

        var read = Samples(Received<ImageRecipe>(set), _folder.Write("digit.pgm", SmallImages.Ppm(28, 28, pixels)));

        Assert.Equal(set.Row(0), Assert.Single(read));
    }

    [Fact]
    public void A_row_of_a_table_is_scaled_as_the_servers_test_rows()
    {
        const string Header = "size,member,colour,town,label";
        string[] rows = [
            "1.5,1,red,a,no", ",0,blue,b,yes", "3,1,,a,no", "4,?,red,b,yes", "9,1,green,a,no", "2,0,blue,a,no", "2,0,red,b,yes",
            "70,1,red,b,yes", "6,1,blue,a,no", "?,0,,b,yes"];
        _folder.Write("t.csv", string.Join('\n', [Header, .. rows]));
        var experiment = new Experiment
        {
            Dataset = $"csv:{_folder["t.csv"]}",
            Target = "label",
            Owner = "town",
            Partition = "pre",
            TestFraction = 0.2
        };
        var data = FederatedData.Load(experiment, new DataLocations { Offline = true }, RunObserver.None);
        var recipe = Received<TableRecipe>(data.Train);

        // Columns are found by name: others, and their order, do not matter.
        var test = string.Join(
            '\n',
            [
                "colour,Size,unused,member",
                .. new[] { rows[4], rows[9] }.Select(row => row.Split(',')).Select(f => $"{f[2]},{f[0]},x,{f[1]}")
            ]);
        _folder.Write("mine.csv", test);
        Assert.Equal([data.Test!.Row(0), data.Test!.Row(1)], Samples(recipe, _folder["mine.csv"]));
        Assert.True(recipe.Equivalent(data.Test!.Recipe)); // whichever set is asked
        var raw = DataSet.Of(experiment).Load(experiment, new DataLocations { Offline = true }, RunObserver.None);
        Assert.Equal(data.Test!.Row(1), raw.Test!.As(recipe)!.Row(1));
        Assert.Null(raw.Test.As(new TableRecipe(recipe.Columns[1..])));
    }

    [Theory, InlineData(PaddingSide.Before), InlineData(PaddingSide.Behind)]
    public void Texts_become_the_ids_they_had_in_training(PaddingSide padding)
    {
        string[] texts = ["Oil up, oil jumps", "Chips: up, up & away <br /> don't", "!", "a b c d e f g h i j k"];
        _folder.Write("AG_NEWS/train.csv", string.Join('\n', texts.Select(text => $"1,\"{text}\",")));
        _folder.Write("AG_NEWS/test.csv", "1,\"never seen, up\",");
        var data = _folder.Load(CsvTextDataSet.AgNews, new Experiment { SequenceLength = 6, EmbeddingCount = 9, Padding = padding });
        _folder.Write("mine.txt", string.Join('\n', [texts[0], "", .. texts[1..], "never seen, up"])); // a blank line is none

        var samples = Samples(Received<WordRecipe>(data.Train), _folder["mine.txt"]);

        Assert.Equal([.. Enumerable.Range(0, 4).Select(data.Train.Row), data.Test!.Row(0)], samples);
        Assert.Equal(padding == PaddingSide.Before, data.Train.Row(2)[0] == 0); // "!" is one word of six
        Assert.Equal(padding == PaddingSide.Behind, data.Train.Row(2)[5] == 0);
    }

    [Fact]
    public void Characters_become_the_ids_they_had_in_training()
    {
        var window = "To be, or not to be: that is the question; whether 'tis nobler [é] in the mind t}"[..80];
        var data = _folder.Load(LeafShakespeare.Instance, LeafJson.Of(("a", [window], ["o"])), LeafJson.Of(("a", [window], ["o"])));
        var recipe = Received<CharacterRecipe>(data.Train);

        _folder.Write("mine.txt", $"{window}\nbefore {window}\nbe");
        var samples = Samples(recipe, _folder["mine.txt"]);

        Assert.Equal(data.Train.Row(0), samples[0]);
        Assert.Equal(data.Train.Row(0), samples[1]); // the last 80
        // Two letters behind 78 spaces. LEAF's alphabet: space is 1, the small letters begin at 53.
        Assert.Equal([.. Enumerable.Repeat(1f, 78), 54, 57], samples[2]);
        Assert.Equal(LeafShakespeare.Alphabet.IndexOf('b', StringComparison.Ordinal), samples[2][78]);
    }

    [Fact]
    public void Sequences_become_the_ids_they_had_in_training()
    {
        var sequence = (string[])["<BOS>", "b", "c"];
        var users = LeafJson.Of((
            "7", [new[] { sequence, ["c", "<EOS>", "<PAD>"] }],
            [new { target_tokens = new[] { (string[])["b", "c", "c"], ["<EOS>", "<PAD>", "<PAD>"] } }]));
        var data = _folder.Load(LeafReddit.Instance, users, LeafJson.Of(), new Experiment { EmbeddingCount = 20 });
        _folder.Write("mine.txt", "<BOS> b c\nc <EOS>\nx <BOS> b  c");

        var samples = Samples(Received<SequenceRecipe>(data.Train), _folder["mine.txt"]);

        Assert.Equal([data.Train.Row(0), data.Train.Row(1), data.Train.Row(0)], samples); // padding lies behind, and the last words count
    }

    [Fact]
    public void Plain_numbers_are_read_as_they_are()
    {
        var set = new VectorSet(3, [1, -2.5f, 3e-20f], Targets.Numbers([1]));
        _folder.Write("mine.csv", "1;-2.5;3e-20\n1;2\n1;2;x");

        var inputs = RawInput.Of(Received<NumberRecipe>(set), _folder["mine.csv"], TextReader.Null).ToList();

        Assert.Equal(set.Row(0), inputs[0].Sample);
        Assert.Equal(
            [
                $"'{_folder["mine.csv"]}', line 2: there are 2 values, and the model reads 3.",
                $"'{_folder["mine.csv"]}', line 3: 'x' is no number."
            ],
            inputs[1..].Select(input => input.Fault));
        Assert.Equal(
            "'-', line 1: '7' is no token: those are 0 to 6.",
            Assert.Single(RawInput.Of(new NumberRecipe(2, 1, 1, Tokens: 7), "-", new StringReader("1,7"))).Fault);
    }

    [Fact]
    public void Views_of_a_set_have_its_recipe()
    {
        var set = new ImageSet(new SampleShape(1, 2, 2), new byte[8], [0, 1]);

        Assert.Same(set.Recipe, new Unaugmented(new SampleSubset(set, [1])).Recipe);
        Assert.NotNull(new Unaugmented(new SampleSubset(set, [1])).As(set.Recipe));
        Assert.Null(new Unaugmented(new SampleSubset(set, [1])).As(set.Recipe with { Mean = [0.5f] }));
    }

    [Fact]
    public void What_cannot_be_read_stops_nothing_else()
    {
        _folder.Write("a/1.png", SmallImages.Png(2, 2, 1, 2, 3));
        _folder.Write("a/2.png", [1, 2, 3]);
        _folder.Write("a/b/3.png", SmallImages.Png(2, 2, 1, 2, 3));
        _folder.Write("empty/readme.txt", [1]);
        var recipe = new ImageRecipe(3, 2, 2, [0, 0, 0], [1, 1, 1]);

        var inputs = ((string[])["a", "none.png", "empty"]).SelectMany(name => RawInput.Of(recipe, _folder[name], TextReader.Null))
            .ToList();

        Assert.Equal([true, false, true, false, false], inputs.Select(input => input.Fault is null));
        Assert.Contains("it is not a JPEG", inputs[1].Fault!, StringComparison.Ordinal);
        Assert.Contains("none.png", inputs[3].Fault!, StringComparison.Ordinal);
        Assert.Contains("there are no images in this folder", inputs[4].Fault!, StringComparison.Ordinal);
        _folder.Write("bad.txt", [0x61, 0x0a, 0xff]);
        Assert.Equal(
            $"'{_folder["bad.txt"]}', line 2: byte 3 of the file (0xFF) is not UTF-8. {TextInput.OptionRemedy}.",
            RawInput.Of(new CharacterRecipe("ab", 1), _folder["bad.txt"], TextReader.Null).Last().Fault);
        Assert.Equal(
            $"'{_folder["none.txt"]}' does not exist.",
            RawInput.Of(new CharacterRecipe("ab", 1), _folder["none.txt"], TextReader.Null).Single().Fault);
        Assert.Contains(
            "it is a folder", RawInput.Of(new CharacterRecipe("ab", 1), _folder.Path, TextReader.Null).Single().Fault!,
            StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadRequest, Assert.Throws<AutoFlipException>(() => RawInput.Of(recipe, "-", TextReader.Null)).Code);
    }

    [Fact]
    public void A_table_without_a_column_is_told_which_are_read()
    {
        var recipe = new TableRecipe([new("age", ColumnKind.Number, [], false), new("sex", ColumnKind.Category, ["f", "m"], false)]);

        var fault = Assert.Single(RawInput.Of(recipe, "-", new StringReader("age,town\n3,x"))).Fault!;

        Assert.Equal(
            "'-' is not usable: its first line names no column 'sex'. The model reads age, sex, in any order; others are passed over.",
            fault);
    }
}
