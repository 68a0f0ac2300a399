namespace AutoFlip.Tests;

public class StragglerTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment with { LocalEpochs = 4, Pruner = Experiment.NoPruner };

    /// <summary>Of 4 epochs a straggler does 1, 2, 3 or 4, all as likely: with half of them stragglers 4 epochs have the chance
    /// 1/2 + 1/8 and each of the others 1/8. 4,000 draws: four standard deviations are 0.03.</summary>
    [Theory, InlineData(0, 0, 1), InlineData(0.5, 0.125, 0.625), InlineData(1, 0.25, 0.25)]
    public void Epochs_of_a_straggler_are_uniform(double fraction, double few, double all)
    {
        var experiment = Tiny with { StragglerFraction = fraction };
        var counts = Enumerable.Range(0, 4000).Select(i => Stragglers.EpochsOf(experiment, 1 + i / 40, i % 40))
            .CountBy(epochs => epochs).ToDictionary();

        Assert.Every(counts.Keys, epochs => Assert.InRange(epochs, 1, 4));
        for (var epochs = 1; epochs <= 4; epochs++)
            Assert.Equal(epochs == 4 ? all : few, counts.GetValueOrDefault(epochs) / 4000.0, 0.03);
    }

    /// <summary>A client trains on its samples once per epoch, and is averaged by its samples all the same.</summary>
    [Fact]
    public async Task The_samples_of_a_round_are_those_that_stragglers_trained_on()
    {
        var experiment = Tiny with { StragglerFraction = 1, Rounds = 6 };
        var data = TinyFederation.Data(experiment);

        var outcome = await TinyFederation.RunAsync(experiment);

        Assert.Every(outcome.Rounds, round => Assert.Equal(
            round.Report.Cohort.Sum(client =>
                data.Clients[client].Train.Length * Stragglers.EpochsOf(experiment, round.Report.Round, client)),
            round.Report.TrainSamples));
    }
}
