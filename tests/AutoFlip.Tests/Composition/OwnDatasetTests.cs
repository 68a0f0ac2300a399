namespace AutoFlip.Tests;

/// <summary>The data set <c>own</c>: clients of a network have data of their own, and a data contract says what they are.</summary>
public class OwnDatasetTests
{
    static readonly Experiment Own = new() { Dataset = "OWN", Model = "TwoNN", HiddenSize = 8, Pruner = "none" };

    static readonly DataContract Images = new()
    {
        Task = LearningTask.Classification("a", "b", "c"),
        Recipe = ImageRecipe.Of(new(1, 8, 8), new()),
    };

    [Fact]
    public void Server_needs_a_contract_and_no_data()
    {
        var experiment = ExperimentRules.Settle(ExperimentRules.Resolve(Own, task: null), Images.Task, Own.Clients);
        var network = RunNetwork.Build(experiment, Catalog.Resolve(experiment), Images);
        var card = ModelCard.Of(experiment, Images);

        Assert.Equal(("own", "CrossEntropyLoss", 20), (experiment.Dataset, experiment.Criterion, experiment.Clients));
        Assert.Equal(["acc1", "f1", "precision", "recall"], experiment.Metrics);
        Assert.Equal((new SampleShape(1, 8, 8), 3), (network.Input, network.Outputs));
        Assert.Equal(("own", Images.Recipe), (card.Dataset, card.Input));
    }

    [Fact]
    public void A_partition_that_does_not_fit_the_task_is_no_fault_where_none_is_made()
    {
        var numbers = Images with { Task = LearningTask.Regression };

        var experiment = ExperimentRules.Settle(
            ExperimentRules.Resolve(Own with { Partition = "patho", ClassesPerClient = 9 }, task: null), numbers.Task, 3);

        Assert.Equal("MSELoss", experiment.Criterion);
    }

    [Fact]
    public void A_simulation_of_it_is_refused_with_the_command_that_runs_it()
    {
        using var results = new TemporaryDirectory();

        var error = Assert.Throws<AutoFlipException>(() => Simulation.Run(Own, new() { ResultPath = results.Path }));

        Assert.Equal(ExitCode.BadRequest, error.Code);
        Assert.Equal(
            "Experiment.Dataset own: it stands for the clients' own data in a federation over a network (FederationServer.Run). Name a "
            + "data set here.", error.Message);
        Assert.Empty(results.Files);
    }

    [Theory]
    [InlineData("data", "partition", "--dataset", "own")]
    [InlineData("data", "show", "own")]
    [InlineData("data", "get", "own")]
    [InlineData("data", "contract", "own")]
    public void No_command_reads_it(params string[] command)
    {
        var ended = Shell.Run(command);

        Assert.Equal(ExitCode.BadRequest, ended.Exit);
        Assert.Equal(
            "autoflip: --dataset own: it stands for the clients' own data in a federation over a network (autoflip server). Name a data "
            + "set here.\n", ended.Error);
    }

    [Theory]
    [InlineData("csv:/home/me/people.csv", true)]
    [InlineData("folder:images", true)]
    [InlineData("own", false)]
    [InlineData("Digits", false)]
    public void A_path_means_nothing_on_the_clients_machines(string dataset, bool isRefused)
    {
        var error = Record.Exception(() => ExperimentRules.CheckForNetwork(new() { Dataset = dataset }));

        Assert.Equal(isRefused, error is AutoFlipException { Code: ExitCode.BadRequest });
        if (isRefused)
            Assert.StartsWith(
                $"Experiment.Dataset: '{dataset}' is not accepted. Accepted: own, with a data contract", error!.Message,
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NextCharLSTM", false, null)]
    [InlineData("DistilBert", true, null)]
    [InlineData("NextCharLSTM", true, "Experiment.Padding before: texts of the data contract are padded behind.")]
    [InlineData("DistilBert", false, "Experiment.Padding behind: texts of the data contract are padded before. Make the contract with "
        + "Experiment.Model DistilBert, or choose Experiment.Padding before.")]
    public void Texts_are_padded_on_the_side_that_the_model_needs(string model, bool behind, string? refusal)
    {
        var texts = Images with { Recipe = new WordRecipe(["<PAD>", "<UNK>", "a"], 6) { PaddingBehind = behind } };
        var experiment = ExperimentRules.Settle(
            ExperimentRules.Resolve(
                Own with { Model = model, HiddenSize = 24, EmbeddingCount = 5, EmbeddingSize = 4, LayerCount = 1 }, task: null),
            texts.Task, 3);

        var error = Record.Exception(() => RunNetwork.Build(experiment, Catalog.Resolve(experiment), texts));

        if (refusal is null) Assert.Null(error);
        else Assert.StartsWith(refusal, Assert.IsType<AutoFlipException>(error).Message, StringComparison.Ordinal);
    }

    /// <summary>A server trains nothing: it needs its model and the next one, 4 bytes a weight. A client needs both and, of itself, weights
    /// and gradients: twice as much, and a batch.</summary>
    [Fact]
    public void Memory_of_server_and_client_is_counted_without_data_of_others()
    {
        var experiment = ExperimentRules.Settle(ExperimentRules.Resolve(Own with { BatchSize = 10 }, task: null), Images.Task, 3);
        var network = RunNetwork.Build(experiment, Catalog.Resolve(experiment), Images);

        var server = TrainingMemory.OfServer(network);
        var client = TrainingMemory.Of(experiment, network, largest: 4, workers: 1);

        Assert.Equal(8.0 * network.Layout.Count, server.Bytes);
        Assert.Equal((4, 1), (client.Batch, client.Together));
        Assert.Equal(16.0 * network.Layout.Count + client.ActivationBytes, client.Bytes);
        var error = Assert.Throws<AutoFlipException>(() => server.Require(experiment, limit: 100));
        Assert.DoesNotContain("batch", error.Message, StringComparison.Ordinal);
        Assert.Contains("weights take", error.Message, StringComparison.Ordinal);
    }
}
