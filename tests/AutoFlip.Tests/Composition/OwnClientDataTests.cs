using System.Text;

namespace AutoFlip.Tests;

/// <summary>A client's own folders and files, read under a data contract, are what a simulation deals it.</summary>
public sealed class OwnClientDataTests : IDisposable
{
    static readonly string[] Words = "river stone cloud ember frost willow harbor lantern meadow copper".Split(' ');

    readonly TemporaryFolder _folder = new();

    DataLocations Where => new() { Offline = true, CachePath = _folder["cache"] };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("csv", false)]
    [InlineData("csv", true)] // a file of its own with what is held out
    [InlineData("parquet", false)]
    public void Rows_of_a_table_are_those_of_the_simulation(string kind, bool heldOutFile)
    {
        var rows = Enumerable.Range(0, 60).Select(i => new Dictionary<string, string>
        {
            ["age"] = i % 7 == 3 ? "" : FormattableString.Invariant($"{i * i / 8.0}"),
            ["town"] = i % 11 == 5 ? "" : Words[i * i % 5],
            ["day"] = new DateTime(2024, 1, 1).AddDays(i * 3).ToString("yyyy-MM-dd", null),
            ["member"] = i % 4 == 0 ? "1" : "0",
            ["who"] = $"owner {i * 7 % 3}", // 3 owners of 20 rows
            ["income"] = (i * 5 % 3) switch { 0 => "low", 1 => "middle", _ => "high" },
        }).ToList();
        _folder.Write("all.csv", Csv(rows, "age", "town", "day", "member", "who", "income"));
        var experiment = Experiment("csv:all.csv") with { Target = "income", TestFraction = heldOutFile ? 0 : 0.2 };
        var simulated = FederatedData.Load(experiment, Where, ILoadObserver.None);
        var contract = DataContract.Parse(simulated.Contract.ToJson(), "test");

        for (var client = 0; client < 3; client++)
        {
            // Every fifth row is the server's; the others are the owner's, in the order of the file.
            var mine = rows.Where((row, i) => i % 5 != 4 && row["who"] == simulated.Table.OwnerNames![client]).ToList();
            string[] columns = ["income", "note", "member", "day", "town", "age"]; // another order, one more, no owner
            foreach (var row in mine) row["note"] = "x";
            Write(mine);
            var data = ClientData.Own(
                experiment, contract, new($"{kind}:{_folder["own"]}.{kind}")
                {
                    HoldOut = heldOutFile ? $"{kind}:{_folder["own"]}.{kind}" : null,
                }, client, Where, ILoadObserver.None, default);

            AssertSame(simulated, data, client, heldOutFile);
            Assert.Equal(contract.Sha256, data.Contract.Sha256);

            void Write(List<Dictionary<string, string>> some) => _folder.Write($"own.{kind}", kind == "csv" ? Csv(some, columns)
                : SmallParquet.Bytes(
                    ("income", some.Select(row => row["income"]).ToArray()),
                    ("day", some.Select(row => DateTime.Parse(row["day"], null)).ToArray()),
                    ("member", some.Select(row => row["member"] == "1").ToArray()),
                    ("town", some.Select(row => row["town"].Length == 0 ? null : row["town"]).ToArray()),
                    ("age", some.Select(row => row["age"].Length == 0 ? (double?)null : double.Parse(row["age"], null)).ToArray())));
        }
    }

    [Fact]
    public void Numbers_to_be_learnt_are_those_of_the_simulation()
    {
        var rows = Enumerable.Range(0, 30).Select(i => new Dictionary<string, string>
        {
            ["x"] = $"{i},5",
            ["who"] = i % 2 == 0 ? "a" : "b",
            ["y"] = $"{i * i},25",
        }).ToList();
        _folder.Write("all.csv", Csv(rows, ';', "x", "who", "y"));
        var experiment = Experiment("csv:all.csv") with { Target = "y", Clients = 2 };
        var simulated = FederatedData.Load(experiment, Where, ILoadObserver.None);
        Assert.Equal(TaskKind.Regression, simulated.Task.Kind);
        for (var client = 0; client < 2; client++)
        {
            _folder.Write("own.csv", Csv(rows.Where((row, i) => i % 5 != 4 && i % 2 == client), ';', "y", "x"));

            AssertSame(simulated, Own(experiment, simulated.Contract, "csv:own.csv", client), client);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Texts_have_the_vocabulary_of_the_contract(bool wordPiece)
    {
        var rows = Enumerable.Range(0, 40).Select(i => new Dictionary<string, string>
        {
            ["review"] = string.Join(' ', Enumerable.Range(0, 2 + i % 5).Select(k => Words[(i * k + i / 3 + k) % Words.Length])),
            ["who"] = i % 3 == 0 ? "a" : "b",
            ["label"] = i % 4 < 2 ? "good" : "bad",
        }).ToList();
        _folder.Write("all.csv", Csv(rows, "review", "who", "label"));
        _folder.Write("vocab.txt", Encoding.UTF8.GetBytes(string.Join('\n', ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "river", "st", "##one"])));
        var experiment = Experiment("csv:all.csv") with
        {
            Target = "label",
            Text = "review",
            SequenceLength = 5,
            EmbeddingCount = 9,
            Clients = 2,
            Tokenizer = wordPiece ? $"wordpiece:{_folder["vocab.txt"]}" : "words",
        };
        var simulated = FederatedData.Load(experiment, Where, ILoadObserver.None);
        var contract = DataContract.Parse(simulated.Contract.ToJson(), "test");
        File.Delete(_folder["vocab.txt"]); // a client has only the contract
        for (var client = 0; client < 2; client++)
        {
            var name = "ab"[client].ToString();
            _folder.Write("own.csv", Csv(rows.Where((row, i) => i % 5 != 4 && row["who"] == name), "label", "review"));

            AssertSame(simulated, Own(experiment, contract, "csv:own.csv", client), client);
        }
    }

    [Theory]
    [InlineData("png")]
    [InlineData("txt")]
    public void A_client_with_two_of_four_classes_numbers_them_as_the_simulation_does(string kind)
    {
        string[] classes = ["ant", "bee", "cat", "dog"];
        var files = classes.SelectMany((name, label) =>
            Enumerable.Range(0, 10).Select(i => (Name: $"{name}/{i:00}.{kind}", label))).ToList();
        foreach (var (name, label) in files)
        {
            var i = name[^5] - '0';
            _folder.Write($"all/{name}", kind == "txt"
                ? Encoding.UTF8.GetBytes($"{Words[label]} {Words[i]} {Words[9 - i]}")
                : SmallImages.Encoded(
                    9, 7, SkiaSharp.SKEncodedImageFormat.Png, (x, y) => new((byte)(20 * x + i), (byte)(30 * y), (byte)(60 * label))));
        }
        var experiment = Experiment("folder:all") with
        {
            Clients = 2,
            Resize = 8,
            ImageNetNormalization = true,
            RandomRotation = 20,
            SequenceLength = 3,
        };
        // Client 0 has cats alone and dogs, client 1 ants and bees alone: labels of their own would be 0 and 1 for both.
        var simulated = FederatedData.Assign(
            experiment, DataSet.Of(experiment).Load(experiment, Where, ILoadObserver.None), new ByClass(label => label >= 2 ? 0 : 1));
        var contract = DataContract.Parse(simulated.Contract.ToJson(), "test");
        for (var client = 0; client < 2; client++)
        {
            foreach (var (file, row) in files.Select((file, row) => (file, row)))
                if (row % 5 != 4 && (file.label >= 2 ? 0 : 1) == client)
                    _folder.Write($"own{client}/{file.Name}", File.ReadAllBytes(_folder[$"all/{file.Name}"]));

            AssertSame(simulated, Own(experiment with { ImageNetNormalization = false }, contract, $"folder:own{client}", client), client);
        }
    }

    [Fact]
    public void Decoded_images_are_cached_for_the_classes_of_one_contract()
    {
        foreach (var name in (string[])["ant", "bee"]) _folder.Write($"own/{name}/1.png", SmallImages.Png(8, 8, 1, 2, 3));
        int[] LabelsUnder(params string[] classes) => Own(Experiment("Digits"), Images(classes), "folder:own", 0).Inner.ShareOf(0)
            .Train.Labels.ToArray();

        Assert.Equal([0, 1], LabelsUnder("ant", "bee"));
        Assert.Equal([1, 2], LabelsUnder("cat", "ant", "bee"));
        Assert.Equal([1, 0], [.. LabelsUnder("bee", "ant").OrderDescending()]);
        Assert.Equal([0, 1], LabelsUnder("ant", "bee"));
    }

    [Fact]
    public void Codes_of_a_Parquet_file_are_translated_by_the_names_of_its_classes()
    {
        var contract = Table(LearningTask.Classification("cat", "dog", "emu"));
        _folder.Write("own.parquet", SmallParquet.Bytes(
            new(), 9, SmallParquet.Features(("y", SmallParquet.ClassLabel("emu", "cat"))), ("x", new[] { 1, 2, 3 }),
            ("y", new long[] { 0, 1, 0 })));

        var own = Own(Experiment("Digits") with { TestFraction = 0 }, contract, "parquet:own.parquet", 0).Inner.ShareOf(0);

        Assert.Equal([2, 0, 2], own.Train.Labels);
    }

    [Fact]
    public void A_user_of_a_LEAF_set_has_the_samples_of_the_simulation()
    {
        object[] Tweet(string text) => ["1", "day", "none", "user", text];
        var ann = ("ann", new object[] { Tweet("river stone river"), Tweet("cloud"), Tweet("stone frost") }, new object[] { 0, 4, 0 });
        var bob = ("bob", new object[] { Tweet("ember river"), Tweet("willow willow") }, new object[] { 4, 0 });
        var held = ("ann", new object[] { Tweet("harbor river") }, new object[] { 4 });
        _folder.Write("all/Sent140/train/a.json", LeafJson.Of(ann, bob));
        _folder.Write("all/Sent140/test/a.json", LeafJson.Of(held, ("bob", [Tweet("cloud")], [0])));
        _folder.Write("own/Sent140/train/a.json", LeafJson.Of(ann));
        _folder.Write("own/Sent140/test/a.json", LeafJson.Of(held));
        var experiment = new Experiment { Dataset = "Sent140", Partition = "pre", Clients = 2, SequenceLength = 4 };
        var simulated = FederatedData.Load(experiment, Where with { DataPath = _folder["all"] }, ILoadObserver.None);

        var own = ClientData.Own(
            experiment, simulated.Contract, new("Sent140", "ann"), 0, Where with { DataPath = _folder["own"] }, ILoadObserver.None,
            default);

        AssertSame(simulated, own, 0);
        Assert.Equal((3, 1), (own.TrainSamples(0), own.HeldOutSamples(0)));
        var error = Assert.Throws<AutoFlipException>(() => ClientData.Own(
            experiment, simulated.Contract, new("Sent140", "bob"), 1, Where with { DataPath = _folder["own"] }, ILoadObserver.None,
            default));
        Assert.Equal((ExitCode.BadData, "The training files of Sent140 have no samples of the user 'bob'."), (error.Code, error.Message));
    }

    /// <summary>Samples, classes and what is held out are the same, in the same order, bit for bit, augmented and not.</summary>
    static void AssertSame(FederatedData simulated, ClientData own, int client, bool heldOutIsTrain = false)
    {
        var (expected, actual) = (new SimulatedData(simulated).ShareOf(client), own.Inner.ShareOf(client));
        Assert.Equal(simulated.Task.ClassNames, own.Inner.Task.ClassNames);
        Same(expected.Train, expected.TrainRows, actual.Train, actual.TrainRows);
        if (heldOutIsTrain) Same(expected.HeldOut, Sorted(expected.TrainRows), actual.HeldOut, actual.HeldOutRows);
        else Same(expected.HeldOut, expected.HeldOutRows, actual.HeldOut, actual.HeldOutRows);
        Assert.Equal(expected.TrainRows.Length, own.TrainSamples(client));

        static int[] Sorted(ReadOnlyMemory<int> rows) => [.. rows.ToArray().Order()];
    }

    static void Same(SampleSet expected, ReadOnlyMemory<int> rows, SampleSet actual, ReadOnlyMemory<int> own)
    {
        Assert.Equal(rows.Length, own.Length);
        Assert.NotEqual(0, own.Length);
        foreach (var seed in (ulong?[])[null, 3])
        {
            var (one, other) = (new float[rows.Length * expected.Shape.Length], new float[own.Length * actual.Shape.Length]);
            expected.Read(rows.Span, one, seed is { } a ? new KeyedRandom(a) : null);
            actual.Read(own.Span, other, seed is { } b ? new KeyedRandom(b) : null);
            Assert.Equal(one, other);
        }
        float[] truth = new float[rows.Length], ownTruth = new float[own.Length];
        expected.Targets.Read(rows.Span, truth);
        actual.Targets.Read(own.Span, ownTruth);
        Assert.Equal(truth, ownTruth);
    }

    ClientData Own(Experiment experiment, DataContract contract, string data, int client) => ClientData.Own(
        experiment, contract, new(data.Replace(":", $":{_folder.Path}/", StringComparison.Ordinal)), client, Where, ILoadObserver.None,
        default);

    Experiment Experiment(string dataset) => new()
    {
        Dataset = dataset.Replace(":", $":{_folder.Path}/", StringComparison.Ordinal),
        Owner = dataset.StartsWith("csv", StringComparison.Ordinal) ? "who" : "",
        Partition = "pre",
        Clients = 3,
        Seed = 5,
    };

    static DataContract Images(params string[] classes) => new()
    {
        Task = LearningTask.Classification([.. classes]),
        Recipe = ImageRecipe.Of(new(3, 8, 8), new()),
    };

    static DataContract Table(LearningTask task) => new()
    {
        Task = task,
        Recipe = new TableRecipe([new("x", ColumnKind.Number, [], false) { Mean = 1, Deviation = 2 }]),
        Columns = new("y"),
    };

    static byte[] Csv(IEnumerable<Dictionary<string, string>> rows, params string[] columns) => Csv(rows, ',', columns);

    static byte[] Csv(IEnumerable<Dictionary<string, string>> rows, char separator, params string[] columns) => Encoding.UTF8.GetBytes(
        string.Join(separator, columns) + "\n"
        + string.Concat(rows.Select(row => string.Join(separator, columns.Select(column => row[column])) + "\n")));

    sealed record ByClass(Func<int, int> ClientOf) : Partition
    {
        public override int[][] Assign(PartitionInput input, int clients, KeyedRandom random)
        {
            var labels = input.Labels.ToArray();
            return [.. Enumerable.Range(0, clients).Select(client =>
                Enumerable.Range(0, labels.Length).Where(row => ClientOf(labels[row]) == client).ToArray())];
        }
    }
}
