namespace AutoFlip.Tests;

/// <summary>The round in which all explorers train (the default), and runs of versions whose explorers trained only to score.</summary>
public sealed class ExplorationRoundTests : IDisposable
{
    static readonly Experiment Small = FinishedRuns.Small with { DenseRounds = 2, Rounds = 4, EvaluateEvery = 1 };

    static readonly Experiment Exploring = Small.WithOption("explorationRound", false);

    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Removes an option from the file of a run, as versions wrote it that did not have it.</summary>
    static void Remove(string option, string run)
    {
        var file = Path.Combine(run, "experiment.json");
        var lines = File.ReadAllLines(file);
        var others = lines.Where(line => !line.Contains($"\"{option}\":", StringComparison.Ordinal)).ToArray();
        Assert.Equal(lines.Length - 1, others.Length);
        File.WriteAllLines(file, others);
    }

    /// <summary>The file of a run of an experiment, read as the base of another.</summary>
    Experiment Base(Experiment experiment, Action<string>? edit = null)
    {
        File.WriteAllText(_folder["experiment.json"], ExperimentFile.Write(ExperimentRules.Resolve(experiment), "hash"));
        edit?.Invoke(_folder.Path);
        return ExperimentFile.Load(_folder["experiment.json"]);
    }

    /// <summary>Two explorers of six clients, cohorts of three.</summary>
    [Fact]
    public async Task Explorers_join_the_cohort_of_the_last_dense_round()
    {
        var experiment = TinyFederation.Experiment with { DenseRounds = 2, ExplorerFraction = 0.33 };
        int[] joined = [.. Cohort.Sample(experiment, 2).Union(Cohort.Explorers(experiment)).Order()];

        var rounds = (await TinyFederation.RunAsync(experiment)).Rounds;

        Assert.InRange(joined.Length, 4, 5); // neither the cohort alone nor everybody
        Assert.Equal(Cohort.Sample(experiment, 1), rounds[0].Report.Cohort);
        Assert.Equal(joined, rounds[1].Report.Cohort);
        Assert.Equal(Cohort.Sample(experiment, 3), rounds[2].Report.Cohort);
        Assert.Equal(joined.Length, ReportSum.CountOf(rounds[^1].State.Memory));
    }

    [Fact]
    public async Task Costs_are_compared_with_those_of_ordinary_cohorts()
    {
        var experiment = TinyFederation.Experiment with
        {
            DenseRounds = 2,
            ExplorerFraction = 0.33,
            EvaluationScope = EvaluationScope.Global,
        };

        var rounds = (await TinyFederation.RunAsync(experiment)).Rounds;
        var plain = (await TinyFederation.RunAsync(experiment with { Pruner = Experiment.NoPruner })).Rounds;

        Assert.True(rounds[1].Report.TrainSamples > plain[1].Report.TrainSamples);
        Assert.Equal(
            plain.Select(round => (round.Report.DenseFp32Bytes, (long?)round.Report.TrainSamples)),
            rounds.Select(round => (round.Report.DenseFp32Bytes, round.Report.DenseTrainSamples)));
    }

    /// <summary>Stopped before the exploration, which follows the second round, and after it.</summary>
    [Theory, InlineData(1), InlineData(3)]
    public void A_run_whose_file_lacks_the_option_explores_as_it_did(int after)
    {
        var want = ResumedRuns.Unbroken(Exploring, _folder["whole"]);

        Assert.Equal(
            want, ResumedRuns.Resumed(Exploring, _folder["old"], after, run => Remove("explorationRound", run)));
        Assert.NotEqual(want, ResumedRuns.Unbroken(Small, _folder["new"]));
    }

    /// <summary>The identity is what the program of commit c6fca14 wrote into checkpoints/run.json of a run of this experiment.</summary>
    [Fact]
    public void A_run_whose_file_lacks_the_option_keeps_its_identity()
    {
        const string Identity = "8047498be70a6b79c5cd54b534014bd2aa316787d413883885e7e32bb5a8acc8";
        var experiment = new Experiment
        {
            Dataset = "Digits",
            Resize = 0,
            Model = "TwoNN",
            HiddenSize = 8,
            UnitMultiple = 1,
            Partition = "iid",
            Clients = 4,
            CohortFraction = 0.5,
            ExplorerFraction = 1,
            DenseRounds = 2,
            LocalEpochs = 1,
            BatchSize = 32,
            LearningRate = 0.01,
            PruneFraction = 0.4m,
            Metrics = ["acc1"],
        };

        var old = Base(experiment, run => Remove("explorationRound", run));

        Assert.Equal(Identity, RunIdentity.Of(ExperimentRules.Resolve(old)));
        Assert.Equal(Identity, RunIdentity.Of(ExperimentRules.Resolve(experiment.WithOption("explorationRound", false))));
        Assert.NotEqual(Identity, RunIdentity.Of(ExperimentRules.Resolve(experiment)));
    }

    /// <summary>A file lists the options of its own methods only, so without AutoFLIP it lacks the option in all versions.</summary>
    [Fact]
    public void A_file_without_AutoFLIP_does_not_turn_the_round_off()
    {
        var dense = Base(Small with { Pruner = Experiment.NoPruner });

        Assert.Equal("", dense.Options.ToString());
        Assert.Equal(true, ExperimentRules.Resolve(dense.WithMethod("autoflip")).Options["explorationRound"]);
    }

    [Fact]
    public void Another_pruner_may_replace_AutoFLIP_in_the_file_of_an_earlier_run()
    {
        var old = Base(Small, run => Remove("explorationRound", run));

        Assert.Equal(false, old.Options["explorationRound"]);
        Assert.Equal("", ExperimentRules.Resolve(old with { Pruner = "random" }).Options.ToString());
    }

    /// <summary>A sixth of five rounds is none.</summary>
    [Theory]
    [InlineData("--dense-rounds 0", "0 under --dense-rounds 0, where no training precedes the mask")]
    [InlineData("--rounds 5", "0 under --dense-rounds 0, where no training precedes the mask")]
    [InlineData("--mask-refresh cohort", "0 under --mask-refresh cohort, which needs the scores of each explorer")]
    public void Score_rounds_that_would_score_nothing_are_refused(string options, string accepted)
    {
        var ended = Shell.Run(["run", "--score-rounds", "2", .. options.Split(' ')]);

        Assert.Equal(
            (ExitCode.BadRequest, $"autoflip: --score-rounds: '2' is not accepted. Accepted: {accepted}.\n"), (ended.Exit, ended.Error));
        Assert.Null(ended.Experiment);
    }
}
