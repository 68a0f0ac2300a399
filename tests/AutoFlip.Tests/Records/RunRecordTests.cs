namespace AutoFlip.Tests;

/// <summary>A run directory, read back.</summary>
public sealed class RunRecordTests : IDisposable
{
    static readonly Experiment Small = new()
    {
        Name = "record",
        Dataset = "Digits",
        Resize = 0,
        Model = "TwoNN",
        HiddenSize = 8,
        Partition = "iid",
        Clients = 4,
        CohortFraction = 0.5,
        Rounds = 3,
        DenseRounds = 1,
        LocalEpochs = 1,
        EvaluateEvery = 2,
        ExplorerFraction = 0.5,
        ExplorationEpochs = 1,
        UnitMultiple = 1,
        PruneFraction = 0.5m,
        Metrics = ["acc1"],
    };

    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    string Run(Experiment experiment)
    {
        Simulation.Run(
            experiment, new RunOptions { ResultPath = _folder.Path, Offline = true }, RunObserver.None, TimeProvider.System,
            TestContext.Current.CancellationToken);
        return Assert.Single(Directory.GetDirectories(_folder.Path));
    }

    [Fact]
    public void Run_that_has_ended_is_read_back_whole()
    {
        var record = RunRecord.Load(Run(Small));

        Assert.Equal(("record", 3, 2), (record.Experiment.Name, record.Rounds.Length, record.Explorers.Length));
        Assert.StartsWith("record_", record.Name);
        Assert.Equal(3, record.Summary!.RoundsDone);
        Assert.Equal(["final-small.safetensors", "final.safetensors", "initial-pruned.safetensors", "initial.safetensors"], record.Models);
        Assert.Equal((10, 4), (record.Partition!.Classes.Length, record.Partition.Train.Length));
        Assert.Equal((2, 2, "saliency"), (record.Guidance!.Round, record.Guidance.Explorers, record.Guidance.Guidance));
    }

    [Fact]
    public void Layers_of_every_round_add_up_to_its_mask()
    {
        var record = RunRecord.Load(Run(Small));

        Assert.Every(record.Rounds, round =>
            Assert.Equal(
                round.Density, (double)round.Layers.Sum(layer => layer.Kept) / round.Layers.Sum(layer => layer.Parameters), 1e-12));
        Assert.Every(record.Rounds[0].Layers, layer => Assert.Equal(layer.Parameters, layer.Kept)); // the dense round
        Assert.Every(record.Rounds[0].Layers, layer => Assert.Equal(layer.Distance, layer.Step)); // it began with w_0
        Assert.Contains(record.Rounds[1].Layers, layer => layer.KeptUnits < layer.Units);
    }

    [Fact]
    public void Guidance_keeps_as_many_weights_as_the_first_mask()
    {
        var record = RunRecord.Load(Run(Small with { Pruning = PruningKind.Unstructured }));

        // Biases are not pruned by themselves: what the mask keeps beyond the weights of the histograms is all of them.
        var (weights, kept) = (
            record.Guidance!.Tensors.Sum(tensor => tensor.Count.Sum() + tensor.Zeros),
            record.Guidance.Tensors.Sum(tensor => tensor.Kept.Sum() + tensor.ZerosKept));
        var layers = record.Rounds[1].Layers;
        Assert.Equal(layers.Sum(layer => layer.Parameters) - layers.Sum(layer => layer.Kept), weights - kept);
    }

    [Fact]
    public void Run_without_exploration_has_no_guidance()
    {
        var record = RunRecord.Load(Run(Small with { Pruner = "random", Rounds = 2 }));

        Assert.Null(record.Guidance);
        Assert.Empty(record.Explorers);
    }

    [Fact]
    public void Run_that_goes_on_is_read_so_far()
    {
        var directory = Run(Small with { Rounds = 2 });
        File.Delete(Path.Combine(directory, "summary.json"));
        using var writer = new JsonLog<RoundReport>(Path.Combine(directory, "rounds.jsonl")); // as another process has it open
        File.AppendAllText(Path.Combine(directory, "checkpoints", "exploration.jsonl"), "{\"client\": 3, ");

        var record = RunRecord.Load(directory);

        Assert.Null(record.Summary);
        Assert.Equal((2, 2), (record.Rounds.Length, record.Explorers.Length)); // the line that is still being written does not count
    }

    [Fact]
    public void Folder_without_experiment_is_refused()
    {
        var failure = Assert.Throws<AutoFlipException>(() => RunRecord.Load(_folder.Path));

        Assert.Equal(ExitCode.BadRequest, failure.Code);
        Assert.Contains("no run directory", failure.Message);
    }

    [Theory]
    [InlineData("partition.json")]
    [InlineData("guidance.json")]
    [InlineData("rounds.jsonl")]
    public void Damaged_file_is_named(string file)
    {
        var directory = Run(Small with { Rounds = 2 });
        File.WriteAllText(Path.Combine(directory, file), "{\"cli\n");

        var failure = Assert.Throws<AutoFlipException>(() => RunRecord.Load(directory));

        Assert.Equal(ExitCode.BadData, failure.Code);
        Assert.Contains(file, failure.Message);
    }
}
