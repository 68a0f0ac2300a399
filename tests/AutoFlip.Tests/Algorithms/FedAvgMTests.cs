namespace AutoFlip.Tests;

public class FedAvgMTests
{
    static readonly WeightLayout Layout = WeightLayout.Create([("w", [1], TensorRole.Weight), ("var", [1], TensorRole.Statistic)]);

    /// <summary>The clients' mean is always 1 above the model: Δ = 1. v = 1, 1.9, 2.71, and w their sum: 1, 2.9, 5.61. With η = 0.1 it is
    /// the running mean of fedavg with β = 0.9: 0.1, 0.29, 0.561.</summary>
    [Theory, InlineData(1, 1, 2.9, 5.61), InlineData(0.1, 0.1, 0.29, 0.561)]
    public void Velocity_adds_up_as_of_a_heavy_ball(double rate, double first, double second, double third)
    {
        var algorithm = new FedAvgM(0.9) { ServerLearningRate = rate };
        var (state, mean) = (algorithm.Initialize(Weights.Zeros(Layout)), new FedAvg(0.9).Initialize(Weights.Zeros(Layout)));
        foreach (var want in (double[])[first, second, third])
        {
            state = algorithm.ServerUpdate(state, Above(state));
            mean = new FedAvg(0.9).ServerUpdate(mean, Above(mean));
            Assert.Equal(want, state.Weights.Values[0], 1e-6);
            Assert.Equal(7, state.Weights.Values[1]); // a statistic is the clients' mean
            if (rate == 0.1) Assert.Equal(mean.Weights.Values[0], state.Weights.Values[0], 1e-6);
        }

        static Weights Above(ServerState state) => new(Layout, [state.Weights.Values[0] + 1, 7]);
    }

    [Fact]
    public async Task Without_momentum_and_with_a_rate_of_one_it_is_FedAvg_to_the_bit()
    {
        var experiment = TinyFederation.Experiment with { ServerMomentum = 0 };

        var average = await TinyFederation.RunAsync(experiment);
        var heavy = await TinyFederation.RunAsync(experiment with { Algorithm = "fedavgm" });
        var faster = await TinyFederation.RunAsync((experiment with { Algorithm = "fedavgm" }).WithOption("serverLearningRate", 2.0));

        Assert.Equal(average.Global.Sha256(), heavy.Global.Sha256());
        Assert.NotEqual(average.Global.Sha256(), faster.Global.Sha256());
    }
}
