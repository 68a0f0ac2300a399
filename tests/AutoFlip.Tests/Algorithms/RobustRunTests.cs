namespace AutoFlip.Tests;

/// <summary>Robust rules in runs.</summary>
public sealed class RobustRunTests : IDisposable
{
    static readonly string[] Names =
        [.. Catalog.Algorithms.Names.Where(name => Catalog.Algorithms[name](new()) is RobustAlgorithm)];

    static readonly Experiment Tiny = TinyFederation.Experiment with { Clients = 7, CohortFraction = 0, ServerMomentum = 0 };

    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Rules => [.. Names];

    [Theory, MemberData(nameof(Rules))]
    public async Task A_pruned_model_learns(string name)
    {
        var one = await TinyFederation.RunAsync(Tiny with { Algorithm = name, Rounds = 8, LearningRate = 0.05 });

        double LossOf(Index round) => one.Rounds[round].Report.ServerEvaluated!.Loss;
        Assert.True(LossOf(^1) < 0.9 * LossOf(1), $"{LossOf(1)} to {LossOf(^1)}");
        Assert.True(one.Rounds[^1].Mask.Density < 0.8);
    }

    [Theory]
    [InlineData("krum", "byzantine", 2, 7), InlineData("multi-krum", "byzantine", 1, 5), InlineData("multi-krum", "selected", 7, 8)]
    [InlineData("bulyan", "byzantine", 1, 7), InlineData("trimmed-mean", "trim", 0.2, 5), InlineData("trimmed-mean", "trim", 0.3, 4)]
    public void Cohorts_that_are_too_small_are_refused_before_data_are_read(string name, string option, object value, int fewest)
    {
        var enough = (FinishedRuns.Small with { Algorithm = name, Clients = fewest, CohortFraction = 0 }).WithOption(option, value);

        Assert.Empty(ExperimentRules.Violations(enough));
        var refused = Assert.Throws<AutoFlipException>(() => ExperimentRules.Check(enough with { Clients = fewest - 1 }));
        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.Equal(
            $"Experiment.Algorithm {name}: with its options it needs a cohort of at least {fewest} clients, and that of "
            + $"Experiment.CohortFraction 0 and Experiment.Clients {fewest - 1} has {fewest - 1}.",
            refused.Message);
    }

    /// <summary>Under the partition pre the data say how many clients there are; the experiment's number means nothing before.</summary>
    [Fact]
    public void Clients_of_the_data_are_counted_once_they_are_read()
    {
        var experiment = ExperimentRules.Resolve(
            FinishedRuns.Small with { Algorithm = "krum", Partition = "pre", Clients = 2, CohortFraction = 0.5 }, task: null);

        Assert.Equal(10, ExperimentRules.Settle(experiment, DataSet.Of(experiment).Task!, clients: 10).Clients);
        var refused = Assert.Throws<AutoFlipException>(() => ExperimentRules.Settle(experiment, DataSet.Of(experiment).Task!, clients: 9));
        Assert.EndsWith("and Experiment.Clients 9 has 4.", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>A server over a network does not close a training with fewer.</summary>
    [Fact]
    public async Task A_training_is_sent_with_the_number_of_replies_that_it_needs()
    {
        var sent = new List<CohortTask>();
        var experiment = Tiny with { Algorithm = "krum", Pruner = "autoflip", DenseRounds = 1, Rounds = 2, EvaluateEvery = 2 };

        await TinyFederation.RunAsync(experiment, wrap: inner => Tap.LookAtTasks(
            inner, (task, cohort) => sent.Add(new SentTask(experiment, task).For(cohort))));

        Assert.Every(sent, task => Assert.Equal(task.Work == ClientWork.Train ? 5 : 1, task.Fewest));
        Assert.Equal([ClientWork.Train, ClientWork.Explore, ClientWork.Train, ClientWork.Evaluate], sent.Select(task => task.Work));
    }

    [Fact]
    public async Task A_round_with_too_few_usable_replies_fails()
    {
        var experiment = Tiny with { Algorithm = "krum", Clients = 5, Pruner = "none" };

        var failed = await Assert.ThrowsAsync<AutoFlipException>(() => TinyFederation.RunAsync(
            experiment, data: TinyFederation.WithPoison(TinyFederation.Data(experiment), client: 4)));

        Assert.Equal(ExitCode.RunFailed, failed.Code);
        Assert.StartsWith(
            "Round 1: 4 of 5 clients returned a usable update, and krum needs 5. Client 4: ", failed.Message, StringComparison.Ordinal);
    }

    /// <summary>TwoNN of 235 weights, 940 bytes: two on the server, two of the client in training, seven replies; and 700 bytes of a
    /// batch. 11 · 940 + 700.</summary>
    [Fact]
    public void Replies_that_are_kept_count_as_memory()
    {
        var experiment = Tiny with { Algorithm = "median" };
        var data = TinyFederation.Data(experiment);
        var need = TrainingMemory.Of(experiment, TinyFederation.Network(experiment), data, workers: 1) with { Replies = 7 };
        Assert.Equal(11_040, need.Bytes);

        RunSummary Run(Experiment of, long memory) => Simulation.Run(
            of with { Dataset = "Digits", Rounds = 1 }, new RunOptions { ResultPath = _folder.Path, Workers = 1, MemoryLimit = memory },
            (_, _) => data, RunObserver.None, TimeProvider.System, default);
        var refused = Assert.Throws<AutoFlipException>(() => Run(experiment, 11_039));
        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.Contains("the 7 replies that median keeps 0.0 GiB", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Lower Experiment.Clients, or choose", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
        Run(experiment, 11_040);
        Run(experiment with { Algorithm = "fedavg" }, 11_039);
    }
}
