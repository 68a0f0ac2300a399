using System.Collections.Immutable;
using CsCheck;

namespace AutoFlip.Tests;

public sealed class LayerCountsTests : IDisposable
{
    static readonly Network TwoCnn = Catalog.Models["TwoCNN"](new SampleShape(1, 12, 12), 10, new ModelOptions { HiddenSize = 4 });

    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    static ImmutableArray<int>[] Shapes(params int[][] sizes) => [.. sizes.Select(size => size.ToImmutableArray())];

    /// <summary>p = 8/16 and 32/256, so Σ p n = 8 + 32. At a density of a quarter ε = 68/40 = 1.7: .85 of 16 is 13.6, .2125 of 256 is 54.4,
    /// and the larger rest is rounded up. At one half ε = 3.4 would make the first 1.7, so it is dense, and 136 - 16 are left: .46875 of
    /// 256.</summary>
    [Theory, InlineData(68, 14, 54), InlineData(136, 16, 120)]
    public void Erk_of_two_squares(int budget, int first, int second) =>
        Assert.Equal([first, second], LayerCounts.Of(LayerDensities.Erk, Shapes([4, 4], [16, 16]), budget));

    /// <summary>LeNet at a fifth: 8838 of 44190 weights. The first and the last layer are dense (150 + 840), and 7848 are left for
    /// Σ p n = 32 + 376 + 204 = 612, so ε = 12.8235: d = ε 32/2400 = .1710, ε 376/30720 = .1570, ε 204/10080 = .2595. Counts: 410.35,
    /// 4821.65, 2616.0.</summary>
    [Fact]
    public void Erk_of_LeNet()
    {
        var shapes = Shapes([6, 1, 5, 5], [16, 6, 5, 5], [120, 256], [84, 120], [10, 84]);

        var counts = LayerCounts.Of(LayerDensities.Erk, shapes, 8838);

        Assert.Equal([150, 410, 4822, 2616, 840], counts);
        double[] densities = [1, 0.1710, 0.1570, 0.2595, 1];
        Assert.Every(
            counts.Zip(shapes, densities),
            layer => Assert.Equal(layer.Third, (double)layer.First / layer.Second.Aggregate(1, (product, size) => product * size), 1e-3));
    }

    /// <summary>A fifth of 10 and 13 is 2 and 2.6.</summary>
    [Fact]
    public void Uniform_layers_differ_by_rounding_only() =>
        Assert.Equal([2, 3], LayerCounts.Of(LayerDensities.Uniform, Shapes([10], [13]), 5));

    [Theory, InlineData(LayerDensities.Uniform), InlineData(LayerDensities.Erk)]
    public void Counts_add_up_to_the_budget_and_exceed_no_layer(LayerDensities rule) =>
        Gen.Select(Gen.Select(Gen.Int[1, 9], Gen.Int[1, 40]).Array[1, 6], Gen.Double[0, 1]).Sample((sizes, share) =>
    {
        var shapes = Shapes([.. sizes.Select(size => new[] { size.Item1, size.Item2 })]);
        var all = sizes.Sum(size => size.Item1 * size.Item2);

        var counts = LayerCounts.Of(rule, shapes, (int)(share * all));

        Assert.Equal((int)(share * all), counts.Sum());
        Assert.Every(counts.Zip(sizes), layer => Assert.InRange(layer.First, 0, layer.Second.Item1 * layer.Second.Item2));
    });

    [Theory, InlineData(LayerDensities.Uniform), InlineData(LayerDensities.Erk)]
    public void A_random_mask_keeps_exact_counts_biases_and_norms_and_depends_on_the_seed_alone(LayerDensities rule)
    {
        Mask Draw(ulong seed, int round) =>
            new RandomPruner(new PruningPlan(0.8m, 0, 1, 1)) { LayerDensities = rule }.Prune(new(TwoCnn, round, [], null, new Seeds(seed)));

        var mask = Draw(1, 1);

        Assert.Equal(PruningPlan.KeptCount(0.8m, mask.Count), mask.Kept);
        Assert.Equal(
            LayerCounts.Of(rule, TwoCnn.Layout, 0.8m),
            LayerCounts.LayersOf(TwoCnn.Layout).Select(layer => Enumerable.Range(layer.Offset, layer.Length).Count(i => mask.Values[i])));
        Assert.Every(
            TwoCnn.Layout.Parameters.Where(tensor => tensor.Role != TensorRole.Weight),
            tensor => Assert.Every(Enumerable.Range(tensor.Offset, tensor.Length), i => Assert.True(mask.Values[i])));
        Assert.Equal(mask.Values, Draw(1, 7).Values);
        Assert.NotEqual(mask.Values, Draw(2, 1).Values);
    }

    /// <summary>2 + 200 + 100 weights and 2 + 100 + 1 biases: 122 of 405 are kept, 19 of them weights, which is 0.126 of the first
    /// layer's.</summary>
    [Fact]
    public void What_a_layer_cannot_hold_is_refused()
    {
        var network = new NetworkBuilder("narrow", new SampleShape(1, 1, 1))
            .Sequence("a", f => f.Flatten().Linear(2).ReLU().Linear(100).ReLU()).Linear(1, "b").Build(1);
        var pruner = new RandomPruner(new PruningPlan(0.7m, 0, 1, 1)) { LayerDensities = LayerDensities.Uniform };
        var refused = Assert.Throws<AutoFlipException>(() => pruner.Check(network));
        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.Contains("would keep none under Options.LayerDensities uniform", refused.Message, StringComparison.Ordinal);

        var units = FinishedRuns.Small with { Pruner = "random", Pruning = PruningKind.Hybrid };
        Assert.Equal(
            "Options.LayerDensities: 'erk' is not accepted. Accepted: auto or global under Experiment.Pruning hybrid, which removes whole "
            + "units; any under Experiment.Pruning unstructured.",
            Assert.Single(ExperimentRules.Violations(units.WithOption("layerDensities", LayerDensities.Erk))));
    }

    /// <summary>There is no MNIST here: the density is refused before it is looked for.</summary>
    [Fact]
    public void A_density_is_refused_before_data_are_read()
    {
        var experiment = (FinishedRuns.Small with
        {
            Dataset = "MNIST",
            Pruner = "random",
            Pruning = PruningKind.Unstructured,
            PruneFraction = 0.99m
        }).WithOption("layerDensities", LayerDensities.Uniform);
        var options = new RunOptions { ResultPath = _folder["runs"], DataPath = _folder["none"], Offline = true };

        var refused = Assert.Throws<AutoFlipException>(() => Simulation.Run(experiment, options));

        Assert.Equal((ExitCode.BadRequest, true), (refused.Code, refused.Message.Contains("would keep none", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_resumed_run_ends_as_an_unbroken_one()
    {
        var experiment = (FinishedRuns.Small with { Pruner = "random", Pruning = PruningKind.Unstructured, Rounds = 3, EvaluateEvery = 1 })
            .WithOption("layerDensities", LayerDensities.Erk);

        Assert.Equal(ResumedRuns.Unbroken(experiment, _folder["whole"]), ResumedRuns.Resumed(experiment, _folder["broken"], after: 1));
    }
}
