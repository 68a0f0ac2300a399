namespace AutoFlip.Tests;

public class FedNovaTests
{
    /// <summary>ρ = 0.9. Two steps: the first gradient is in both, with 1 and 0.9, the second in one: 1.9 + 1. Three: 2.71 + 1.9 + 1.
    /// Without momentum: the steps.</summary>
    [Theory, InlineData(0.9, 1, 1), InlineData(0.9, 2, 2.9), InlineData(0.9, 3, 5.61), InlineData(0, 7, 7)]
    public void A_client_returns_the_sum_of_its_gradients_factors(double momentum, int steps, double factor)
    {
        var experiment = OneBias.FullBatch with { Momentum = momentum, LocalEpochs = steps };
        var run = new OneBias(new FedNova(momentum), experiment, "L1Loss", 0, [1000]);

        run.Round();

        Assert.Equal(factor, run.Replies[0].Numbers["a"], 1e-12);
        Assert.Equal(factor, (steps - momentum * (1 - Math.Pow(momentum, steps)) / (1 - momentum)) / (1 - momentum), 1e-12); // the paper's
        Assert.Equal(0.1 * factor, run.Trained.Single(), 1e-6); // every gradient is -1
    }

    /// <summary>Slopes +1 (one step) and -1 (three steps) at a rate of 1, equally many samples: -1 and 3. FedAvg moves by 1. Per step both
    /// pull alike: 0. Running statistics are the mean of 2 and 6.</summary>
    [Fact]
    public void More_steps_are_no_more_weight()
    {
        ClientReply[] replies = [Replies.Of(4, "a", 1, -1, 2), Replies.Of(4, "a", 3, 3, 6)];

        Assert.Equal([1, 4], new FedAvg(0).Fold(Replies.Start(0, 1), null, replies));
        Assert.Equal([0, 4], new FedNova(0).Fold(Replies.Start(0, 1), null, replies).Select(w => MathF.Round(w, 6)));
    }

    /// <summary>One sample and three, in batches of one: p = ¼ and ¾, updates -1 and 3, a = 1 and 3. Σ p a = 2.5, Σ p Δ / a = -¼ + ¾:
    /// 1.25.</summary>
    [Fact]
    public void Clients_count_by_their_samples() => Assert.Equal(
        1.25f,
        new OneBias(
            new FedNova(0), OneBias.FullBatch with { BatchSize = 1, LearningRate = 1 }, "L1Loss", 0, [-1000], [1000, 1000, 1000]).Round(),
        1e-6f);

    /// <summary>The clients of the tiny federation have equally many samples.</summary>
    [Theory, InlineData(0), InlineData(0.9)]
    public async Task With_equal_numbers_of_steps_it_is_FedAvg_to_the_bit(double momentum)
    {
        var experiment = TinyFederation.Experiment with { Optimizer = "SGD", Momentum = momentum, ServerMomentum = 0 };

        Assert.Equal(
            (await TinyFederation.RunAsync(experiment)).Global.Sha256(),
            (await TinyFederation.RunAsync(experiment with { Algorithm = "fednova" })).Global.Sha256());
    }

    /// <summary>Ten samples at ρ = 0.5: at most ten steps, each of a weight below 2.</summary>
    [Theory]
    [InlineData(1, true), InlineData(20, true), InlineData(0.99, false), InlineData(20.01, false), InlineData(0, false)]
    [InlineData(-3, false), InlineData(double.NaN, false)]
    public void A_number_that_no_training_gives_is_refused(double a, bool accepted) =>
        Assert.Equal(accepted, new FedNova(0.5).Refuses(Replies.Of(10, "a", a, 1, 1)) is null);

    [Fact]
    public void A_reply_without_the_number_is_refused() =>
        Assert.Equal("it returned no number 'a'.", new FedNova(0.5).Refuses(Replies.Of(10, "b", 2, 1, 1)));

    [Fact]
    public void Other_optimizers_are_refused() => Assert.EndsWith(
        "Accepted: Experiment.Optimizer SGD.",
        Assert.Throws<AutoFlipException>(() => ExperimentRules.Check(FinishedRuns.Small with { Algorithm = "fednova" })).Message,
        StringComparison.Ordinal);
}
