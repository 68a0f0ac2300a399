using System.Text;
using Parquet;

namespace AutoFlip.Tests;

/// <summary>Whole runs on Parquet, which are those on the same samples in other files, bit for bit.</summary>
public sealed class ParquetRunTests : IDisposable
{
    const string Tokens = "[PAD]\n[UNK]\n[CLS]\n[SEP]\nfine\nbad\nword\n##0\n##1\n##2\n";

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Images_in_shards_train_the_model_of_a_folder_and_predict()
    {
        // Two classes by colour, 12 images each for training in the order of classes, and one each for testing.
        (string Name, int Label, byte[] Png)[] train = [.. Enumerable.Range(0, 24).Select(i =>
            ($"train/{(i < 12 ? "cat" : "dog")}/{i:00}.png", i / 12, SmallImages.Png(9, 7, (byte)(i / 12 * 200), (byte)(i * 5), 90)))];
        (string Name, int Label, byte[] Png)[] test =
            [("test/cat/a.png", 0, SmallImages.Png(8, 8, 10, 20, 90)), ("test/dog/b.png", 1, SmallImages.Png(8, 8, 190, 20, 90))];
        foreach (var (name, _, png) in train.Concat(test)) _folder.Write($"pets/{name}", png);
        var features = SmallParquet.Features(("image", """{"_type": "Image"}"""), ("label", SmallParquet.ClassLabel("cat", "dog")));
        Images("hub/data/train-00000-of-00002.parquet", train[..10]);
        Images("hub/data/train-00001-of-00002.parquet", train[10..]);
        Images("hub/data/test-00000-of-00001.parquet", test);
        var experiment = Small with { Resize = 8, Model = "TwoNN", HiddenSize = 8, RandomRotation = 10 };

        var (folder, expected) = Run(experiment with { Dataset = $"folder:{_folder["pets"]}" });
        var (run, actual) = Run(experiment with { Dataset = $"parquet:{_folder["hub"]}" });

        Assert.Equal(expected, actual);
        Assert.Equal(Predicted(folder, _folder["pets/test/cat/a.png"]), Predicted(run, _folder["pets/test/cat/a.png"]));

        void Images(string name, (string Name, int Label, byte[] Png)[] some) => Write(
            name, 4, features, ("image", some.Select(one => one.Png).ToArray()), ("label", some.Select(one => (long)one.Label).ToArray()));
    }

    [Fact]
    public void Texts_train_the_model_of_a_CSV_file_and_predict()
    {
        var vocabulary = _folder.Write("vocab.txt", Encoding.UTF8.GetBytes(Tokens));
        string[] texts = [.. Enumerable.Range(0, 60).Select(i => i % 2 == 0 ? $"fine word{i % 3}" : $"bad word{i % 4}, bad")];
        long[] labels = [.. texts.Select((_, i) => i % 2L)];
        var features = SmallParquet.Features(
            ("text", """{"dtype": "string", "_type": "Value"}"""), ("label", SmallParquet.ClassLabel("bad", "good")));
        Write("t.parquet", 25, features, ("text", texts), ("label", labels));
        _folder.Write("t.csv", Encoding.UTF8.GetBytes(
            "text,label\n" + string.Join('\n', texts.Select((text, i) => $"\"{text}\",{(labels[i] == 0 ? "bad" : "good")}"))));
        var experiment = Small with
        {
            Tokenizer = $"wordpiece:{vocabulary}",
            SequenceLength = 6,
            EmbeddingCount = 20,
            EmbeddingSize = 4,
            HiddenSize = 8,
            Model = "NextCharLSTM",
            LayerCount = 1,
        };

        var (table, expected) = Run(experiment with { Dataset = $"csv:{_folder["t.csv"]}", Text = "text", Target = "label" });
        var (run, actual) = Run(experiment with { Dataset = $"parquet:{_folder["t.parquet"]}" });

        Assert.Equal(expected, actual);
        var input = _folder.Write("new.txt", "fine word1\n"u8.ToArray());
        Assert.Equal(Predicted(table, input), Predicted(run, input));
    }

    [Fact]
    public void Table_with_owners_trains_the_model_of_a_CSV_file_and_predicts()
    {
        double[] sizes = [.. Enumerable.Range(0, 60).Select(i => i * 37 % 11 / 4.0)];
        string[] towns = [.. sizes.Select((_, i) => $"town {i % 3}")], kinds = [.. sizes.Select(size => size > 1 ? "large" : "small")];
        string[] colours = [.. sizes.Select((_, i) => i % 4 == 0 ? "red" : "blue")];
        Write("t.parquet", 17, [], ("size", sizes), ("colour", colours), ("town", towns), ("kind", kinds));
        _folder.Write("t.csv", Encoding.UTF8.GetBytes("size,colour,town,kind\n" + string.Join('\n', sizes.Select((size, i) =>
            FormattableString.Invariant($"{size},{colours[i]},{towns[i]},{kinds[i]}")))));
        var experiment = Small with { Target = "kind", Owner = "town", Partition = "pre", Model = "LogReg" };

        var (table, expected) = Run(experiment with { Dataset = $"csv:{_folder["t.csv"]}" });
        var (run, actual) = Run(experiment with { Dataset = $"parquet:{_folder["t.parquet"]}" });

        Assert.Equal(expected, actual);
        var input = _folder.Write("new.csv", "colour,size\nred,2.5\n"u8.ToArray());
        Assert.Equal(Predicted(table, input), Predicted(run, input));
    }

