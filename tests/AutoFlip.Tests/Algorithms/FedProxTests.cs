namespace AutoFlip.Tests;

public sealed class FedProxTests : IDisposable
{
    static readonly Experiment Small = FinishedRuns.Small with { ServerMomentum = 0.9 };

    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>f = ½(w - 2)², learning rate ½, μ = 1, from w_t = 0. Step 1: g = -2 + 0, w = 1. Step 2: g = -1 + 1 = 0: it
    /// stays at a / (1 + μ) = 1.</summary>
    [Fact]
    public void The_pull_stops_a_client_where_it_outweighs_the_loss()
    {
        var algorithm = new AutoFlip.FedProx(0) { Mu = 1 };
        float[] received = [0], w = [0];
        List<float> seen = [];
        for (var step = 0; step < 3; step++)
        {
            float[] g = [w[0] - 2];
            ProximalPull.Add(algorithm.Mu, w, received, g);
            w[0] -= 0.5f * g[0];
            seen.Add(w[0]);
        }

        Assert.Equal([1, 1, 1], seen);
    }

    [Fact]
    public void Without_a_pull_it_is_FedAvg_to_the_bit_and_with_one_it_is_not()
    {
        var plain = Run(Small, "fedavg");

        Assert.Equal(plain.ModelSha256, Run((Small with { Algorithm = "fedprox" }).WithOption("mu", 0.0), "none").ModelSha256);
        Assert.NotEqual(plain.ModelSha256, Run((Small with { Algorithm = "fedprox" }).WithOption("mu", 1.0), "one").ModelSha256);
    }

    [Theory, InlineData(WireFormat.Fp32), InlineData(WireFormat.Fp16), InlineData(WireFormat.Int8)]
    public void A_resumed_run_ends_with_the_same_model(WireFormat wire)
    {
        var experiment = (Small with { Algorithm = "fedprox", WireDown = wire, WireUp = wire, Rounds = 3 }).WithOption("mu", 0.5);
        var whole = Run(experiment, "whole");
        Run(experiment with { Rounds = 2 }, "part");
        var run = Assert.Single(Directory.GetDirectories(_folder["part"]));
        var file = Path.Combine(run, "experiment.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"rounds\": 2", "\"rounds\": 3", StringComparison.Ordinal));

        Assert.Equal(
            whole.ModelSha256,
            Simulation.Resume(run, new RunOptions { Workers = 1 }, RunObserver.None, TimeProvider.System, default).ModelSha256);
    }

    RunSummary Run(Experiment experiment, string name)
    {
        Directory.CreateDirectory(_folder[name]);
        return Simulation.Run(
            experiment, new RunOptions { ResultPath = _folder[name], Workers = 1, Offline = true }, RunObserver.None, TimeProvider.System,
            default);
    }
}
