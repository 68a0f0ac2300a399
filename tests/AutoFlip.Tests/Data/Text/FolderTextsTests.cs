using System.Text;

namespace AutoFlip.Tests;

/// <summary>Folders of one's own texts, a file each.</summary>
public sealed class FolderTextsTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Text_files_in_class_folders_are_samples()
    {
        foreach (var (name, text) in ((string, string)[])[
            ("train/pos/b.txt", "good film"), ("train/pos/a.TXT", "good good"), ("train/neg/c.txt", "poor\nfilm"),
            ("test/neg/d.txt", "poor")])
            Write($"mine/{name}", text);

        var data = Load("mine", new() { SequenceLength = 3 });

        // neg before pos, names in ordinal order; good three times, film and poor twice.
        Assert.Equal(["neg", "pos"], data.Task.ClassNames);
        Assert.Equal([0, 1, 1], data.Train.Labels);
        Assert.Equal(["<PAD>", "<UNK>", "good", "film", "poor"], ((WordRecipe)data.Train.Recipe).Words);
        Assert.Equal([0, 4, 3], data.Train.Row(0));
        Assert.Equal([0, 2, 2], data.Train.Row(1));
        Assert.Equal([0, 0, 4], data.Test!.Row(0));
    }

    [Fact]
    public void Without_a_test_folder_every_fifth_text_is_for_testing()
    {
        foreach (var name in (string[])["x/1", "x/2", "x/3", "x/4", "x/5", "y/1"])
            Write($"mine/{name}.txt", name == "x/5" ? "last" : "word");

        var data = Load("mine", new() { SequenceLength = 1 });

        Assert.Equal([0, 0, 0, 0, 1], data.Train.Labels);
        Assert.Equal([0], data.Test!.Labels);
        Assert.Equal([Vocabulary.Unknown], data.Test.Row(0));
    }

    [Fact]
    public void Layout_of_IMDB_is_read_as_IMDB()
    {
        foreach (var part in (string[])["train", "test"])
            foreach (var opinion in (string[])["neg", "pos"])
                for (var i = 0; i < 5; i++) Write($"IMDB/{part}/{opinion}/{i}_{opinion[0]}.txt", $"{opinion} {part} words {i % 3}");
        var experiment = new Experiment { SequenceLength = 4 };

        var (expected, actual) = (_folder.Load(ImdbDataSet.Instance, experiment), Load("IMDB", experiment));

        Assert.Equal(expected.Train.Recipe, actual.Train.Recipe, (one, other) => one.Equivalent(other));
        foreach (var (one, other) in ((SampleSet, SampleSet)[])[(expected.Train, actual.Train), (expected.Test!, actual.Test!)])
        {
            Assert.Equal(one.Labels, other.Labels);
            for (var row = 0; row < one.Count; row++) Assert.Equal(one.Row(row), other.Row(row));
        }
    }

    [Fact]
    public void Images_come_before_texts_beside_them()
    {
        foreach (var name in (string[])["cat/a", "cat/b", "cat/c", "dog/a", "dog/b"])
            _folder.Write($"mine/{name}.png", SmallImages.Png(2, 2, 0, 0, 0));
        Write("mine/cat/notes.txt", "tame");

        Assert.Equal(new SampleShape(3, 2, 2), Load("mine", new() { Resize = 2 }).Train.Shape);
    }

    [Fact]
    public void Files_beside_the_texts_are_named_in_a_warning()
    {
        foreach (var name in (string[])["a/1.txt", "a/2.doc", "b/1.txt"]) Write($"mine/{name}", "word");

        Assert.Equal(
            $"Not read in the class folders of '{_folder["mine"]}': 1 .doc. Read are texts in UTF-8 (.txt).",
            DataSet.Of(new Experiment { Dataset = $"folder:{_folder["mine"]}" }).FilesPassedOver);
    }

    [Theory]
    [InlineData("b/1.doc", "b' is not usable: this class has no text that can be read, only 1 .doc. Convert them (read are texts in UTF-8")]
    [InlineData("b/deep/1.txt", "b' is not usable: the texts of this class lie one level deeper, in 'deep'.")]
    [InlineData("b/latin.txt", "latin.txt', line 1: byte 4 of the file (0xE9) is not UTF-8")]
    public void Folders_and_files_that_are_no_texts_are_refused_in_one_sentence(string name, string why)
    {
        Write("mine/a/1.txt", "word");
        _folder.Write($"mine/{name}", [(byte)'c', (byte)'a', (byte)'f', 0xE9, (byte)'\n']);

        var error = Assert.Throws<AutoFlipException>(() => Load("mine", new()));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_of_files_train_the_model_of_a_table_and_predict()
    {
        // Rows in the order of classes and names, so that every fifth is the same text in both.
        string[] texts = [.. Enumerable.Range(0, 60).Select(i => i < 30 ? $"bad word{i % 4}" : $"fine word{i % 3}")];
        for (var i = 0; i < texts.Length; i++) Write($"mine/{(i < 30 ? "bad" : "good")}/{i:00}.txt", texts[i]);
        Write("t.csv", "text,label\n" + string.Join('\n', texts.Select((text, i) => $"{text},{(i < 30 ? "bad" : "good")}")));
        var experiment = FinishedRuns.Small with
        {
            SequenceLength = 5,
            EmbeddingCount = 20,
            EmbeddingSize = 4,
            Model = "NextCharLSTM",
            LayerCount = 1,
            Pruner = "none",
        };

        var (_, expected) = Run(experiment with { Dataset = $"csv:{_folder["t.csv"]}", Text = "text", Target = "label" });
        var (run, actual) = Run(experiment with { Dataset = $"folder:{_folder["mine"]}" });

        Assert.Equal(expected, actual);
        var ended = Shell.Run("predict", run, Write("new.txt", "fine word1\n"));
        Assert.Equal((ExitCode.Done, ""), (ended.Exit, ended.Error));
    }

    (string Directory, string ModelSha256) Run(Experiment experiment)
    {
        var results = _folder[$"runs of {experiment.Dataset.Split(':')[0]}"];
        Directory.CreateDirectory(results);
        var summary = Simulation.Run(
            experiment, new RunOptions { ResultPath = results, Workers = 1, Offline = true }, RunObserver.None, TimeProvider.System,
            CancellationToken.None);
        return (Assert.Single(Directory.GetDirectories(results)), summary.ModelSha256);
    }

    LoadedData Load(string name, Experiment experiment)
    {
        experiment = experiment with { Dataset = $"folder:{_folder[name]}" };
        return DataSet.Of(experiment).Load(experiment, new() { Offline = true }, RunObserver.None);
    }

    string Write(string name, string text) => _folder.Write(name, Encoding.UTF8.GetBytes(text));
}
