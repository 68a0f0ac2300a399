namespace AutoFlip.Tests;

public class LeafDataSetTests
{
    static readonly string Window = new string('a', 79) + "?";

    [Fact]
    public void Femnist_keeps_bytes_ink_and_classes()
    {
        using var folder = new TemporaryFolder();
        var image = Enumerable.Repeat(1.0, 784).ToArray();
        (image[0], image[1], image[783]) = (0, 0.5, 0.0039); // 0.5 * 255 = 127.5 rounds up, 0.0039 * 255 = 0.99

        var data = folder.Load(LeafFemnist.Instance, LeafJson.Of(("w", [image], [61])), LeafJson.Of(("w", [LeafJson.Image(0)], [10])));

        var row = data.Train.Row(0);
        Assert.Equal((0, 128 / 255f, 1, 1 / 255f), (row[0], row[1], row[2], row[783]));
        Assert.Equal(["z", "A"], data.Train.Labels.ToArray().Select(label => data.Task.ClassNames[label]));
        Assert.Equal([10], data.Test!.Labels.ToArray());
        Assert.Every(data.Test.Row(0), pixel => Assert.Equal(0, pixel));
    }

    [Fact]
    public void Femnist_is_resized_and_augmented_like_any_images()
    {
        using var folder = new TemporaryFolder();
        folder.Write("femnist/data/train/a.json", LeafJson.Of(("w", [LeafJson.Image(1)], [0])));
        folder.Write("femnist/data/test/a.json", LeafJson.Of(("w", [LeafJson.Image(1)], [0])));
        var observer = new RecordingObserver();

        var train = Assert.IsType<ImageSet>(folder.Load(LeafFemnist.Instance, new Experiment { Resize = 24 }, observer).Train);

        Assert.Equal(new SampleShape(1, 24, 24), train.Shape);
        Assert.Equal(0.5, train.Transform.HorizontalFlip);
        Assert.Contains(
            "1 training and 1 test samples of 1 users; LEAF's whole set has 805263 of 3550", Assert.Single(observer.Warnings),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Users_without_training_samples_are_counted()
    {
        using var folder = new TemporaryFolder();
        folder.Write("femnist/data/train/a.json", LeafJson.Of(("w", [LeafJson.Image(1)], [0])));
        folder.Write("femnist/data/test/a.json", LeafJson.Of(("w", [LeafJson.Image(1)], [0]), ("x", [LeafJson.Image(1)], [0])));
        var observer = new RecordingObserver();

        folder.Load(LeafFemnist.Instance, new Experiment { Resize = 24 }, observer);

        Assert.EndsWith(": 1 users have no training samples: they are no clients.", observer.Warnings[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Owners_are_in_the_order_of_their_names_whatever_the_files()
    {
        using var one = new TemporaryFolder();
        using var other = new TemporaryFolder();
        var (b, a, c) = (
            ("b", new object[] { LeafJson.Image(0.2), LeafJson.Image(0.4) }, new object[] { 2, 3 }),
            ("a", new object[] { LeafJson.Image(0.6) }, new object[] { 1 }),
            ("c", new object[] { LeafJson.Image(0.8) }, new object[] { 4 }));
        one.Write("train/0.json", LeafJson.Of(b, a, c));
        other.Write("train/0.json", LeafJson.Of(c));
        other.Write("train/1.json", LeafJson.Of(b));
        other.Write("train/2.json", LeafJson.Of(a));
        foreach (var folder in (TemporaryFolder[])[one, other])
            folder.Write("test/0.json", LeafJson.Of(c, ("d", [LeafJson.Image(1)], [5]), a));

        foreach (var folder in (TemporaryFolder[])[one, other])
        {
            var data = folder.Load(LeafFemnist.Instance);
            Assert.Equal(["a", "b", "c", "d"], data.Owners!.Names);
            Assert.Equal([0, 1, 1, 2, 0, 2, 3], data.Owners.OfRow);
            Assert.Equal(4, data.Owners.TrainRows);
            Assert.Equal([1, 2, 3, 4, 1, 4, 5], data.Train.Labels.ToArray());
            Assert.Equal([153 / 255f, 51 / 255f, 102 / 255f, 204 / 255f], Enumerable.Range(0, 4).Select(row => data.Train.Row(row)[0]));
            Assert.Equal([1, 4, 5], data.Test!.Labels.ToArray());
        }
    }

    [Fact]
    public void Users_are_clients_under_the_natural_partition_and_keep_their_test_part()
    {
        using var folder = new TemporaryFolder();
        folder.Write("train/0.json", LeafJson.Of(("b", [Window, Window], ["x", "y"]), ("a", [Window], ["z"])));
        folder.Write("test/0.json", LeafJson.Of(("b", [Window], ["!"])));
        var experiment = new Experiment { Dataset = "Shakespeare", Partition = "pre" };

        var data = FederatedData.Assign(experiment, folder.Load(LeafShakespeare.Instance, experiment));

        Assert.Equal([1, 2], data.Clients.Select(client => client.Train.Length));
        Assert.Equal([0, 1], data.Clients.Select(client => client.HeldOut.Length));
        Assert.Equal(LeafShakespeare.Alphabet.IndexOf('!', StringComparison.Ordinal), data.HeldOut.Labels[data.Clients[1].HeldOut.Span[0]]);
        Assert.Equal(80, data.Test!.Vocabulary);
    }

    [Fact]
    public void Without_test_samples_the_server_has_none()
    {
        using var folder = new TemporaryFolder();

        Assert.Null(folder.Load(LeafShakespeare.Instance, LeafJson.Of(("a", [Window], ["z"])), LeafJson.Of()).Test);
    }

    [Fact]
    public void Shakespeares_ids_are_LEAFs()
    {
        using var folder = new TemporaryFolder();
        var window = "\n !\"&'(),-.0189:;>?AZ[]az}" + "é€/" + "😀" + new string('\n', 50); // 80 characters, the face being one

        var data = folder.Load(LeafShakespeare.Instance, LeafJson.Of(("a", [window, window], ["a", "*"])), LeafJson.Of());

        // 10 signs and the full stop, 10 digits, 5 signs, 26 letters, 2 brackets, 26 letters, }. What is not there has the last id.
        float[] ids = [
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 19, 20, 21, 22, 23, 24, 25, 50, 51, 52, 53, 78, 79, 79, 79, 79, 79, .. new float[50]];
        Assert.Equal(ids, data.Train.Row(0));
        Assert.Equal([53, 79], data.Train.Labels.ToArray());
        Assert.Equal((80, 80, "a"), (data.Train.Vocabulary, data.Task.Outputs, data.Task.ClassNames[53]));
        Assert.Equal(80, data.Task.ClassNames.Distinct().Count());
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Celebrities_are_decoded_in_the_order_of_their_rows(bool cached)
    {
        using var folder = new TemporaryFolder();
        foreach (var red in (byte[])[10, 20, 30]) // 2 x 2 pixels of one red, in a format that needs no encoder
            folder.Write(
                $"celeba/data/raw/img_align_celeba/{red}.jpg",
                [.. "P6 2 2 255\n"u8, .. Enumerable.Range(0, 12).Select(i => i % 3 == 0 ? red : (byte)0)]);
        folder.Write("celeba/data/train/a.json", LeafJson.Of(("9", ["20.jpg", "10.jpg"], [1, 0.0])));
        folder.Write("celeba/data/test/a.json", LeafJson.Of(("10", ["30.jpg"], [1.0])));
        var where = new DataLocations { DataPath = folder.Path, CachePath = cached ? folder["cache"] : null, Offline = true };

        for (var time = 0; time < 2; time++)
        {
            var data = LeafCelebA.Instance.Load(
                new Experiment { Resize = 2 }, where, RunObserver.None, TestContext.Current.CancellationToken);

            Assert.Equal([20, 10, 30], Enumerable.Range(0, 3).Select(row => (int)(data.Train.Row(row)[0] * 255 + 0.5)));
            Assert.Equal([1, 0, 1], data.Train.Labels.ToArray());
            Assert.Equal(["10", "9"], data.Owners!.Names);
            Assert.Equal([1, 1, 0], data.Owners.OfRow);
            Assert.Equal((new SampleShape(3, 2, 2), 1), (data.Test!.Shape, data.Test.Count));
        }
        Assert.Equal(cached, Directory.Exists(folder["cache"]));
    }

    [Theory]
    [InlineData("../secret.jpg", "an image has no plain file name")]
    [InlineData("..", "an image has no plain file name")]
    [InlineData("a\\b.jpg", "an image has no plain file name")]
    [InlineData("missing.jpg", "missing.jpg' cannot be read")]
    public void Celebrities_lie_in_their_folder_alone(string name, string reason)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["raw/img_align_celeba"]);

        var error = Assert.Throws<AutoFlipException>(() =>
            folder.Load(LeafCelebA.Instance, LeafJson.Of(("a", [name], [1])), LeafJson.Of()));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sent140_reads_the_tweet_alone_with_words_of_the_training_part()
    {
        using var folder = new TemporaryFolder();
        var experiment = new Experiment { SequenceLength = 4, EmbeddingCount = 5 };
        var train = LeafJson.Of(
            ("ann", [LeafJson.Tweet("Good GOOD day to"), LeafJson.Tweet("day")], [4, 0]), ("bob", [LeafJson.Tweet("to good")], [1]));

        var data = folder.Load(
            LeafSent140.Instance, train, LeafJson.Of(("ann", [LeafJson.Tweet("rain rain rain, good day today")], [0])), experiment);

        // good 3, then day and to with 2 each in ordinal order: ids 2, 3, 4; test words are unknown, 1; padding, 0, comes first
        Assert.Equal([2, 2, 3, 4], data.Train.Row(0));
        Assert.Equal([0, 0, 0, 3], data.Train.Row(1));
        Assert.Equal([0, 0, 4, 2], data.Train.Row(2));
        Assert.Equal([1, 1, 1, 1], data.Test!.Row(0)); // a comma is a word too
        Assert.Equal([1, 0, 1, 0], data.Train.Labels.ToArray());
        Assert.Equal((5, 1), (data.Train.Vocabulary, data.Task.Outputs));
    }

    [Fact]
    public void Reddit_labels_each_step_with_the_next_word()
    {
        using var folder = new TemporaryFolder();
        object[] Comment(params string[][] sequences) => sequences;
        object Next(params string[][] sequences) =>
            new { subreddit = "all", created_utc = 1, target_tokens = sequences, count_tokens = new[] { new[] { 1.0, 1, 1 } } };
        // As LEAF cuts "b b c" into threes: <BOS> b b | c <EOS> <PAD>, followed by b b c | <EOS> <PAD> <PAD>.
        // "c b" fills its last sequence with <EOS> alone, of which nothing follows: <BOS> c b | <EOS> <PAD> <PAD> has no targets.
        var train = LeafJson.Of(
            ("7", [Comment(["<BOS>", "b", "b"], ["c", "<EOS>", "<PAD>"])], [Next(["b", "b", "c"], ["<EOS>", "<PAD>", "<PAD>"])]),
            ("12", [Comment(["<BOS>", "c", "b"], ["<EOS>", "<PAD>", "<PAD>"])], [Next(["c", "b", "<EOS>"], ["<PAD>", "<PAD>", "<PAD>"])]));
        // of all parts together, as LEAF has it
        train = train.Replace("\"num_samples\":[1,1]", "\"num_samples\":[9,5]", StringComparison.Ordinal);
        var test = LeafJson.Of(("7", [Comment(["<BOS>", "new", "c"])], [Next(["new", "c", "<EOS>"])]));

        var data = folder.Load(LeafReddit.Instance, train, test, new Experiment { EmbeddingCount = 100 });

        // b 3, then <BOS>, <EOS> and c with 2 each in ordinal order
        Assert.Equal(["<PAD>", "<UNK>", "b", "<BOS>", "<EOS>", "c"], data.Task.ClassNames);
        Assert.Equal((TaskKind.Labelling, 6, new SampleShape(3, 1, 1)), (data.Task.Kind, data.Train.Vocabulary, data.Train.Shape));
        Assert.Equal(["12", "7"], data.Owners!.Names);
        Assert.Equal([0, 1, 1, 1], data.Owners.OfRow);
        Assert.Equal([3, 5, 2], data.Train.Row(0));
        Assert.Equal([5, 4, 0], data.Train.Row(2));
        var targets = new long[12];
        data.Train.Targets.Read([0, 1, 2, 3], targets);
        Assert.Equal([5, 2, 4, 2, 2, 5, 4, -1, -1, 1, 5, 4], targets);
    }

    [Theory]
    [InlineData("FEMNIST", "[[1, 0.5]]", "[0]", "an image has 2 pixels instead of 784")]
    [InlineData("FEMNIST", "[[1.01]]", "[0]", "a pixel is 1.01, and not from 0 to 1")]
    [InlineData("FEMNIST", "[[-0.1]]", "[0]", "a pixel is -0.1, and not from 0 to 1")]
    [InlineData("FEMNIST", "[[\"1\"]]", "[0]", "a number from 0 to 1 is expected, not a text")]
    [InlineData("FEMNIST", "[3]", "[0]", "an image, a list of numbers, is expected, not a number")]
    [InlineData("FEMNIST", "[]", "[62]", "class 62 is none of 0 .. 61")]
    [InlineData("FEMNIST", "[]", "[-1]", "class -1 is none of 0 .. 61")]
    [InlineData("FEMNIST", "[]", "[0.5]", "a class must be a whole number, not 0.5")]
    [InlineData("FEMNIST", "[]", "[\"a\"]", "a class is expected, not a text")]
    [InlineData("FEMNIST", "[]", "[]", "hold no samples")]
    [InlineData("Shakespeare", "[\"To be\"]", "[\"a\"]", "a text of 80 characters is expected, and not of 5")]
    [InlineData("Shakespeare", "[7]", "[\"a\"]", "a text of 80 characters is expected, not a number")]
    [InlineData("Shakespeare", "[]", "[\"ab\"]", "a text of one character is expected, and not of 2")]
    [InlineData("Shakespeare", "[]", "[\"\"]", "a text of one character is expected, and not of 0")]
    [InlineData("Sent140", "[\"hello\"]", "[1]", "a tweet, a list of texts, is expected, not a text")]
    [InlineData("Sent140", "[[\"1\", \"hello\"]]", "[1]", "a tweet has 2 fields instead of 5")]
    [InlineData("Sent140", "[[\"1\", 2]]", "[1]", "a text is expected, not a number")]
    [InlineData("Sent140", "[]", "[2]", "mood 2 is none of 0, 1 and 4")]
    [InlineData("LEAF-CelebA", "[1]", "[1]", "the name of an image is expected, not a number")]
    [InlineData("LEAF-CelebA", "[]", "[2]", "class 2 is none of 0 and 1")]
    [InlineData("Reddit", "[\"hello\"]", "[]", "a list of sequences is expected, not a text")]
    [InlineData("Reddit", "[[\"hello\"]]", "[]", "a sequence, a list of words, is expected, not a text")]
    [InlineData("Reddit", "[[[1]]]", "[]", "a word is expected, not a number")]
    [InlineData("Reddit", "[[[\"a\"]]]", "[{}]", "a y has no 'target_tokens'")]
    [InlineData("Reddit", "[[[\"a\"]]]", "[[[\"a\"]]]", "an object with target_tokens is expected, not a list")]
    [InlineData("Reddit", "[[[\"a\"]]]", "[{\"target_tokens\": [[\"a\", \"b\"]]}]", "a sequence has 2 words, and the first one has 1")]
    [InlineData(
        "Reddit", "[[[\"a\"], [\"b\"]]]", "[{\"target_tokens\": [[\"a\"]]}]", "a comment has other numbers of sequences in x than in y")]
    [InlineData("Reddit", "[[[]]]", "[{\"target_tokens\": [[]]}]", "a sequence has 0 words, and not 1 to 4096")]
    public void Samples_of_another_kind_are_refused_by_path_and_user(string name, string x, string y, string reason)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["raw/img_align_celeba"]);
        var file = $$"""{"users": ["somebody"], "num_samples": [{{(x.Length > 2 ? 1 : 0)}}], "user_data": {"somebody": {"x": {{x}}, "y": {{y}} } } }""";

        var error = Assert.Throws<AutoFlipException>(() => folder.Load(Catalog.DataSets[name], file, LeafJson.Of()));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        if (y != "[]" || x != "[]")
            Assert.Contains(
                $"{folder["train/all_data_train_9.json"]}' is not usable: user 'somebody': ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_set_that_is_nowhere_says_how_to_get_it()
    {
        using var folder = new TemporaryFolder();

        var error = Assert.Throws<AutoFlipException>(() =>
            LeafShakespeare.Instance.Load(new(), new() { DataPath = folder.Path }, RunObserver.None));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains("it has to be fetched by hand", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            "Get it from https://github.com/TalwalkarLab/leaf (data/shakespeare/preprocess.sh makes data/shakespeare/data), "
            + "so that train/*.json, test/*.json lie in a folder",
            error.Message, StringComparison.Ordinal);
    }
}
