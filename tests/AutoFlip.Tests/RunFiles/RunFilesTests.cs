namespace AutoFlip.Tests;

/// <summary>Whole runs on the embedded digits, and what they leave for people.</summary>
public sealed class RunFilesTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    static readonly Experiment Small = new()
    {
        Name = "small",
        Seed = 3,
        Dataset = "Digits",
        Resize = 0,
        Model = "TwoNN",
        HiddenSize = 8,
        Clients = 8,
        CohortFraction = 0.25,
        Rounds = 4,
        DenseRounds = 1,
        LocalEpochs = 1,
        BatchSize = 20,
        LearningRate = 0.01,
        EvaluateEvery = 2,
        ExplorerFraction = 0.5,
        Criterion = "CrossEntropyLoss",
        Metrics = ["acc1", "f1"],
    };

    public void Dispose() => _folder.Dispose();

    RunOptions Options => new() { ResultPath = _folder.Path, Workers = 2, Offline = true };

    string OnlyRun => Assert.Single(Directory.GetDirectories(_folder.Path));

    string Log => File.ReadAllText(Path.Combine(OnlyRun, LogFile.FileName));

    string Events(string run = "") => Path.Combine(OnlyRun, TensorBoardLog.Folder, run, TensorBoardLog.FileName);

    void Run(RunOptions options, RunObserver? observer = null, Experiment? experiment = null, CancellationToken cancel = default) =>
        Simulation.Run(experiment ?? Small, options, observer ?? RunObserver.None, TimeProvider.System, cancel);

    void Resume(RunOptions options, RunObserver? observer = null, CancellationToken cancel = default) =>
        Simulation.Resume(OnlyRun, options, observer ?? RunObserver.None, TimeProvider.System, cancel);

    [Fact]
    public void Every_run_has_a_log_and_only_those_that_ask_have_event_files()
    {
        Run(Options);

        Assert.Contains("[info] Run in", Log, StringComparison.Ordinal);
        Assert.Contains("Exploration by 4 clients begins.", Log, StringComparison.Ordinal);
        Assert.Contains("Round 4 of 4: evaluating.", Log, StringComparison.Ordinal);
        Assert.Contains("Finished after 4 rounds", Log, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(OnlyRun, TensorBoardLog.Folder)));
    }

    /// <summary>A run that breaks in a round, or between rounds, has the event files of its rounds in the end;
    /// its log tells of both parts.</summary>
    [Theory]
    [InlineData(1, false), InlineData(3, false), InlineData(3, true), InlineData(4, true)]
    public void A_run_that_breaks_and_is_resumed_has_every_round_once_in_its_event_files(int round, bool done)
    {
        Assert.Throws<InvalidOperationException>(() => Run(Options with { TensorBoard = true }, new Breaking(round, done)));
        Assert.Contains("[error] Failed: broken", Log, StringComparison.Ordinal);
        File.AppendAllText(Events(), "torn");

        Resume(Options); // goes on with the files without being asked

        var events = EventFileReader.Read(Events());
        Assert.Equal([0, 1, 2, 3, 4], events.Select(e => e.Step));
        Assert.Equal([0, 1, 2, 3, 4], EventFileReader.Read(Events(TensorBoardLog.Weighted)).Select(e => e.Step));
        var reports = Rounds(OnlyRun);
        Assert.Equal(
            reports.Select(report => (report.Time - DateTimeOffset.UnixEpoch).TotalSeconds), events.Skip(1).Select(e => e.WallTime));
        Assert.Equal(
            reports.Select(report => (float)report.ClientsUpdated["loss"].Equal!),
            events.Skip(1).Select(e => e.Values.Single(value => value.Tag == "Local Training Loss").Value));
        Assert.Equal(
            reports.Sum(report => report.DownBytes + report.UpBytes),
            events[^1].Values.Single(value => value.Tag == "Traffic/bytes of rounds (cumulative)").Value);
        Assert.Contains(
            round == 1 ? "[info] Run in" : $"[info] Resumed after round {(done ? round : round - 1)}", Log.Split("broken")[^1],
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_finished_run_gets_event_files_when_it_is_resumed_with_them()
    {
        Run(Options);

        Resume(Options with { TensorBoard = true });

        Assert.Equal([0, 1, 2, 3, 4], EventFileReader.Read(Events()).Select(e => e.Step));
    }

    [Fact]
    public void A_resumed_run_keeps_its_format_unless_it_is_given_another()
    {
        Run(Options with { LogFormat = LogFormat.Reference });
        var first = Log;
        Resume(Options);
        var second = Log[first.Length..];
        Resume(Options with { LogFormat = LogFormat.Json });

        Assert.Contains("[UPDATE] [CLIENT] < ", first, StringComparison.Ordinal);
        Assert.Contains("[EVALUATE] [SERVER] | loss: ", first, StringComparison.Ordinal);
        Assert.StartsWith("[INFO] (", second, StringComparison.Ordinal);
        Assert.StartsWith("{\"timestamp\":", Log[(first.Length + second.Length)..], StringComparison.Ordinal);
    }

    /// <summary>Of eight clients two train in a round, and the six others evaluate: in the order of the reference.</summary>
    [Fact]
    public void Reference_lines_name_every_client_of_a_round()
    {
        Run(Options with { LogFormat = LogFormat.Reference });

        var round = Log.Split('\n').Where(line => line.Contains("[Round: 0004] [", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf("0004] ", StringComparison.Ordinal) + 6)..]).ToList();
        Assert.Equal(
            ["[UPDATE] [CLIENT]", "[UPDATE] [CLIENT]", "[UPDATE] [SUMMARY] (2 clients):", "[EVALUATE] [CLIENT]", "[EVALUATE] [CLIENT]",
             "[EVALUATE] [SUMMARY] (2 clients):",
                .. Enumerable.Repeat("[EVALUATE] [CLIENT]", 6), "[EVALUATE] [SUMMARY] (6 clients):", "[EVALUATE] [SERVER]"],
            round.Select(line => line.Split(['<', '|'])[0].TrimEnd()));
        Assert.Equal(
            Cohort.Sample(Small, 4).Select(client => $"[UPDATE] [CLIENT] < {client:000000} >"),
            round.Where(line => line.StartsWith("[UPDATE] [CLIENT]", StringComparison.Ordinal))
                .Select(line => line.Split('|')[0].TrimEnd()));
    }

    [Fact]
    public void An_interruption_is_no_failure()
    {
        using var stop = new CancellationTokenSource();

        Assert.ThrowsAny<OperationCanceledException>(() => Run(Options, new Acting(2, stop.Cancel), cancel: stop.Token));

        Assert.Contains("[warning] Interrupted. Finished rounds are saved", Log, StringComparison.Ordinal);
        Assert.DoesNotContain("[error]", Log, StringComparison.Ordinal);
    }

    [Fact]
    public void What_keeps_a_run_from_being_resumed_is_in_its_log()
    {
        Run(Options);
        File.WriteAllText(Path.Combine(OnlyRun, "checkpoints", "resume.safetensors"), "damaged");

        Assert.Throws<AutoFlipException>(() => Resume(Options));

        Assert.EndsWith("\n", Log, StringComparison.Ordinal);
        Assert.Contains("[error] Failed: ", Log.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }

    /// <summary>The log cannot even say what ended the run: both are told, and what ended it is thrown.</summary>
    [Fact]
    public void A_log_that_cannot_be_written_ends_the_run_and_hides_nothing()
    {
        using var disk = new SmallDisk(_folder.Path, kilobytes: 1 << 10);
        Assert.Throws<InvalidOperationException>(() => Run(Options, new Breaking(2, done: false)));
        disk.FillBehind(Path.Combine(OnlyRun, LogFile.FileName));
        var warnings = new Warnings();

        var failure = Assert.Throws<AutoFlipException>(() => Resume(Options, warnings));

        Assert.Equal(ExitCode.RunFailed, failure.Code);
        Assert.Contains("run.log cannot be written", failure.Message, StringComparison.Ordinal);
        Assert.Contains(warnings.Heard, warning => warning.Contains("run.log cannot be written", StringComparison.Ordinal));
        Assert.Same(failure, warnings.Failure);
    }

    [Fact]
    public void A_clients_answer_is_told_in_exploration_training_and_evaluation()
    {
        var answers = new Answers();

        Run(Options, answers, Small with { Rounds = 2 });

        Assert.Equal(4, answers.Of(0, ClientWork.Explore).Count());
        Assert.Equal(Cohort.Sample(Small, 1), answers.Of(1, ClientWork.Train).Select(answer => answer.Client));
        Assert.Every(
            answers.Of(1, ClientWork.Train),
            answer => Assert.True(answer is { Failure: null, Trained.Samples: > 0, HeldOut.Samples: > 0 }));
        Assert.Equal(6, answers.Of(2, ClientWork.Evaluate).Count());
        Assert.Every(answers.Of(2, ClientWork.Evaluate), answer => Assert.True(answer is { Trained: null, HeldOut: not null }));
    }

    static List<RoundReport> Rounds(string run)
    {
        using var log = new JsonLog<RoundReport>(Path.Combine(run, "rounds.jsonl"));
        return [.. log.Lines];
    }

    sealed class Breaking(int at, bool done) : RunObserver
    {
        public override void RoundStarted(int round, int cohort)
        {
            if (round == at && !done) throw new InvalidOperationException("broken");
        }

        public override void RoundDone(RoundReport report)
        {
            if (report.Round == at && done) throw new InvalidOperationException("broken");
        }
    }

    sealed class Acting(int at, Action act) : RunObserver
    {
        public override void RoundStarted(int round, int cohort)
        {
            if (round == at) act();
        }
    }

    sealed class Warnings : RunObserver
    {
        public List<string> Heard { get; } = [];

        public Exception? Failure { get; private set; }

        public override void Warning(string message) => Heard.Add(message);

        public override void Failed(Exception why) => Failure = why;
    }

    sealed class Answers : RunObserver
    {
        readonly List<ClientAnswer> _answers = [];

        public IEnumerable<ClientAnswer> Of(int round, ClientWork work) =>
            _answers.Where(answer => answer.Round == round && answer.Work == work);

        public override void ClientAnswered(ClientAnswer answer) => _answers.Add(answer);
    }
}
