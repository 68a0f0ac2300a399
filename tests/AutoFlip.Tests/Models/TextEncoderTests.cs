namespace AutoFlip.Tests;

/// <summary>DistilBert, SqueezeBert and MobileBert in whole runs, and requests that do not fit them.</summary>
public sealed class TextEncoderTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    static readonly Experiment Tiny = new()
    {
        Name = "text",
        Dataset = "AG_NEWS",
        SequenceLength = 6,
        EmbeddingCount = 12,
        EmbeddingSize = 8,
        HiddenSize = 48,
        WidthMultiplier = 0.125,
        Partition = "iid",
        Clients = 2,
        CohortFraction = 1,
        Rounds = 2,
        DenseRounds = 1,
        LocalEpochs = 1,
        BatchSize = 4,
        LearningRate = 0.001,
        PruneFraction = 0.3m,
        Pruning = PruningKind.Structured,
        UnitMultiple = 1,
        ExplorationEpochs = 1,
        ExplorerFraction = 1,
    };

    [Theory, InlineData("DistilBert"), InlineData("SqueezeBert"), InlineData("MobileBert")]
    public void A_federation_trains_and_prunes_it(string model)
    {
        string[] words = ["oil", "goal", "chip", "vote"];
        string Rows(int count) =>
            string.Join('\n', Enumerable.Range(0, count).Select(i => $"{i % 4 + 1},\"the {words[i % 4]} {i % 3}\","));
        _folder.Write("data/AG_NEWS/train.csv", Rows(24));
        _folder.Write("data/AG_NEWS/test.csv", Rows(8));

        var summary = Simulation.Run(
            Tiny with { Model = model },
            new RunOptions { ResultPath = _folder["runs"], DataPath = _folder["data"], Offline = true, Workers = 1 }, RunObserver.None,
            TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.InRange(summary.ModelSize.Density, 0.5, 0.8);
        var written = File.ReadAllText(Path.Combine(summary.Directory!, "experiment.json"));
        Assert.Contains("\"padding\": \"behind\"", written, StringComparison.Ordinal);
    }

    [Fact]
    public void Padding_is_behind_for_models_that_read_the_first_token_unless_it_is_chosen()
    {
        Assert.Equal(PaddingSide.Behind, ExperimentRules.Resolve(Tiny with { Model = "DistilBert" }).Padding);
        Assert.Equal(PaddingSide.Before, ExperimentRules.Resolve(Tiny with { Model = "DistilBert", Padding = PaddingSide.Before }).Padding);
        Assert.Equal(PaddingSide.Auto, ExperimentRules.Resolve(Tiny with { Model = "GRUClassifier" }).Padding); // before, as ever
    }

    [Theory]
    [InlineData("DistilBert", 32, 6, "12 heads cannot share a width of 32. Choose an Experiment.HiddenSize that is a multiple of 12.")]
    [InlineData("DistilBert", 48, 513, "it has 512 positions. Choose a smaller Experiment.SequenceLength.")]
    [InlineData("SqueezeBert", 40, 6, "12 heads cannot share a width of 40.")]
    public void Widths_and_lengths_that_do_not_fit_are_refused(string model, int hidden, int length, string why)
    {
        var refused = Assert.Throws<AutoFlipException>(() =>
            Catalog.Models[model](new(length, 1, 1), 4, new ModelOptions { HiddenSize = hidden, EmbeddingCount = 9 }));

        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Row 0 of the words is padding: 0 at the start, and without a gradient.</summary>
    [Fact]
    public void Weights_start_as_BERTs_do()
    {
        var network = Catalog.Models["DistilBert"](new(6, 1, 1), 4, new ModelOptions { HiddenSize = 48, EmbeddingCount = 400 });

        var weights = Initialization.Draw(network, Catalog.Initializers["xavier"], 1, new Seeds(1));

        Assert.Equal(0, weights["features.embeddings.word_embeddings.weight"][..48].ToArray().Max(Math.Abs));
        foreach (var entry in network.Layout.Parameters)
        {
            var values = weights[entry.Name].ToArray();
            if (entry.Role == TensorRole.Bias) Assert.Equal(0, values.Max(Math.Abs));
            else if (entry.Role == TensorRole.Norm) Assert.Equal(1, values.Average());
            else Assert.InRange(Math.Sqrt(values.Average(value => value * value)), 0.018, 0.022); // 192 values and more
        }
    }
}
