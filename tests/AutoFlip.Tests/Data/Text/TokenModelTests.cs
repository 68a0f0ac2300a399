namespace AutoFlip.Tests;

public class TokenModelTests
{
    [Theory]
    [InlineData(
        "TwoNN", true,
        "Experiment.Model TwoNN: it reads numbers, and the samples of Shakespeare are token ids; choose a model with an embedding")]
    [InlineData(
        "NextCharLSTM", false,
        "Experiment.Model NextCharLSTM: it reads token ids, and the samples of Shakespeare are numbers; "
        + "choose a model without an embedding")]
    public void A_model_reads_tokens_if_and_only_if_samples_are_tokens(string model, bool tokens, string message)
    {
        var error = Assert.Throws<AutoFlipException>(() => Build(Small(model), Data(tokens)));

        Assert.Equal(ExitCode.BadRequest, error.Code);
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_must_know_every_token()
    {
        var error = Assert.Throws<AutoFlipException>(() => Build(Small("NextCharLSTM") with { EmbeddingCount = 79 }, Data(true)));

        Assert.Equal(
            (ExitCode.BadRequest, "Experiment.EmbeddingCount: '79' is not accepted. Accepted: at least 80, the tokens of Shakespeare."),
            (error.Code, error.Message));
        Assert.Equal(80, Build(Small("NextCharLSTM") with { EmbeddingCount = 80 }, Data(true)).Vocabulary);
    }

    [Theory]
    [InlineData(
        "NextWordLSTM", false,
        "Experiment.Model NextWordLSTM: it gives one output per step, and Shakespeare needs one per sequence; choose another model")]
    [InlineData(
        "NextCharLSTM", true,
        "Experiment.Model NextCharLSTM: it gives one output per sequence, and Shakespeare needs one per step; choose NextWordLSTM.")]
    public void A_model_says_something_about_every_step_if_and_only_if_that_is_the_task(string model, bool steps, string message)
    {
        var names = LearningTask.Classification([.. Enumerable.Range(0, 80).Select(c => $"{c}")]).ClassNames;
        var store = new SequenceStore(80);
        store.Add([0, 1, 2]);
        var loaded = new LoadedData(new TokenSet(store, 3, steps ? Targets.Steps([1, 2, 3], 3) : Targets.Classes([1])), null,
            steps ? LearningTask.Labelling(names) : LearningTask.Classification(names));
        var data = FederatedData.Assign(new Experiment { Clients = 1, Partition = "iid" }, loaded);

        var error = Assert.Throws<AutoFlipException>(() => Build(Small(model) with { EmbeddingCount = 80 }, data));

        Assert.Equal(ExitCode.BadRequest, error.Code);
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_round_of_AutoFLIP_learns_from_speakers()
    {
        using var folder = new TemporaryFolder();
        folder.Write("train/a.json", LeafJson.Of([.. Enumerable.Range(0, 4).Select(i => ($"speaker {i}", Windows(i, 6), Next(i, 6)))]));
        folder.Write("test/a.json", LeafJson.Of([.. Enumerable.Range(0, 4).Select(i => ($"speaker {i}", Windows(i, 2), Next(i, 2)))]));
        var experiment = Small("NextCharLSTM") with
        {
            Partition = "pre",
            Rounds = 1,
            LocalEpochs = 1,
            BatchSize = 4,
            CohortFraction = 0.5,
            ExplorerFraction = 1,
            EmbeddingCount = 80,
            Metrics = ["acc1"],
        };
        using var results = new TemporaryDirectory();

        var summary = Simulation.Run(
            experiment, new RunOptions { ResultPath = results.Path, DataPath = folder.Path, Offline = true, Workers = 1 }, RunObserver.None,
            TimeProvider.System,
            TestContext.Current.CancellationToken);

        Assert.Equal((4, 1), (summary.Clients, summary.RoundsDone));

        static object[] Windows(int speaker, int count) =>
            [.. Enumerable.Range(0, count).Select(_ => new string((char)('a' + speaker), 80))];
        static object[] Next(int speaker, int count) => [.. Enumerable.Repeat($"{(char)('a' + speaker)}", count)];
    }

    static Network Build(Experiment experiment, FederatedData data) =>
        RunNetwork.Build(experiment, Catalog.Resolve(experiment), data.Contract);

    static Experiment Small(string model) =>
        new()
        {
            Dataset = "Shakespeare",
            Model = model,
            Criterion = "CrossEntropyLoss",
            Metrics = ["acc1"],
            HiddenSize = 8,
            EmbeddingSize = 4,
            LayerCount = 1
        };

    static FederatedData Data(bool tokens)
    {
        SampleSet samples;
        if (tokens)
        {
            var store = new SequenceStore(80);
            for (var i = 0; i < 4; i++) store.Add([0, 1, 2]);
            samples = new TokenSet(store, 3, Targets.Classes([0, 1, 2, 3]));
        }
        else
        {
            samples = new ImageSet(new SampleShape(1, 3, 1), new byte[12], [0, 1, 2, 3]);
        }
        return FederatedData.Assign(
            new Experiment { Clients = 1, Partition = "iid" },
            new LoadedData(samples, null, LearningTask.Classification("a", "b", "c", "d")));
    }
}
