namespace AutoFlip.Tests;

/// <summary>The round in which all explorers train.</summary>
public sealed class ExplorationRoundTests
{
    const string NoDenseRounds = "--dense-rounds 0, where no training precedes the mask";
    const string PerCohort = "--mask-refresh cohort, which needs the scores of each explorer";

    /// <summary>Two explorers of six clients, cohorts of three.</summary>
    static readonly Experiment Joined = TinyFederation.Experiment.WithOption("explorationRound", true) with
    {
        DenseRounds = 2,
        ExplorerFraction = 0.33,
        EvaluationScope = EvaluationScope.Global,
    };

    [Fact]
    public async Task Explorers_join_the_cohort_of_the_last_dense_round()
    {
        int[] joined = [.. Cohort.Sample(Joined, 2).Union(Cohort.Explorers(Joined)).Order()];

        var rounds = (await TinyFederation.RunAsync(Joined)).Rounds;

        Assert.InRange(joined.Length, 4, 5); // neither the cohort alone nor everybody
        Assert.Equal(Cohort.Sample(Joined, 1), rounds[0].Report.Cohort);
        Assert.Equal(joined, rounds[1].Report.Cohort);
        Assert.Equal(Cohort.Sample(Joined, 3), rounds[2].Report.Cohort);
        Assert.Equal(joined.Length, ReportSum.CountOf(rounds[^1].State.Memory));
    }

    [Fact]
    public async Task Costs_are_compared_with_those_of_ordinary_cohorts()
    {
        var rounds = (await TinyFederation.RunAsync(Joined)).Rounds;
        var plain = (await TinyFederation.RunAsync(Joined with { Pruner = Experiment.NoPruner })).Rounds;

        Assert.True(rounds[1].Report.TrainSamples > plain[1].Report.TrainSamples);
        Assert.Equal(
            plain.Select(round => (round.Report.DenseFp32Bytes, (long?)round.Report.TrainSamples)),
            rounds.Select(round => (round.Report.DenseFp32Bytes, round.Report.DenseTrainSamples)));
    }

    /// <summary>Of an ordinary round, three of six replies are enough, of those that an oversampled one asks too. Under the latter, six
    /// clients are the ordinary round and the exploration round alike.</summary>
    [Theory, InlineData(1, 5), InlineData(2, 6)]
    public async Task The_server_waits_for_all_that_the_round_asks(double oversample, int joined)
    {
        var experiment = Joined with { Oversample = oversample };
        var link = new ServerLink(experiment);
        SortedDictionary<int, int> enough = [];

        await TinyFederation.RunAsync(experiment, wrap: inner => Tap.Look(inner, (task, _) =>
        {
            if (task.Work == ClientWork.Train) enough[task.Round] = link.Prepare(task).For([.. Enumerable.Range(0, joined)]).Enough;
        }));

        Assert.Equal([3, joined, 3], enough.Values.Take(3));
    }

    /// <summary>A sixth of five rounds is none.</summary>
    [Theory]
    [InlineData("--score-rounds 2 --dense-rounds 0", "--score-rounds: '2'", "0", NoDenseRounds)]
    [InlineData("--score-rounds 2 --rounds 5", "--score-rounds: '2'", "0", NoDenseRounds)]
    [InlineData("--score-rounds 2 --mask-refresh cohort", "--score-rounds: '2'", "0", PerCohort)]
    [InlineData("--exploration-round true --rounds 5", "--exploration-round: 'True'", "false", NoDenseRounds)]
    [InlineData("--exploration-round true --mask-refresh cohort", "--exploration-round: 'True'", "false", PerCohort)]
    public void Dense_rounds_are_not_scored_where_no_mask_can_follow_from_them(string options, string refused, string accepted, string why)
    {
        var ended = Shell.Run(["run", .. options.Split(' ')]);

        Assert.Equal(
            (ExitCode.BadRequest, $"autoflip: {refused} is not accepted. Accepted: {accepted} under {why}.\n"), (ended.Exit, ended.Error));
        Assert.Null(ended.Experiment);
    }
}
