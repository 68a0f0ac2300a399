namespace AutoFlip.Tests;

public class FedSamTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment with { Optimizer = "SGD", LearningRate = 0.1 };

    /// <summary>f = b² at b = 1, ρ = 0.1: the gradient is that at 1.1, 2.2, and a step of 0.05 leads to 0.89. The removed weight, whose
    /// gradient is as large, neither moves nor shortens the way to 1.1 (which would be 1 + 0.1 / √2).</summary>
    [Theory, InlineData(false), InlineData(true)]
    public void A_step_goes_by_the_gradient_at_a_distance(bool withRemoved)
    {
        var run = new OneBias(new FedSam(0, 1) { Rho = 0.1 }, OneBias.FullBatch with { LearningRate = 0.05 }, "MSELoss", 1, [0])
        {
            HasRemovedWeight = withRemoved,
        };

        Assert.Equal(0.89f, run.Round(), 1e-6f);
        Assert.Equal(2, run.Replies[0].TrainSamples); // one sample, there and back
    }

    /// <summary>(b - 1)² + b²/2 at b = 1, FedMef's penalty with λ = ½: the gradient is 0 + 1, and at 1.1 it is 2·0.1 + 1.1 = 1.3. A
    /// step of 0.05 leads to 0.935; without the penalty in the second pass it would lead to 0.99.</summary>
    [Fact]
    public void A_penalty_of_the_pruner_is_a_part_of_both_gradients()
    {
        var run = new OneBias(new FedSam(0, 1) { Rho = 0.1 }, OneBias.FullBatch with { LearningRate = 0.05 }, "MSELoss", 1, [1])
        {
            Probe = new Extrusion(new NoReport(), 0.5f, _ => [1]),
        };

        Assert.Equal(0.935f, run.Round(), 1e-6f);
    }

    /// <summary>η = 1, w = (1, -2) and a bias of 5, g = (1, 1, 2): T = (2, 3, 1), Tg = (2, 3, 2) with a length of √17, T²g = (4, 9, 2).
    /// Not adaptive: g with a length of √6.</summary>
    [Fact]
    public void Adaptive_distances_grow_with_weights()
    {
        var layout = WeightLayout.Create([("w", [2], TensorRole.Weight), ("b", [1], TensorRole.Bias)]);
        var algorithm = new FedSam(0, 1) { Rho = 0.5, Adaptive = true, AdaptiveEta = 1 };
        float[] w = [1, -2, 5], g = [1, 1, 2], at = new float[3];

        Assert.True(algorithm.Ascend(layout, w, g, at));
        var length = Math.Sqrt(17);
        foreach (var (want, got) in ((double[])[1 + 2 / length, -2 + 4.5 / length, 5 + 1 / length]).Zip(at)) Assert.Equal(want, got, 1e-6);

        Assert.True((algorithm with { Adaptive = false }).Ascend(layout, w, g, at));
        length = Math.Sqrt(6);
        foreach (var (want, got) in ((double[])[1 + 0.5 / length, -2 + 0.5 / length, 5 + 1 / length]).Zip(at))
            Assert.Equal(want, got, 1e-6);

        Assert.False(algorithm.Ascend(layout, w, [0, 0, 0], at));
    }

    [Fact]
    public async Task Without_a_distance_it_is_FedAvg_to_the_bit_and_with_one_it_is_not()
    {
        var average = (await TinyFederation.RunAsync(Tiny)).Global.Sha256();

        Assert.Equal(
            average, (await TinyFederation.RunAsync((Tiny with { Algorithm = "fedsam" }).WithOption("rho", 0.0))).Global.Sha256());
        Assert.NotEqual(average, (await TinyFederation.RunAsync(Tiny with { Algorithm = "fedsam" })).Global.Sha256());
    }

    /// <summary>After one step of one batch, they are those of the batch under the received model: FedAvg's, to the bit.</summary>
    [Fact]
    public async Task The_second_pass_does_not_move_running_statistics()
    {
        var network = new NetworkBuilder("norm", new SampleShape(1, 4, 4)).Conv2d(4, 3).BatchNorm2d().ReLU().Flatten().Linear(3).Build(3);
        var experiment = Tiny with { Pruner = "none", Rounds = 1, LocalEpochs = 1, BatchSize = 0 };

        var average = await TinyFederation.RunAsync(experiment, network: network);
        var sam = await TinyFederation.RunAsync((experiment with { Algorithm = "fedsam" }).WithOption("rho", 5.0), network: network);

        Assert.Equal(average.Global.Statistics, sam.Global.Statistics);
        Assert.NotEqual(average.Global.Sha256(), sam.Global.Sha256());
    }
}
