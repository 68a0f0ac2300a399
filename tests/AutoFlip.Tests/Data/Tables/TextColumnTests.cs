using System.Text;

namespace AutoFlip.Tests;

/// <summary>Tables with a column of texts, and WordPiece vocabularies.</summary>
public sealed class TextColumnTests : IDisposable
{
    const string Tokens = "[PAD]\n[UNK]\n[CLS]\n[SEP]\nfine\nbad\n##ly\n!\n";

    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Every fifth row is the server's.
    string Reviews => Write("reviews.csv", """
        ,who,review,label
        1,ann,"Fine, fine",good
        2,bob,bad,poor
        3,ann,badly fine!,poor
        4,bob,fine,good
        5,ann,fine unseen,good
        """);

    string Vocabulary => Write("bert/vocab.txt", Tokens);

    [Fact]
    public void Texts_of_a_column_become_words_of_the_training_rows()
    {
        var data = Load(new Experiment { SequenceLength = 3, Owner = "who" });

        // fine 4, bad 1, badly 1, the comma 1, ! 1; the same count goes by ordinal order: ! 3, the comma 4, bad 5, badly 6
        Assert.Equal([2, 4, 2], data.Train.Row(0));
        Assert.Equal([0, 0, 5], data.Train.Row(1));
        Assert.Equal([6, 2, 3], data.Train.Row(2));
        Assert.Equal([0, 2, 1], data.Test!.Row(0));
        Assert.Equal(["good", "poor"], data.Task.ClassNames);
        Assert.Equal([0, 1, 1, 0], data.Train.Labels.ToArray());
        Assert.Equal(["ann", "bob"], data.Owners!.Names);
        Assert.Equal([0, 1, 0, 1], data.Owners.OfRow);
        Assert.Equal(
            [
                "column 'review': texts", "column 1 (no name): row numbers, ignored", "column 'who': the owner of each row",
                "column 'label': the target",
            ],
            data.Description);
    }

    [Fact]
    public void Texts_become_pieces_of_a_vocabulary_that_is_given()
    {
        var data = Load(new Experiment
        {
            SequenceLength = 5,
            Tokenizer = $"wordpiece:{Vocabulary}",
            Padding = PaddingSide.Behind,
        });

        Assert.Equal([2, 4, 1, 4, 3], data.Train.Row(0)); // [CLS] fine [UNK] fine [SEP]
        Assert.Equal([2, 5, 3, 0, 0], data.Train.Row(1));
        Assert.Equal([2, 5, 6, 4, 3], data.Train.Row(2)); // [CLS] bad ##ly fine [SEP]: the end is cut off
        Assert.Equal(8, data.Train.Vocabulary);
        Assert.True(data.Train.Recipe.Equivalent(Load(new Experiment
        {
            SequenceLength = 5,
            Tokenizer = $"wordpiece:{Path.GetDirectoryName(Vocabulary)}", // its folder
            Padding = PaddingSide.Behind,
        }).Train.Recipe));
    }

    [Fact]
    public void Cased_vocabulary_is_known_by_the_file_beside_it()
    {
        var path = Vocabulary;
        Write("bert/tokenizer_config.json", """{"do_lower_case": false, "strip_accents": null, "model_max_length": 512}""");

        var data = Load(new Experiment { SequenceLength = 5, Tokenizer = $"wordpiece:{path}" });

        Assert.Equal([2, 1, 1, 4, 3], data.Train.Row(0)); // Fine is no token
        Assert.True(((WordPieceRecipe)data.Train.Recipe).KeepsAccents);
    }