    [Fact]
    public void Features_name_the_image_and_options_come_first()
    {
        byte[][] dark = [.. Enumerable.Range(0, 5).Select(_ => SmallImages.Png(4, 4, 0, 0, 0))];
        byte[][] bright = [.. Enumerable.Range(0, 5).Select(_ => SmallImages.Png(4, 4, 255, 255, 255))];
        Write(
            "two.parquet", 9, SmallParquet.Features(("dark", """{"_type": "Image"}"""), ("y", SmallParquet.ClassLabel("a", "b"))),
            ("dark", dark), ("bright", bright), ("y", new long[] { 0, 1, 0, 1, 0 }));
        var experiment = new Experiment { Dataset = $"parquet:{_folder["two.parquet"]}", Resize = 4 };

        Assert.Equal((0, 4, 1), (First(experiment), Load(experiment).Train.Count, Load(experiment).Test!.Count));
        Assert.Equal(1, First(experiment with { Image = "bright" }));

        float First(Experiment asked) => Load(asked).Train.Row(0)[0];
    }

    public static TheoryData<string, Experiment, ExitCode, string> Faults => new()
    {
        { "size", new Experiment { Resize = 0 }, ExitCode.BadRequest,
            "Give the side that all are resized to, as in Experiment.Resize 64." },
        { "text too", new Experiment { Image = "image", Text = "note" }, ExitCode.BadRequest,
            "Experiment.Image image, Experiment.Text note: a model reads images or texts; name one column." },
        { "target", new Experiment { Target = "image" }, ExitCode.BadRequest,
            "Experiment.Image image: this column is the target or the owner; name another." },
        { "numbers", new Experiment { Target = "height" }, ExitCode.BadRequest,
            "Experiment.Target height: images are classified, and this column holds numbers; name a column of classes." },
        { "no images", new Experiment { Image = "height" }, ExitCode.BadData,
            "the column 'height' holds no images: a struct of bytes and path, or bytes." },
        { "damaged", new Experiment { SampleFraction = 1 }, ExitCode.BadData,
            "row 2' is not usable: it is not a JPEG, PNG, GIF, BMP, WebP, TIFF, PPM or PGM image." },
    };

    [Theory, MemberData(nameof(Faults))]
    public void Bad_requests_and_images_are_refused_in_one_sentence(string what, Experiment experiment, ExitCode code, string why)
    {
        var damaged = what == "damaged";
        Write(
            "t.parquet", 9, SmallParquet.Features(("image", """{"_type": "Image"}"""), ("label", SmallParquet.ClassLabel("a", "b"))),
            ("image", Enumerable.Range(0, 4).Select(i => damaged && i == 1 ? [1, 2, 3] : SmallImages.Png(4, 4, 1, 2, 3)).ToArray()),
            ("note", new[] { "p", "q", "r", "s" }), ("height", new[] { 1.5, 2.5, 3.5, 4.5 }), ("label", new long[] { 0, 1, 0, 1 }));

        var error = Assert.Throws<AutoFlipException>(() => Load(experiment with { Dataset = $"parquet:{_folder["t.parquet"]}" }));

        Assert.Equal(code, error.Code);
        Assert.EndsWith(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decoded_images_are_cached_by_their_column()
    {
        byte[][] dark = [.. Enumerable.Range(0, 5).Select(_ => SmallImages.Png(4, 4, 0, 0, 0))];
        byte[][] bright = [.. Enumerable.Range(0, 5).Select(_ => SmallImages.Png(4, 4, 255, 255, 255))];
        Write("t.parquet", 9, [], ("dark", dark), ("bright", bright), ("y", new[] { 0, 1, 0, 1, 0 }), ("z", new[] { 1, 1, 0, 1, 0 }));
        var experiment = new Experiment { Dataset = $"parquet:{_folder["t.parquet"]}", Resize = 4, Image = "dark", Target = "y" };

        for (var time = 0; time < 2; time++) // made, then from the cache
        {
            Assert.Equal(0, Cached(experiment).Train.Row(0)[0]);
            Assert.Equal(1, Cached(experiment with { Image = "bright" }).Train.Row(0)[0]);
            var other = Cached(experiment with { Target = "z", Owner = "y" });
            Assert.Equal([1, 1, 0, 1], other.Train.Labels); // of the same pixels
            Assert.Equal([0, 1, 0, 1], other.Owners!.OfRow);
        }
        Assert.Equal(4, Directory.GetFiles(_folder["cache/pixels"]).Length); // training and test part of each column

        LoadedData Cached(Experiment asked) =>
            DataSet.Of(asked).Load(asked, new() { Offline = true, CachePath = _folder["cache"] }, RunObserver.None);
    }

    static Experiment Small { get; } = FinishedRuns.Small with { Pruner = "none", PruneFraction = 0, ImageNetNormalization = false };

    static LoadedData Load(Experiment experiment) => DataSet.Of(experiment).Load(experiment, new() { Offline = true }, RunObserver.None);

    (string Directory, string ModelSha256) Run(Experiment experiment)
    {
        var results = _folder[$"runs of {experiment.Dataset.Split(':')[0]}"];
        Directory.CreateDirectory(results);
        var summary = Simulation.Run(
            experiment, new RunOptions { ResultPath = results, Workers = 1, Offline = true },
            (resolved, observer) => FederatedData.Load(resolved, new() { Offline = true }, observer), // no cache of the user's
            RunObserver.None, TimeProvider.System, CancellationToken.None);
        return (Assert.Single(Directory.GetDirectories(results)), summary.ModelSha256);
    }

    static string Predicted(string run, string input)
    {
        var ended = Shell.Run("predict", run, input, "--top", "2");
        Assert.Equal((ExitCode.Done, ""), (ended.Exit, ended.Error));
        return string.Join('\n', ended.Lines);
    }

    void Write(string name, int rows, Dictionary<string, string> notes, params ReadOnlySpan<(string, Array)> columns) =>
        _folder.Write(name, SmallParquet.Bytes(new ParquetOptions(), rows, notes, columns));
}
