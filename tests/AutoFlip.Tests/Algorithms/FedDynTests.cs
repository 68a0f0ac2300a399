namespace AutoFlip.Tests;

public class FedDynTests
{
    /// <summary>
    /// F_k = ½(θ - a_k)² with a = 0 and 2, α = 1, w = 0.5. A client's minimum is (a_k + g_k + w) / 2. Round 1: 0.25 and 1.25, so g = 0.25
    /// and -0.75, h = -½ (-0.25 + 0.75) = -0.25, w = 0.75 + 0.25 = 1. Round 2: (0 + 0.25 + 1) / 2 = 0.625 and (2 - 0.75 + 1) / 2 = 1.125;
    /// h = -0.25 - ½ (-0.375 + 0.125) = -0.125, w = 0.875 + 0.125 = 1. In the end both are at 1 with g = 1 and -1, their gradients there.
    /// </summary>
    [Fact]
    public void Clients_with_different_minima_meet_at_that_of_all()
    {
        var experiment = OneBias.FullBatch with { LearningRate = 0.4, LocalEpochs = 40 }; // a step leaves a fifth of the distance
        var run = new OneBias(new FedDyn { Alpha = 1 }, experiment, "SmoothL1Loss", 0.5f, [0], [2]);

        Assert.Equal(1, run.Round(), 1e-5f);
        AssertClose([0.25f, 1.25f], run.Trained);
        AssertClose([0.25f, -0.75f, -0.25f], [run.Memory(0, "gradient"), run.Memory(1, "gradient"), run.State.Slots["h"].Values[1]]);
        Assert.Equal(1, run.Round(), 1e-5f);
        AssertClose([0.625f, 1.125f], run.Trained);
        for (var round = 3; round <= 30; round++) run.Round();
        AssertClose([1, 1], run.Trained);
        AssertClose([1, -1], [run.Memory(0, "gradient"), run.Memory(1, "gradient")]);
    }

    /// <summary>One step of 0.1 by a gradient of -1: all clients are at 0.1. Two of three take part: w = (1 + 2/3) 0.1 = 0.5 / 3, whatever
    /// α.</summary>
    [Theory, InlineData(0.01), InlineData(1)]
    public void The_first_round_moves_by_more_than_the_mean(double alpha)
    {
        var run = new OneBias(new FedDyn { Alpha = alpha }, OneBias.FullBatch, "L1Loss", 0, [1000], [1000], [1000]);

        Assert.Equal(0.5f / 3, run.Round(0, 2), 1e-6f);
    }

    /// <summary>Steps of +0.1 at a client of three samples and of -0.1 at one of one: the mean is 0, and so is h.</summary>
    [Fact]
    public void Clients_weigh_the_same() => Assert.Equal(
        0, new OneBias(new FedDyn { Alpha = 1 }, OneBias.FullBatch, "L1Loss", 0, [1000, 1000, 1000], [-1000]).Round(), 1e-6f);

    [Fact]
    public void New_masks_are_refused() => Assert.EndsWith(
        "Accepted: Experiment.MaskRefresh once.",
        Assert.Throws<AutoFlipException>(() => ExperimentRules.Check(
            FinishedRuns.Small with { Algorithm = "feddyn", Pruner = "autoflip", MaskRefresh = MaskRefresh.Cohort })).Message,
        StringComparison.Ordinal);

    static void AssertClose(float[] want, IEnumerable<float> got) =>
        Assert.Every(want.Zip(got), pair => Assert.Equal(pair.First, pair.Second, 1e-5f)); // float32, over tens of steps
}
