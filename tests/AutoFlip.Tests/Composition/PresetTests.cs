namespace AutoFlip.Tests;

public class PresetTests
{
    /// <summary>Two clients with gradients 2(b - t) = 1 (one sample) and 3 (three samples) at b = 0, η = 0.1: b = -0.1 (1 · 1 + 3 · 3) / 4
    /// = -0.25.</summary>
    [Fact]
    public void Fedsgd_is_a_step_by_the_mean_gradient()
    {
        var experiment = Catalog.Presets["fedsgd"].Apply(new Experiment { LearningRate = 0.1, Momentum = 0.5, BatchSize = 2 });
        var algorithm = Catalog.Algorithms[experiment.Algorithm](experiment);
        var run = new OneBias(algorithm, experiment, "MSELoss", 0, [-0.5f], [-1.5f, -1.5f, -1.5f]);

        Assert.Equal(-0.25f, run.Round(), 1e-6f);
        Assert.Equal(Experiment.NoPruner, experiment.Pruner);
    }
}
