using System.Collections.Immutable;

namespace AutoFlip.Tests;

public class CostToReachTests
{
    static readonly QualityBasis OnServer = new(OnClients: false);

    /// <summary>Evaluations after rounds 10, 20, ...: 100 bytes, 1000 multiply-accumulates and 1 second for each ten rounds.</summary>
    static RunSummary Run(bool lowerIsBetter, double? compared, params double?[] values) =>
        FakeEngine.Summary(new Experiment { Dataset = "Digits" }, new RunOptions()) with
        {
            Metrics = new(new(null, null, null, null), new(null), new SummaryMain("m", lowerIsBetter, null, null, null, compared, null)),
            Evaluations =
            [
                .. values.Select((value, i) => new SummaryEvaluation(10 * (i + 1), value, 100 * (i + 1), 1000 * (i + 1), i + 1)),
            ],
        };

    /// <summary>Windows: (0.2, 0.9, 0.4) is 0.5, (0.9, 0.4, 0.5) is 0.6: one peak of 0.9 does not count, the mean of three does.</summary>
    [Theory]
    [InlineData(0.5, 30), InlineData(0.55, 40), InlineData(0.6, 40), InlineData(0.61, null)]
    public void The_mean_of_three_evaluations_reaches_a_target(double target, int? round) =>
        Assert.Equal(round, CostToReach.Of(Run(false, null, 0.2, 0.9, 0.4, 0.5), target, OnServer)?.Round);

    [Fact]
    public void The_cost_is_that_of_the_last_of_the_three() =>
        Assert.Equal(new CostToReach(30, 300, 3000, 3), CostToReach.Of(Run(false, null, 0.5, 0.5, 0.5, 0.5), 0.5, OnServer));

    [Fact]
    public void An_error_reaches_a_target_from_above() => Assert.Equal(40, CostToReach.Of(Run(true, null, 9, 3, 3, 3), 3, OnServer)?.Round);

    [Fact]
    public void An_undefined_evaluation_reaches_nothing() =>
        Assert.Equal(50, CostToReach.Of(Run(false, null, 1, null, 1, 1, 1), 1, OnServer)?.Round);

    [Fact]
    public void A_run_that_was_not_measured_there_has_no_cost()
    {
        Assert.True(CostToReach.IsMeasured(Run(false, null, 1, null), OnServer));
        Assert.False(CostToReach.IsMeasured(Run(false, null, 1, 1, 1), new(OnClients: true)));
    }

    [Fact]
    public void Two_evaluations_are_too_few() => Assert.Null(CostToReach.Of(Run(false, null, 1, 1), 0.1, OnServer));

    [Fact]
    public void A_share_of_an_error_is_a_larger_error()
    {
        Assert.Equal(0.45, CostToReach.Target(Run(false, 0.5), 0.9, OnServer));
        Assert.Equal(2, CostToReach.Target(Run(true, 1), 0.5, OnServer));
        Assert.Null(CostToReach.Target(Run(false, null), 0.9, OnServer));
    }

    /// <summary>Without pruning costs are the sums over rounds; exploration comes before the first pruned round.</summary>
    [Fact]
    public void A_runs_summary_holds_its_evaluations_with_what_they_cost()
    {
        var run = MadeUpRun.Record(new Experiment
        {
            Dataset = "Digits",
            Pruner = "autoflip",
            DenseRounds = 1,
            Rounds = 4,
            Clients = 4,
            EvaluateEvery = 2,
            Metrics = ["acc1"]
        });

        var evaluations = Summaries.SoFar(run.Experiment, new Acc1(), run.Explorers, run.Rounds).Evaluations;

        var costs = RunCosts.Of(run.Experiment, run.Explorers, run.Rounds);
        Assert.Equal(
            run.Rounds.Where(round => round.ServerEvaluated is not null).Select(round => round.Round),
            evaluations.Select(evaluation => evaluation.Round));
        Assert.NotEmpty(evaluations);
        Assert.Every(evaluations, evaluation => Assert.Equal(
            (costs.Bytes(evaluation.Round - 1), costs.Macs[evaluation.Round - 1], costs.Seconds[evaluation.Round - 1]),
            (evaluation.Bytes, evaluation.Macs, evaluation.Seconds)));
        Assert.Equal(run.Figures.Traffic.DownBytes + run.Figures.Traffic.UpBytes, costs.Bytes(run.Rounds.Length - 1));
    }

    /// <summary>0.1 + 0.2 + 0.3 is 0.6000000000000001 in doubles, a third of which is above 0.2. The mean of the last evaluations and that
    /// of the window are of the same three.</summary>
    [Fact]
    public void A_run_of_three_evaluations_reaches_its_own_quality_in_the_last()
    {
        RoundReport[] rounds = [HandMadeRun.Round(1, 0.1), HandMadeRun.Round(2, 0.2), HandMadeRun.Round(3, 0.3)];

        var run = Summaries.SoFar(HandMadeRun.Experiment, new Acc1(), [], rounds);

        Assert.Equal(3, CostToReach.Of(run, CostToReach.Target(run, 1, OnServer)!.Value, OnServer)?.Round);
    }

    [Fact]
    public void A_summary_of_an_earlier_version_has_none() =>
        Assert.Equal(
            ImmutableArray<SummaryEvaluation>.Empty,
            FakeEngine.Summary(new Experiment { Dataset = "Digits" }, new RunOptions()).Evaluations);

    /// <summary>Targets from the first run's 0.8: 0.72, 0.76, 0.8. Its means of three: 0.73, 0.753, 0.777, 0.8.</summary>
    [Fact]
    public void Runs_are_compared_by_what_the_first_ones_quality_cost()
    {
        var (dense, pruned) = (Run(false, 0.8, 0.73, 0.73, 0.73, 0.8, 0.8, 0.8), Run(false, 0.7, 0.8, 0.8, 0.7, 0.6, 0.6, 0.6));

        var table = RunComparison.Of([dense, pruned]);

        string[] Row(string label) => [.. table.Rows.Single(row => row.Label == label).Figures];
        Assert.Equal(["300 B", "300 B", "1.00 x"], Row("bytes to 90 % of run 1"));
        Assert.Equal(["500 B", "300 B", "0.60 x"], Row("bytes to 95 % of run 1"));
        Assert.Equal(["600 B", "never", "-"], Row("bytes to 100 % of run 1"));
    }
}
