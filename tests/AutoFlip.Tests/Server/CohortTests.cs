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