    [Theory]
    [InlineData("""{"do_lower_case": 3}""", "no JSON object with true, false or null")]
    [InlineData("""[1""", "no JSON object with true, false or null")]
    [InlineData("""{"tokenize_chinese_chars": false}""", "'tokenize_chinese_chars' is false")]
    public void Settings_that_cannot_be_followed_are_refused(string config, string why)
    {
        var path = Vocabulary;
        Write("bert/tokenizer_config.json", config);

        var error = Assert.Throws<AutoFlipException>(() => Load(new Experiment { Tokenizer = $"wordpiece:{path}" }));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reviews", "", 2, "Experiment.Text: there is no column 'reviews'")]
    [InlineData("label", "", 2, "Experiment.Text label: this column is the target or the owner")]
    [InlineData("review", "wordpiece:/nowhere/vocab.txt", 3, "'/nowhere/vocab.txt' cannot be read")]
    public void Bad_requests_are_refused_in_one_sentence(string text, string tokenizer, int code, string why)
    {
        var experiment = new Experiment { Text = text, Tokenizer = tokenizer.Length == 0 ? "words" : tokenizer };

        var error = Assert.Throws<AutoFlipException>(() => Load(experiment));

        Assert.Equal((ExitCode)code, error.Code);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sequence_without_room_for_a_word_is_refused() => Assert.Contains(
        "at least 3, for [CLS], one piece of a word and [SEP]",
        Assert.Throws<AutoFlipException>(() => Load(new Experiment { SequenceLength = 2, Tokenizer = $"wordpiece:{Vocabulary}" })).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("sentencepiece:x")]
    [InlineData("wordpiece:")]
    [InlineData("Words")]
    public void Unknown_tokenizer_is_a_bad_request(string name)
    {
        var ended = Shell.Run("run", "--tokenizer", name);

        Assert.Equal(ExitCode.BadRequest, ended.Exit);
        Assert.Contains("--tokenizer", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Identity_of_a_run_is_of_the_vocabulary_and_not_of_its_path()
    {
        var (path, copy, other) = (Vocabulary, Write("copy.txt", Tokens), Write("other.txt", Tokens + "more\n"));

        Assert.Equal(Identity(path), Identity(copy));
        Assert.NotEqual(Identity(path), Identity(other));
        Assert.DoesNotContain(
            _folder.Path, ExperimentFile.Write(DataSetName.WithoutFolders(new Experiment { Tokenizer = $"wordpiece:{path}" })),
            StringComparison.Ordinal);

        static string Identity(string path) => RunIdentity.Of(new Experiment { Tokenizer = $"wordpiece:{path}" });
    }

    [Fact]
    public void Vocabulary_gives_ids_to_sets_of_the_catalogue()
    {
        _folder.Write("AG_NEWS/train.csv", Encoding.UTF8.GetBytes("1,Fine,bad\n2,,\n"));
        _folder.Write("AG_NEWS/test.csv", Encoding.UTF8.GetBytes("1,Bad,ly\n"));

        var data = _folder.Load(CsvTextDataSet.AgNews, new Experiment { SequenceLength = 4, Tokenizer = $"wordpiece:{Vocabulary}" });

        Assert.Equal([2, 4, 5, 3], data.Train.Row(0));
        Assert.Equal([0, 0, 2, 3], data.Train.Row(1)); // padding before the text, as the model decides
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Model_of_own_texts_predicts_new_ones(bool isWordPiece)
    {
        Directory.CreateDirectory(_folder["runs"]);
        var rows = Enumerable.Range(0, 60).Select(i => i % 2 == 0 ? $"fine word{i % 3},good" : $"bad word{i % 4},poor");
        var table = Write("own.csv", "review,label\n" + string.Join('\n', rows));
        var experiment = FinishedRuns.Small with
        {
            Dataset = $"csv:{table}",
            Text = "review",
            Target = "label",
            Tokenizer = isWordPiece ? $"wordpiece:{Vocabulary}" : "words",
            SequenceLength = 5,
            EmbeddingCount = 20,
            EmbeddingSize = 4,
            Model = "NextCharLSTM",
            LayerCount = 1,
            Pruner = "none",
        };
        Simulation.Run(
            experiment, new RunOptions { ResultPath = _folder["runs"], Workers = 1, Offline = true }, RunObserver.None, TimeProvider.System,
            CancellationToken.None);
        var run = Assert.Single(Directory.GetDirectories(_folder["runs"]));
        File.Delete(table);
        File.Delete(Vocabulary); // the model carries what it needs
        var input = Write("new.txt", "fine\n\nbad word1\n");

        var ended = Shell.Run("predict", run, input, "--top", "2");

        Assert.Equal((ExitCode.Done, ""), (ended.Exit, ended.Error));
        Assert.Equal([$"{input}:1", $"{input}:3"], ended.Lines.Select(line => line.Split('\t')[0]));
        Assert.Every(ended.Lines, line => Assert.Equal(["good", "poor"], line.Split('\t')[1..].Where((_, i) => i % 2 == 0).Order()));
    }

    LoadedData Load(Experiment experiment)
    {
        experiment = experiment with { Target = "label", Text = experiment.Text.Length > 0 ? experiment.Text : "review" };
        return CsvDataSet.Of(Reviews, experiment).Load(experiment, new() { Offline = true }, RunObserver.None);
    }

    string Write(string name, string content) => _folder.Write(name, Encoding.UTF8.GetBytes(content));
}
