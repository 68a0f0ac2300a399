namespace AutoFlip.Tests;

/// <summary>Whole runs that train in bfloat16.</summary>
[Trait("speed", "slow")]
public sealed class Bfloat16Tests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    static readonly Experiment Digits = new()
    {
        Name = "narrow",
        Seed = 5,
        Dataset = "Digits",
        Resize = 0,
        Partition = "iid",
        Model = "TwoCNN",
        HiddenSize = 8,
        Clients = 6,
        CohortFraction = 0.5,
        Rounds = 4,
        LocalEpochs = 2,
        BatchSize = 32,
        LearningRate = 0.005,
        ServerMomentum = 0,
        RandomHorizontalFlip = 0,
        ColorJitter = 0,
        ExplorerFraction = 0.5,
        Precision = TrainingPrecision.Bf16,
    };

    public void Dispose() => _folder.Dispose();

    RunSummary Run(Experiment experiment, int workers = 2) => Simulation.Run(
        experiment, new RunOptions { ResultPath = _folder.Path, Workers = workers, Offline = true }, RunObserver.None, TimeProvider.System,
        TestContext.Current.CancellationToken);

    [Fact]
    public void A_run_reaches_the_accuracy_of_float32() // exploration and pruning included
    {
        var wide = Run(Digits with { Precision = TrainingPrecision.Fp32 });
        var narrow = Run(Digits);

        double Accuracy(RunSummary summary) => summary.Metrics.Global.Acc1!.Value;
        Assert.True(Accuracy(wide) > 0.8, $"{Accuracy(wide)}");
        Assert.Equal(Accuracy(wide), Accuracy(narrow), 0.05);
        Assert.NotEqual(wide.ModelSha256, narrow.ModelSha256);
    }

    [Fact]
    public void One_seed_gives_one_model_with_any_number_of_workers() =>
        Assert.Equal(Run(Digits with { Rounds = 2 }, workers: 1).ModelSha256, Run(Digits with { Rounds = 2 }, workers: 3).ModelSha256);

    [Fact]
    public void What_is_removed_stays_exactly_zero()
    {
        var experiment = TinyFederation.Experiment with { Precision = TrainingPrecision.Bf16 };
        var (network, initial, data) = (
            TinyFederation.Network(experiment), TinyFederation.Initial(experiment), TinyFederation.Data(experiment));
        var random = new KeyedRandom(3);
        var mask = Mask.OfWeights(
            network.Layout,
            Selection.Highest(
                [.. Enumerable.Range(0, network.Layout.ParameterCount).Select(_ => random.NextSingle())],
                network.Layout.ParameterCount / 2));
        using var workspace = Workspace.Of(experiment);
        var task = new ClientTask(ClientWork.Train, 1, 0.01, mask.Apply(initial), mask);

        var training = new LocalTraining(
            experiment, workspace, Catalog.Criteria["CrossEntropyLoss"], network, task, 0, data.Train, data.Clients[0].Train,
            new NoMemory(), default);
        training.Run(epochs: 3);

        Assert.True(training.SamplesSeen > 0);
        for (var i = 0; i < mask.Values.Count; i++)
            if (!mask.Values[i]) Assert.Equal(0, training.Values[i]);
        Assert.Contains(Enumerable.Range(0, mask.Values.Count), i => mask.Values[i] && training.Values[i] != initial.Values[i]);
    }
}
