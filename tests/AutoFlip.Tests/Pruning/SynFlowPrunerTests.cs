using CsCheck;

namespace AutoFlip.Tests;

[Trait("speed", "slow")]
public sealed class SynFlowPrunerTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    static Network Of(string model, SampleShape input) =>
        Catalog.Models[model](input, 3, new ModelOptions { HiddenSize = 4, WidthMultiplier = model.StartsWith('V') ? 0.05 : 1 });

    /// <summary>Weights of any sign; biases at 0, norms as they start.</summary>
    static Weights WithoutBiases(Network network, ulong seed)
    {
        var values = Initialization.Draw(network, Catalog.Initializers["normal"], 1, new Seeds(seed)).ToArray();
        foreach (var bias in network.Layout.Parameters.Where(tensor => tensor.Role == TensorRole.Bias)) values.AsSpan(bias.Range).Clear();
        return new Weights(network.Layout, values);
    }

    /// <summary>1 → 2 → 1 with w1 = (1, -2) and w2 = (-3, 1): R = 1·3 + 2·1 = 5, and each weight is on one path: (3, 2) and
    /// (3, 2).</summary>
    [Fact]
    public void Flow_of_a_net_of_two_paths()
    {
        var network = new NetworkBuilder("two", new SampleShape(1, 1, 1)).Sequence("a", f => f.Flatten().Linear(2).ReLU())
            .Linear(1, "b").Build(1);
        var values = new float[network.Layout.Count];
        (float[] first, float[] second) = ([1, -2], [-3, 1]);
        first.CopyTo(values, network.Layout["a.1.weight"].Offset);
        second.CopyTo(values, network.Layout["b.weight"].Offset);
        using var module = new NetworkModule<double>(network);

        var (scores, flow) = SynFlowPruner.Flow(module, new Weights(network.Layout, values));

        Assert.Equal(5, flow);
        Assert.Equal([3.0, 2], scores[network.Layout["a.1.weight"].Range]);
        Assert.Equal([3.0, 2], scores[network.Layout["b.weight"].Range]);
    }

    [Theory, InlineData("TwoNN"), InlineData("TwoCNN"), InlineData("LeNet"), InlineData("VGG9")]
    public void Scores_of_each_layer_sum_to_the_flow(string model) => Gen.ULong.Sample(seed =>
    {
        var network = Of(model, new SampleShape(1, 32, 32));
        using var module = new NetworkModule<double>(network);

        var (scores, flow) = SynFlowPruner.Flow(module, WithoutBiases(network, seed));

        Assert.True(flow > 0);
        Assert.Every(LayerCounts.LayersOf(network.Layout), layer => Assert.Equal(1, scores[layer.Range].Sum() / flow, 1e-9));
    }, iter: 3);

    /// <summary>Algorithm 1 only removes, also where blocks of units are of another size in each step.</summary>
    [Theory, InlineData(0), InlineData(0.5), InlineData(1)]
    public void What_a_step_removed_stays_removed(double structured) => Gen.ULong.Sample(seed =>
    {
        var network = new NetworkBuilder("blocks", new SampleShape(1, 8, 8)).Flatten().Linear(64).ReLU().Linear(32).ReLU().Linear(10)
            .Build(10);
        var pruner = new SynFlowPruner(new PruningPlan(0.6m, structured, 1, 8)) { SynflowSteps = 20 };
        var weights = WithoutBiases(network, seed);
        using var module = new NetworkModule<double>(network);
        var mask = Mask.Dense(network.Layout);
        for (var step = 1; step <= 20; step++)
        {
            var next = pruner.Step(module, weights, mask, step);

            for (var i = 0; i < network.Layout.Count; i++) Assert.True(mask.Values[i] || !next.Values[i]);
            Assert.True(Masks.AreWithin(next.Units, mask.Units));
            mask = next;
        }
        var most = PruningPlan.KeptCount(0.6m, mask.Count); // units may take along weights that were gone
        Assert.InRange(mask.Kept, structured == 1 ? 0.975 * most : most, most);
    }, iter: 5);

    /// <summary>At a hundredth of LeNet's weights magnitude would empty its widest layer first; flow never empties one.</summary>
    [Theory, InlineData("LeNet", 0.95), InlineData("VGG9BN", 0.98)]
    public void No_layer_vanishes_and_the_count_is_exact(string model, double fraction)
    {
        var network = Of(model, new SampleShape(1, 32, 32));
        var pruner = new SynFlowPruner(new PruningPlan((decimal)fraction, 0, 1, 1)) { SynflowSteps = 20 };
        var weights = WithoutBiases(network, 3);

        var mask = pruner.Prune(new(network, 1, [], null, new Seeds(1)) { Weights = weights });

        Assert.Equal(PruningPlan.KeptCount((decimal)fraction, mask.Count), mask.Kept);
        Assert.Every(
            LayerCounts.LayersOf(network.Layout),
            layer => Assert.Contains(Enumerable.Range(layer.Offset, layer.Length), i => mask.Values[i]));
        Assert.Equal(weights.Sha256(), WithoutBiases(network, 3).Sha256());
    }

    [Theory, InlineData(PruningKind.Unstructured), InlineData(PruningKind.Structured), InlineData(PruningKind.Hybrid)]
    public async Task A_run_that_goes_on_from_any_state_ends_in_the_same_model(PruningKind pruning)
    {
        var experiment = TinyFederation.Experiment with { Pruner = "synflow", Pruning = pruning, UnitMultiple = 1, DenseRounds = 1 };

        var whole = await TinyFederation.RunAsync(experiment);
        var workers = await TinyFederation.RunAsync(experiment, workers: 3);

        Assert.Equal(whole.Global.Sha256(), workers.Global.Sha256());
        Assert.InRange(whole.Rounds[^1].Report.Density, 0.69, 0.75);
        foreach (var round in whole.Rounds[..^1])
            Assert.Equal(whole.Global.Sha256(), (await TinyFederation.RunAsync(experiment, from: round.State)).Global.Sha256());
    }

    [Fact]
    public void A_resumed_run_ends_as_an_unbroken_one()
    {
        var experiment = FinishedRuns.Small with { Pruner = "synflow", Rounds = 3, EvaluateEvery = 1, WireUp = WireFormat.Int8 };

        Assert.Equal(ResumedRuns.Unbroken(experiment, _folder["whole"]), ResumedRuns.Resumed(experiment, _folder["broken"], after: 2));
    }

    [Fact]
    public void Networks_of_token_ids_or_without_flow_are_refused()
    {
        foreach (var (model, size) in ((string, int)[])[("LogReg", 8), ("MobileViT", 64)])
        {
            var other = Catalog.Models[model](new SampleShape(3, size, size), 5, new ModelOptions());
            Assert.Equal(
                $"Experiment.Pruner synflow: {other.Name} has layer normalisation or log-probabilities, through which the flow of a weight "
                + "does not get. Choose a model without them, or another pruner.",
                Assert.Throws<AutoFlipException>(() => new SynFlowPruner(new PruningPlan(0.5m, 0, 1, 1)).Check(other)).Message);
        }
        var network = Catalog.Models["NextCharLSTM"](new SampleShape(1, 1, 8), 5, new ModelOptions());

        var refused = Assert.Throws<AutoFlipException>(() => new SynFlowPruner(new PruningPlan(0.5m, 0, 1, 1)).Check(network));

        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.Contains("reads token ids", refused.Message, StringComparison.Ordinal);
    }
}
