namespace AutoFlip.Tests;

/// <summary>Two clients in each of twelve rounds, the first two of them dense. Dense, a round sends 2 · 4,000 B each way: 192,000 B in all,
/// and computes 500 · 5,000 MAC.</summary>
public sealed class FindingsTests
{
    static readonly Experiment Pruned = MadeUpRun.Experiment with { ExplorerFraction = 0.5 };
    static readonly Experiment Dense = Pruned with { Pruner = "none" };

    static string[] Sentences(RunRecord run) => [.. Findings.Of(run).Select(finding => finding.Text)];

    /// <summary>
    /// Sent: 2 · 16,000 + 10 · 8,000 + two explorers' 12,000 = 124,000 B; 124 / 192 = 0.646. Computed: 500 · (2 · 5,000 + 10 ·
    /// 2,500) = 17.5 MMAC in the rounds and 2 · 100 · 5,000 = 1 MMAC exploring, of 30 MMAC: 18.5 / 30 = 0.617. Last score: 0.95
    /// - 0.9 / 13 - 0.02 + 0.001 = 0.8618.
    /// </summary>
    [Fact]
    public void One_run_says_what_it_gained_over_what_FedAvg_would_have_cost() => Assert.Equal(
    [
        "Accuracy is 86.2 % on the server's test set, and 85.2 % on clients that did not take part.",
        "The model keeps 50.0 % of its parameters: 500 of 1,000.",
        "124 kB were sent, exploration included: 35.4 % less than the 192 kB that FedAvg would send in float32 over the same rounds. "
        + "Sent bytes are measured; those of FedAvg are computed.",
        "Clients computed 38.3 % less than FedAvg with the dense model, by multiply-accumulates, exploration included.",
        "It took 11.5 s, 1.0 s of it exploring; the median round 0.75 s.", // 2 · 1.5 + 10 · 0.75 + 1
    ], Sentences(MadeUpRun.Record(Pruned)));

    [Fact]
    public void Loss_is_worded_as_a_gain_is()
    {
        var run = MadeUpRun.Record(Pruned);
        run = run with { Summary = run.Summary! with { Traffic = run.Summary.Traffic with { UpBytes = 200_000 } } };

        // 200,000 up, 48,000 + 8,000 down in the rounds and exploring: 2 · 8,000 + 10 · 4,000 + 2 · 4,000 = 64,000; 264 / 192 = 1.375.
        Assert.Contains(
            Sentences(run),
            sentence => sentence.StartsWith(
                "264 kB were sent, exploration included: 37.5 % more than the 192 kB", StringComparison.Ordinal));
    }

    [Fact]
    public void Dense_run_neither_gains_nor_loses()
    {
        var sentences = Sentences(MadeUpRun.Record(Dense));

        Assert.Contains("Nothing is removed: the model keeps all of its 1,000 parameters.", sentences);
        Assert.Contains(sentences, sentence => sentence.StartsWith("192 kB were sent: as much as the 192 kB", StringComparison.Ordinal));
        Assert.Contains("Clients computed as much as FedAvg with the dense model, by multiply-accumulates.", sentences);
    }

    [Fact]
    public void Run_without_rounds_has_nothing_to_say() => Assert.Empty(Sentences(MadeUpRun.Record(Pruned, rounds: 0)));

    /// <summary>Scores of the last five evaluations, rounds 8 to 12: 0.95 - 0.9 (1/9 + 1/10 + 1/11 + 1/12 + 1/13) / 5 = 0.8668, and 0.001
    /// per seed; pruned 0.02 less. The deviation of three numbers 0.001 apart is 0.001.</summary>
    [Fact]
    public void Settings_are_set_against_FedAvg_among_them()
    {
        var groups = RunGroup.Of([
            .. from seed in (ulong[])[1, 2, 3]
               from experiment in (Experiment[])[Dense, Pruned]
               select MadeUpRun.Record(experiment with { Seed = seed })]);

        var (name, against, findings) = Assert.Single(Findings.Of(groups));

        Assert.Equal(("fedavg + autoflip", "fedavg"), (name, against));
        Assert.Equal(
        [
            "It lost 2.0 points of accuracy, 86.9 % to 84.9 % (mean of the last 5 evaluations).",
            "It sent 35.4 % fewer bytes, 124 kB against 192 kB.",
            "Clients computed 38.3 % less, by multiply-accumulates.",
            "It took 36.1 % less time, 11.5 s against 18.0 s.", // 12 · 1.5
        ], findings.Select(finding => finding.Text));
    }

