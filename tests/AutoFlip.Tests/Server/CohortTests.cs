namespace AutoFlip.Tests;

public class CohortTests
{
    /// <summary>Shares of the five clients that did not take part, rounded down: 2.5, 4.95, 0.5 (at least 1), 3, 5.</summary>
    [Theory]
    [InlineData(0.5, 2), InlineData(0.99, 4), InlineData(0.1, 1), InlineData(0.6, 3), InlineData(1, 5)]
    public void Evaluators_are_a_share_of_the_others_rounded_down(double fraction, int count)
    {
        var evaluators = Cohort.Evaluators(new Experiment { Clients = 7, EvaluationFraction = fraction }, round: 3, cohort: [1, 4]);

        Assert.Equal(count, evaluators.Length);
        Assert.Equal(evaluators.Order().Distinct(), evaluators);
        Assert.Empty(evaluators.Except([0, 2, 3, 5, 6]));
    }

    /// <summary>0.29 x 100 is 28.999999999999996 in floating point, and means 29.</summary>
    [Fact]
    public void A_share_that_binary_fractions_fall_short_of_counts_in_full() => Assert.Equal(
        (29, 29),
        (Cohort.Evaluators(new Experiment { Clients = 101, EvaluationFraction = 0.29 }, round: 1, cohort: [0]).Length,
            new Experiment { Clients = 100, CohortFraction = 0.29 }.CohortSize));

    /// <summary>0.1 of 100 is 10; 1.3 times that is 13, 1.25 times is 12.5 and means 13; there are no more than all.</summary>
    [Theory]
    [InlineData(100, 0.1, 1, 10), InlineData(100, 0.1, 1.3, 13), InlineData(100, 0.1, 1.25, 13), InlineData(5, 0.8, 3, 5)]
    public void More_clients_can_be_asked_than_take_part(int clients, double fraction, double oversample, int asked) => Assert.Equal(
        asked,
        Cohort.Sample(new Experiment { Clients = clients, CohortFraction = fraction, Oversample = oversample }, round: 1).Length);

    /// <summary>Where numbers are shuffled, and where they are drawn one by one.</summary>
    [Theory]
    [InlineData(1_000_000), InlineData(1_000_001), InlineData(int.MaxValue)]
    public void Of_millions_of_clients_some_are_drawn_and_others_evaluate(int clients)
    {
        var experiment = new Experiment { Clients = clients, CohortFraction = 50.1 / clients, EvaluationFraction = 30.1 / clients };
        for (var round = 1; round <= 3; round++)
        {
            var cohort = Cohort.Sample(experiment, round);
            var evaluators = Cohort.Evaluators(experiment, round, cohort);

            Assert.Equal((50, 30), (cohort.Length, evaluators.Length));
            Assert.Equal(80, cohort.Union(evaluators).Count());
            Assert.Every(cohort.Concat(evaluators), client => Assert.InRange(client, 0, clients - 1));
            Assert.Equal(cohort.Order(), cohort);
            Assert.Equal(evaluators.Order(), evaluators);
            Assert.Equal(cohort, Cohort.Sample(experiment, round));
        }
    }

    /// <summary>In 500 rounds 40 of 1,200,000 clients: 20,000 draws in ten ranges of clients are 2,000 each in the mean, give or take 42.
    /// </summary>
    [Fact]
    public void Of_millions_of_clients_every_one_is_as_likely()
    {
        var experiment = new Experiment { Clients = 1_200_000, CohortFraction = 40.1 / 1_200_000 };

        var drawn = Enumerable.Range(1, 500).SelectMany(round => Cohort.Sample(experiment, round)).CountBy(client => client / 120_000);

        Assert.Every(drawn, count => Assert.InRange(count.Value, 1_800, 2_200));
    }

    [Fact]
    public void Where_all_took_part_all_evaluate() =>
        Assert.Equal([0, 1, 2], Cohort.Evaluators(new Experiment { Clients = 3, EvaluationFraction = 0.1 }, round: 1, cohort: [0, 1, 2]));

    [Fact]
    public void Every_round_draws_anew_and_a_round_always_the_same()
    {
        var experiment = new Experiment { Clients = 100, CohortFraction = 0.1, EvaluationFraction = 0.1 };
        int[][] Draw() => [
            .. Enumerable.Range(1, 5).Select(t => Cohort.Sample(experiment, t)),
            .. Enumerable.Range(1, 5).Select(t => Cohort.Evaluators(experiment, t, [0]))];

        Assert.Equal(Draw(), Draw());
        Assert.Equal(10, Draw().Select(cohort => string.Join(' ', cohort)).Distinct().Count());
    }
}
