namespace AutoFlip.Tests;

/// <summary>Whether a run is done, running, failed, interrupted or stopped, and why.</summary>
public sealed class RunStatusTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    static readonly Experiment Small = new()
    {
        Dataset = "Digits",
        Resize = 0,
        Model = "LogReg",
        Partition = "iid",
        Clients = 2,
        CohortFraction = 1,
        Rounds = 3,
        DenseRounds = 0,
        LocalEpochs = 1,
        Pruner = "none",
        EvaluateEvery = 3,
    };

    public void Dispose() => _folder.Dispose();

    string OnlyRun => Assert.Single(Directory.GetDirectories(_folder["runs"]));

    RunOptions Options => new() { ResultPath = _folder["runs"], Workers = 1, Offline = true };

    RunStatus Status => RunRecord.Load(OnlyRun).Status;

    void Run(Experiment experiment, RunObserver? observer = null, CancellationToken cancel = default) =>
        Simulation.Run(experiment, Options, observer ?? RunObserver.None, TimeProvider.System, cancel);

    void Resume(RunObserver? observer = null) => Simulation.Resume(
        OnlyRun, Options, observer ?? RunObserver.None, TimeProvider.System, default);

    /// <summary>Targets of 1e30: their squares are beyond float32, whose largest number is 3.4e38.</summary>
    Experiment Huge()
    {
        File.WriteAllText(
            _folder["hugey.csv"],
            "x,y\n" + string.Concat(Enumerable.Range(0, 20).Select(i => $"0.{i + 10},{(i % 2 == 0 ? "" : "-")}1e30\n")));
        return Small with
        {
            Dataset = $"csv:{_folder["hugey.csv"]}",
            Target = "y",
            TaskChoice = TaskChoice.Regression,
            LearningRate = 0.05
        };
    }

    [Fact]
    public void A_run_that_fails_records_why_with_advice_that_fits()
    {
        Assert.Throws<AutoFlipException>(() => Run(Huge()));

        Assert.Equal((RunStage.Failed, (int)ExitCode.RunFailed, false), (Status.Stage, Status.ExitCode, Status.IsRepeated));
        Assert.Equal(
            "Round 1: no client returned a usable update. Client 0: the loss is Infinity before the first step: "
            + "inputs or targets are too large, or not finite; scale them to values near 1.",
            Status.Reason);
        Assert.StartsWith("The run failed: Round 1", Status.Advice("run"), StringComparison.Ordinal);
        Assert.EndsWith("resume it with: Simulation.Resume run", Status.Advice("run"), StringComparison.Ordinal);
        Assert.Contains("\"state\": \"failed\",", File.ReadAllText(Path.Combine(OnlyRun, RunStatus.FileName)), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(OnlyRun, RunSummary.FileName)));
    }

    [Fact]
    public void A_failure_that_comes_again_is_known_as_such()
    {
        Assert.Throws<AutoFlipException>(() => Run(Huge()));
        Assert.Throws<AutoFlipException>(() => Resume());

        Assert.True(Status.IsRepeated);
        Assert.Contains("start a run with other options", Status.Advice("run"), StringComparison.Ordinal);
        Assert.Equal(RunStage.Failed, Assert.Single(Directory.GetDirectories(_folder["runs"]).Select(run => RunStatus.Of(run).Stage)));
    }

    /// <summary>In round 2, then in round 3, then by a full disk twice: none is the same failure at the same place of something
    /// that only the run decides.</summary>
    [Fact]
    public void A_failure_elsewhere_or_from_outside_is_not_a_repetition()
    {
        Assert.Throws<InvalidOperationException>(() => Run(Small, new Failing(2, new InvalidOperationException("broken"))));
        Assert.Throws<InvalidOperationException>(() => Resume(new Failing(3, new InvalidOperationException("broken"))));
        Assert.Equal(("broken.", false), (Status.Reason, Status.IsRepeated));

        var full = AutoFlipException.RunFailed("the disk is full.", new IOException());
        Assert.Throws<AutoFlipException>(() => Resume(new Failing(3, full)));
        Assert.Throws<AutoFlipException>(() => Resume(new Failing(3, full)));
        Assert.Equal(("the disk is full.", false), (Status.Reason, Status.IsRepeated));
    }

    [Fact]
    public void An_interrupted_run_says_so_and_is_done_once_it_is_resumed()
    {
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Run(Small, new Acting(2, stop.Cancel), stop.Token));

        Assert.Equal((RunStage.Interrupted, null), (Status.Stage, Status.Reason));
        Assert.Equal("The run was interrupted. Resume it with: Simulation.Resume run", Status.Advice("run"));

        var meanwhile = new List<RunStage>();
        Resume(new Acting(2, () => meanwhile.Add(Status.Stage)));

        Assert.Equal([RunStage.Running], meanwhile);
        Assert.Equal(RunStage.Done, Status.Stage);
        Assert.False(File.Exists(Path.Combine(OnlyRun, RunStatus.FileName)));
    }

    /// <summary>Or another process could begin to resume a run whose failure is then recorded over its work.</summary>
    [Fact]
    public void The_lock_is_held_until_the_failure_is_recorded()
    {
        var ends = new Ends(() => (File.Exists(Path.Combine(OnlyRun, RunStatus.FileName)), RunStatus.IsInUse(OnlyRun)));

        Assert.Throws<AutoFlipException>(() => Run(Huge(), ends));

        Assert.Equal((true, true), ends.Seen);
        Assert.False(RunStatus.IsInUse(OnlyRun));
    }

    /// <summary>A killed process records nothing; the operating system releases its lock.</summary>
    [Fact]
    public void A_run_without_a_record_is_running_while_its_lock_is_held_and_stopped_otherwise()
    {
        MadeUpRun.Write(MadeUpRun.Record(rounds: 3, directory: _folder["run"]));
        using (MadeUpRun.Lock(_folder["run"]))
        {
            File.WriteAllText(_folder["run/status.json"], """{ "state": "interrupted" }"""); // of before it was resumed
            Assert.Equal(RunStage.Running, RunStatus.Of(_folder["run"]).Stage);
            File.Delete(_folder["run/status.json"]);
        }

        Assert.Equal(RunStage.Stopped, RunStatus.Of(_folder["run"]).Stage);
        Assert.Contains("no process runs it now", RunStatus.Of(_folder["run"]).Advice("run"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{"), InlineData("null"), InlineData("[]"), InlineData("""{ "state": "failed" }"""), InlineData("""{ "state": "done" }""")]
    [InlineData("""{ "state": "nonsense" }""")]
    public void A_damaged_record_is_named_and_keeps_no_run_from_being_resumed(string content)
    {
        Assert.Throws<InvalidOperationException>(() => Run(Small, new Failing(2, new InvalidOperationException("broken"))));
        File.WriteAllText(Path.Combine(OnlyRun, RunStatus.FileName), content);

        var refused = Assert.Throws<AutoFlipException>(() => RunStatus.Of(OnlyRun));
        Resume();

        Assert.Equal(ExitCode.BadData, refused.Code);
        Assert.Contains(RunStatus.FileName, refused.Message, StringComparison.Ordinal);
        Assert.Equal(RunStage.Done, Status.Stage);
    }

    /// <summary>Throws when a round begins.</summary>
    sealed class Failing(int round, Exception why) : RunObserver
    {
        public override void RoundStarted(int number, int cohort)
        {
            if (number == round) throw why;
        }
    }

    /// <summary>Does something when a round begins.</summary>
    sealed class Acting(int round, Action act) : RunObserver
    {
        public override void RoundStarted(int number, int cohort)
        {
            if (number == round) act();
        }
    }

    sealed class Ends(Func<(bool, bool)> look) : RunObserver
    {
        public (bool IsRecorded, bool IsLocked) Seen { get; private set; }

        public override void Failed(Exception why) => Seen = look();
    }
}