    [Theory]
    [InlineData(3, 3, "mean of the last 3 evaluations"), InlineData(1, 1, "in the last evaluation")]
    [InlineData(7, 12, "mean of the last 5 evaluations")]
    [InlineData(3, 7, "mean of the last 5 evaluations, of some runs fewer")]
    public void Mean_of_fewer_evaluations_is_called_so(int one, int other, string expected) =>
        Assert.Equal(expected, Findings.BasisOf([MadeUpRun.Record(Dense, rounds: one), MadeUpRun.Record(Pruned, rounds: other)]));

    [Fact]
    public void Difference_within_that_of_seeds_is_called_so()
    {
        RunRecord With(Experiment experiment, ulong seed, double score)
        {
            var run = MadeUpRun.Record(experiment with { Seed = seed });
            var metrics = run.Summary!.Metrics;
            return run with { Summary = run.Summary with { Metrics = metrics with { Main = metrics.Main! with { Recent = score } } } };
        }

        var groups = RunGroup.Of([With(Dense, 1, 0.70), With(Dense, 2, 0.80), With(Pruned, 1, 0.69), With(Pruned, 2, 0.83)]);

        // Seed by seed -0.01 and +0.03: 0.01 with a deviation of sqrt(0.02² + 0.02²) = 0.028.
        Assert.Equal(
            "It gained 1.0 points of accuracy, 75.0 % to 76.0 % (mean of the last 5 evaluations). "
            + "The standard deviation over seeds is larger than this difference.",
            Findings.Of(groups).Single().Findings[0].Text);
    }

    [Theory]
    [InlineData("Adult", 4), InlineData("Digits", 5)]
    public void FedAvg_on_other_data_or_with_other_clients_is_no_baseline(string dataset, int clients) =>
        Assert.Empty(Findings.Of(RunGroup.Of([
            MadeUpRun.Record(Dense), MadeUpRun.Record(Pruned with { Dataset = dataset, Clients = clients })])));

    public static TheoryData<Experiment> OtherPartitions =>
        [Dense with { Concentration = 0.1 }, Dense with { Partition = "iid" }, Dense with { SampleFraction = 0.5 }];

    [Theory, MemberData(nameof(OtherPartitions))]
    public void FedAvg_under_another_partition_is_no_baseline(Experiment other)
    {
        var groups = RunGroup.Of([MadeUpRun.Record(other), MadeUpRun.Record(Pruned)]);

        Assert.Empty(Findings.Of(groups));
        Assert.Null(Findings.BaselineOf(groups[1], groups));
    }

    /// <summary>An option that the partition does not read makes no other partition.</summary>
    [Fact]
    public void What_the_partition_does_not_use_does_not_count() => Assert.Single(Findings.Of(RunGroup.Of(
        [MadeUpRun.Record(Dense with { ClassesPerClient = 3 }), MadeUpRun.Record(Pruned)])));

    /// <summary>Runs of FedAvg that differ in two things, in one, and in none but pruning: whichever comes first.</summary>
    [Fact]
    public void The_baseline_differs_in_as_little_as_there_is()
    {
        Experiment[] dense = [
            Dense with { LearningRate = 0.5, LocalEpochs = 7 }, Dense with { LearningRate = 0.5 }, Dense];
        for (var there = 1; there <= dense.Length; there++)
        {
            var groups = RunGroup.Of(
                [.. dense[..there].Select(experiment => MadeUpRun.Record(experiment)), MadeUpRun.Record(Pruned with { KeepNorm = false })]);

            Assert.Same(groups[there - 1], Findings.BaselineOf(groups[^1], groups));
        }
    }

    [Fact]
    public void Runs_are_set_against_each_other_after_as_many_rounds_only() =>
        Assert.Empty(Findings.Of(RunGroup.Of([MadeUpRun.Record(Dense), MadeUpRun.Record(Pruned, rounds: 5)])));

    /// <summary>The nearer baseline was interrupted, so the other one is taken.</summary>
    [Fact]
    public void A_baseline_of_fewer_rounds_gives_way_to_a_whole_one()
    {
        var groups = RunGroup.Of(
            [MadeUpRun.Record(Dense, rounds: 5), MadeUpRun.Record(Dense with { LearningRate = 0.5 }), MadeUpRun.Record(Pruned)]);

        Assert.Equal(groups[1].Name, Assert.Single(Findings.Of(groups), finding => finding.Name == groups[2].Name).Against);
    }

    [Theory]
    [InlineData(2.0, 2.0, "2"), InlineData(1.0, 3.0, "2 ± 1"), InlineData(2.0, null, "2")]
    public void Deviation_is_shown_where_there_is_one(double one, double? other, string expected) =>
        Assert.Equal(expected, ManyPage.Text(Spread.Of([one, other]), value => $"{value:0}")); // of 1 and 3: sqrt(2), shown as 1

    [Fact]
    public void Figure_that_no_run_has_is_a_dash() => Assert.Equal("-", ManyPage.Text(Spread.Of([null]), value => $"{value:0}"));
}
