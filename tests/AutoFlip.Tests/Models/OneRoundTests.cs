using System.Collections.Immutable;
using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>Networks that read tokens, steps or patches under AutoFLIP: exploration, mask, a round, evaluation.</summary>
public sealed class OneRoundTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, InlineData("MobileViT"), InlineData("NextCharLSTM"), InlineData("GRUClassifier")]
    public void AutoFLIP_runs_a_round(string model)
    {
        var experiment = new Experiment
        {
            Name = "one",
            Dataset = "Digits", // a name only: the data is below
            Model = model,
            HiddenSize = 16,
            LayerCount = 2,
            Dropout = 0.1,
            EmbeddingCount = 11,
            EmbeddingSize = 8,
            Clients = 2,
            CohortFraction = 1,
            Rounds = 1,
            LocalEpochs = 1,
            BatchSize = 4,
            ExplorerFraction = 1,
            PruneFraction = 0.5m,
            Metrics = ["acc1"],
        };

        var summary = Simulation.Run(
            experiment, new RunOptions { ResultPath = _folder.Path, Workers = 2 }, _ => Data(SmallModels.Input(model), vocabulary: 11),
            RunObserver.None, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal(0, summary.Failures);
        Assert.Equal(0.5, summary.ModelSize.Density, 1e-3);
        Assert.InRange(summary.ModelSize.TrainedParameters, 1, 0.6 * summary.ModelSize.Parameters); // most of it went as whole units
        Assert.InRange(summary.Compute.ActiveMacsPerSample, 1, 0.9 * summary.Compute.MacsPerSample);
        Assert.True(double.IsFinite(summary.Metrics.Global.Loss!.Value));
    }

    /// <summary>A label per step is more than today's data sets have; the network, its mask and its training are ready for it.</summary>
    [Fact]
    public void NextWordLSTM_is_scored_pruned_and_trained()
    {
        var network = SmallModels.Create("NextWordLSTM");
        var weights = Initialization.Draw(network, Initialization.Xavier, 1, new Seeds(1));
        float[] values = weights.Values.ToArray(), scores = new float[network.Layout.ParameterCount];
        TrainStep(network, values, 0, (w, g) => scores = [.. w.ToArray().Zip(g.ToArray(), (a, b) => Math.Abs(a * b))]); // saliency

        var mask = new PruningPlan(0.4m, 1, 1, 1).Prune(network, UnitScores.Of(network, scores, GuidanceScale.Rank), scores);
        var small = mask.Shrink(weights).Values.ToArray();
        var losses = Enumerable.Range(0, 5).Select(_ => TrainStep(mask.Units!.Small, small, 0.5f)).ToList();

        Assert.Equal(PruningPlan.KeptCount(0.4m, mask.Count), mask.Kept);
        Assert.InRange(small.Length, 1, 0.7 * values.Length);
        Assert.True(losses[^1] < losses[0]);
    }

    /// <summary>A step down the mean loss over all steps of six sequences that count upwards; returns the loss before it.</summary>
    static float TrainStep(Network network, float[] values, float rate, GradientHook? see = null)
    {
        torch.set_num_threads(1);
        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<float>(network);
        values.CopyTo(module.Values);
        var ids = Enumerable.Range(0, 6).SelectMany(first => Enumerable.Range(first, network.Input.Length)).ToArray();
        var outputs = module.Forward(torch.tensor(ids.Select(id => (float)(id % 11)).ToArray(), [6, network.Input.Length, 1, 1]), training: true);
        var loss = new CrossEntropy().Loss(outputs.flatten(0, 1), torch.tensor(ids.Select(id => (id + 1L) % 11).ToArray()));
        loss.backward();
        see?.Invoke(module.Parameters, module.Gradients);
        for (var i = 0; i < module.Gradients.Length; i++) values[i] -= rate * module.Gradients[i];
        return loss.item<float>();
    }

    static FederatedData Data(SampleShape shape, int vocabulary)
    {
        var samples = new Noise(shape, vocabulary);
        var classes = new[] { "a", "b", "c" };
        ImmutableArray<ClientRows> clients = [new(Enumerable.Range(0, 8).ToArray(), new[] { 8, 9 }), new(Enumerable.Range(10, 8).ToArray(), new[] { 18, 19 })];
        return new FederatedData
        {
            Train = samples,
            HeldOut = samples,
            Test = samples,
            Clients = clients,
            ClassNames = classes,
            Table = PartitionTable.Of(clients, samples.Labels, classes),
        };
    }

    /// <summary>Twenty samples of ids, which are numbers as well.</summary>
    sealed class Noise(SampleShape shape, int vocabulary) : SampleSet
    {
        readonly int[] _labels = [.. Enumerable.Range(0, 20).Select(i => i % 3)];

        public override SampleShape Shape => shape;

        public override ReadOnlySpan<int> Labels => _labels;

        public override void Read(ReadOnlySpan<int> rows, Span<float> into, KeyedRandom? augmentation)
        {
            for (var i = 0; i < rows.Length; i++)
            {
                var random = new KeyedRandom((ulong)rows[i]);
                foreach (ref var value in into.Slice(i * shape.Length, shape.Length)) value = random.Next(vocabulary);
            }
        }
    }
}
