namespace AutoFlip.Tests;

public class QFedAvgTests
{
    /// <summary>q = 1, η = 1, w = 0, w_1 = -1 with loss 2 and w_2 = 1 with loss 1: the sums are 2 · 1 + 1 · (-1) = 1 and (1 + 2) + (1 + 1)
    /// = 5, so w = -1 / 5. The running statistic is the mean by samples of 2 and 6: 3.</summary>
    [Fact]
    public void Clients_weigh_by_their_losses() => Assert.Equal(
        [-0.2f, 3],
        new QFedAvg { Q = 1 }.Fold(Replies.Start(0, 1), null, Replies.Of(3, "loss", 2, -1, 2), Replies.Of(1, "loss", 1, 1, 6))
            .Select(w => MathF.Round(w, 6)));

    /// <summary>The same at η = ½, so L = 2 and D = (2, -2): the sums are 2 · 2 - 1 · 2 = 2 and (4 + 2 · 2) + (4 + 2 · 1)
    /// = 14.</summary>
    [Fact]
    public void Updates_count_as_gradients_at_the_learning_rate_of_the_round()
    {
        var algorithm = new QFedAvg { Q = 1 };
        var start = Replies.Start(0, 1);
        var fold = algorithm.BeginRound(algorithm.Initialize(start), new(1, 2, 2, 0.5, Mask.Dense(start.Layout)));
        fold.Add(Replies.Of(3, "loss", 2, -1, 2));
        fold.Add(Replies.Of(1, "loss", 1, 1, 6));

        Assert.Equal(-1f / 7, fold.End().Weights.Values[0], 1e-6f);
    }

    [Fact]
    public void Without_fairness_it_is_the_unweighted_mean_to_the_bit() => Assert.Equal(
        [0.25f, 3],
        new QFedAvg { Q = 0 }.Fold(Replies.Start(7, 1), null, Replies.Of(3, "loss", 2, -1, 2), Replies.Of(1, "loss", 0, 1.5f, 6)));

    /// <summary>The mean of 1² and 3² at b = 0, though training goes to 0.1 · 2 · 2 = 0.4 meanwhile. Two samples, twice.</summary>
    [Fact]
    public void The_loss_is_of_the_received_model()
    {
        var run = new OneBias(new QFedAvg(), OneBias.FullBatch, "MSELoss", 0, [1, 3]);

        run.Round();

        Assert.Equal(5, run.Replies[0].Numbers["loss"], 1e-6);
        Assert.Equal(0.4f, run.Trained.Single(), 1e-6f);
        Assert.Equal(4, run.Replies[0].TrainSamples);
    }

    [Theory]
    [InlineData(0, true), InlineData(1e15, true), InlineData(1.1e15, false), InlineData(-1e-9, false), InlineData(double.NaN, false)]
    public void A_loss_that_cannot_be_is_refused(double loss, bool accepted) =>
        Assert.Equal(accepted, new QFedAvg().Refuses(Replies.Of(10, "loss", loss, 1, 1)) is null);

    /// <summary>The largest values that are not refused: the step is still a number.</summary>
    [Theory, InlineData(0), InlineData(0.1), InlineData(10)]
    public void The_worst_lie_leaves_a_finite_model(double q)
    {
        ClientReply[] replies = [Replies.Of(3, "loss", 1e15, 1e37f, 1), Replies.Of(3, "loss", 0, -1, 1)];
        var algorithm = new QFedAvg { Q = q };
        Assert.Every(replies, reply => Assert.Null(algorithm.Refuses(reply)));
        Assert.Every(algorithm.Fold(Replies.Start(0, 1), null, replies), w => Assert.True(float.IsFinite(w)));
    }

    [Fact]
    public void Other_optimizers_are_refused() => Assert.EndsWith(
        "Accepted: Experiment.Optimizer SGD.",
        Assert.Throws<AutoFlipException>(() => ExperimentRules.Check(FinishedRuns.Small with { Algorithm = "qfedavg" })).Message,
        StringComparison.Ordinal);
}
