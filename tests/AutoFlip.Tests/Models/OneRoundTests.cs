using System.Collections.Immutable;

namespace AutoFlip.Tests;

/// <summary>Every architecture, small, in a federation of two: FedAvg, and AutoFLIP with exploration and
/// mask; a round, evaluation.</summary>
[Trait("speed", "slow")]
public sealed class OneRoundTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    public static IEnumerable<TheoryDataRow<string>> Names => SmallModels.Names;

    [Theory, MemberData(nameof(Names))]
    public void FedAvg_runs_a_round(string model)
    {
        var summary = Run(model, "none");

        Assert.Equal(0, summary.Failures);
        Assert.Equal(summary.ModelSize.Parameters, summary.ModelSize.TrainedParameters);
        Assert.True(double.IsFinite(summary.Metrics.Global.Loss!.Value));
    }

    [Theory, MemberData(nameof(Names))]
    public void AutoFLIP_runs_a_round(string model)
    {
        var summary = Run(model, "autoflip");

        Assert.Equal(0, summary.Failures);
        Assert.InRange(
            summary.ModelSize.Density * summary.ModelSize.Parameters, 0.5 * summary.ModelSize.Parameters,
            0.5 * summary.ModelSize.Parameters + 1);
        Assert.True(double.IsFinite(summary.Metrics.Global.Loss!.Value));
        if (SmallModels.Create(model).Groups.All(group => group.IsFixed)) return; // without units there is nothing to shrink
        Assert.InRange(summary.ModelSize.TrainedParameters, 1, 0.8 * summary.ModelSize.Parameters); // most of it went as whole units
        Assert.InRange(summary.Compute.ActiveMacsPerSample, 1, 0.95 * summary.Compute.MacsPerSample);
    }

    RunSummary Run(string model, string pruner)
    {
        var options = SmallModels.Of(model).Options;
        var experiment = new Experiment
        {
            Name = "one",
            Dataset = "Digits", // a name only: the data is below
            Model = model,
            HiddenSize = options.HiddenSize,
            WidthMultiplier = options.WidthMultiplier,
            LayerCount = options.LayerCount,
            Depth = options.Depth,
            WidenFactor = options.WidenFactor,
            Dropout = 0.1,
            EmbeddingCount = options.EmbeddingCount,
            EmbeddingSize = options.EmbeddingSize,
            Pruner = pruner,
            UnitMultiple = 1,
            Clients = 2,
            CohortFraction = 1,
            Rounds = 1,
            LocalEpochs = 1,
            BatchSize = 4,
            ExplorerFraction = 1,
            PruneFraction = 0.5m,
            Metrics = ["acc1"],
        };

        return Simulation.Run(
            experiment, new RunOptions { ResultPath = _folder.Path, Workers = 1 }, (_, _) => Data(model, options.EmbeddingCount),
            RunObserver.None, TimeProvider.System, TestContext.Current.CancellationToken);
    }

    static FederatedData Data(string model, int vocabulary)
    {
        var shape = SmallModels.Input(model);
        ImmutableArray<string> tokens = [.. Enumerable.Range(0, vocabulary).Select(id => $"{id}")];
        var task = SmallModels.ScoresTokens(model) ? LearningTask.Labelling(tokens) : LearningTask.Classification("a", "b", "c");
        var samples = new Counting(shape, task, SmallModels.Create(model).Vocabulary);
        ImmutableArray<ClientRows> clients = [
            new(Enumerable.Range(0, 8).ToArray(), new[] { 8, 9 }), new(Enumerable.Range(10, 8).ToArray(), new[] { 18, 19 })];
        return new FederatedData
        {
            Train = samples,
            HeldOut = samples,
            Test = samples,
            Clients = clients,
            Task = task,
            Table = PartitionTable.Of(clients, samples.Targets, task.Strata),
        };
    }

    /// <summary>Twenty samples that count upwards from their number, modulo 11. The class of a step is the number that follows;
    /// that of a sample its number modulo the classes. They are token ids where a network reads such.</summary>
    sealed class Counting(SampleShape shape, LearningTask task, int? vocabulary) : SampleSet
    {
        public override SampleShape Shape => shape;

        public override int? Vocabulary => vocabulary;

        public override Targets Targets { get; } = task.Kind == TaskKind.Labelling
            ? Targets.Steps(
                [.. Enumerable.Range(0, 20).SelectMany(row => Enumerable.Range(row + 1, shape.Length)).Select(id => id % task.Classes)],
                shape.Length)
            : Targets.Classes([.. Enumerable.Range(0, 20).Select(row => row % task.Classes)]);

        public override void Read(ReadOnlySpan<int> rows, Span<float> into, KeyedRandom? augmentation)
        {
            for (var i = 0; i < rows.Length; i++)
                for (var k = 0; k < shape.Length; k++) into[i * shape.Length + k] = (rows[i] + k) % 11;
        }
    }
}
