using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>What each format says of the same run.</summary>
public class RunLogTests
{
    static readonly ClientAnswer Good = new(
        2, ClientWork.Train, 1, null, new(100, Reports.Values(0.5, 0.75, 0.25)), new(20, Reports.Values(2, 0.5, 0.125)));
    static readonly ClientAnswer Lost = new(2, ClientWork.Train, 3, "it sent nothing", null, null);
    static readonly ClientAnswer Other = new(2, ClientWork.Evaluate, 0, null, null, new(20, Reports.Values(3, null, 0)));

    static void Tell(RunObserver log)
    {
        log.Loading("reading Digits", 0);
        log.Loading("reading Digits", 0.5);
        log.Started(Reports.Start());
        log.Explored(0, 2);
        log.ClientAnswered(new(0, ClientWork.Explore, 3, null, null, null));
        log.Explored(1, 2);
        log.RoundStarted(2, 2);
        log.ClientAnswered(Good);
        log.ClientDone(2, 1, 2);
        log.Warning("Round 2: client 3 is left out: it sent nothing");
        log.ClientAnswered(Lost);
        log.ClientDone(2, 2, 2);
        log.Evaluating(2);
        log.ClientAnswered(Other);
        log.RoundDone(Reports.Round(2));
        log.Finished(FakeEngine.Summary(Reports.Experiment, new RunOptions()));
    }

    static string Lines(LogFormat format, Action<RunObserver>? tell = null)
    {
        var log = new Collecting(format);
        (tell ?? Tell)(log);
        return string.Join('\n', log.Lines);
    }

    [Theory]
    [InlineData(LogFormat.Human)]
    [InlineData(LogFormat.Reference)]
    public void A_server_that_has_no_data_counts_none_of_its_clients(LogFormat format)
    {
        var text = Lines(format, log => log.Started(new RunStart(Reports.Experiment, "runs/x", 1_234, 1, 0, 0, 100, 0)));

        Assert.Contains("clients have their own samples, 100 are in the server's test set.", text);
        Assert.DoesNotContain("training samples", text);
    }

    [Fact]
    public void Human_lines_are_sentences() => Assert.Equal($"""
        2026-01-02 15:04:05 +01:00 [info] Loading: reading Digits.
        2026-01-02 15:04:05 +01:00 [info] Run in runs/x, version {ExperimentFile.ProgramVersion}.
        2026-01-02 15:04:05 +01:00 [info] made-up: Digits, TwoNN with 1,234 parameters, fedavg, pruner autoflip, seed 7.
        2026-01-02 15:04:05 +01:00 [info] 4 clients, 2 a round, 12 rounds; 2,000 training samples, 500 held out by clients, 1,000 in the server's test set.
        2026-01-02 15:04:05 +01:00 [info] Exploration by 2 clients begins.
        2026-01-02 15:04:05 +01:00 [info] Explored 1 of 2.
        2026-01-02 15:04:05 +01:00 [info] Round 2 of 12: 2 clients train.
        2026-01-02 15:04:05 +01:00 [warning] Round 2: client 3 is left out: it sent nothing
        2026-01-02 15:04:05 +01:00 [info] Round 2 of 12: evaluating.
        2026-01-02 15:04:05 +01:00 [info] Round 2 of 12: train loss 1.0000, kept 75.0 %, sent 10,000 bytes, 2.50 s; test set: loss 1.5000, f1 0.3750, acc1 0.6250; other clients: loss 3.5000, f1 0.1250, acc1 0.1250; 1 failed.
        2026-01-02 15:04:05 +01:00 [info] Finished after 12 rounds: acc1 0.7000, kept 50.0 %, sent 96,000 bytes, 25.00 s, model_sha256 00.
        """.ReplaceLineEndings("\n"), Lines(LogFormat.Human));

    /// <summary>The blanks at the ends of figures are the reference's.</summary>
    [Fact]
    public void Reference_lines_are_the_references() => Assert.Equal("""
        [INFO] (2026/01/02 03:04:05 PM) [LOAD] reading Digits
        [INFO] (2026/01/02 03:04:05 PM) [AUTOFLIP] [Round: 0000] Run made-up in runs/x, seed 7.
        [INFO] (2026/01/02 03:04:05 PM) [AUTOFLIP] [Round: 0000] Digits: 2000 training samples, 500 held out by clients, 1000 in the server's test set.
        [INFO] (2026/01/02 03:04:05 PM) [AUTOFLIP] [Round: 0000] TwoNN has 1234 parameters; 4 clients, 2 a round, 12 rounds.
        [INFO] (2026/01/02 03:04:05 PM) [AUTOFLIP] [Round: 0000] Explored 0 of 2.
        [INFO] (2026/01/02 03:04:05 PM) [AUTOFLIP] [Round: 0000] Explored 1 of 2.
        [INFO] (2026/01/02 03:04:05 PM) [AUTOFLIP] [Round: 0002] 2 clients update.
        [WARNING] (2026/01/02 03:04:05 PM) Round 2: client 3 is left out: it sent nothing
        [INFO] (2026/01/02 03:04:05 PM) [AUTOFLIP] [Round: 0002] The global model is evaluated.
        [INFO] (2026/01/02 03:04:05 PM) [AUTOFLIP] [Round: 0002] [UPDATE] [CLIENT] < 000001 > | loss: 0.5000 | f1: 0.2500 | acc1: 0.7500$
        [INFO] (2026/01/02 03:04:05 PM) [AUTOFLIP] [Round: 0002] [UPDATE] [SUMMARY] (1 clients):
            - Loss: Weighted Avg. (0.5000) | Equal Avg. (1.0000) | Std. (0.2500) |
            - F1: Weighted Avg. (0.2500) | Equal Avg. (0.2500) | Std. (0.0000) |
            - Acc1: Weighted Avg. (0.5000) | Equal Avg. (0.2500) | Std. (0.1250) |
        [INFO] (2026/01/02 03:04:05 PM) [AUTOFLIP] [Round: 0002] [EVALUATE] [CLIENT] < 000001 > | loss: 2.0000 | f1: 0.1250 | acc1: 0.5000$
        [INFO] (2026/01/02 03:04:05 PM) [AUTOFLIP] [Round: 0002] [EVALUATE] [SUMMARY] (1 clients):
            - Loss: Weighted Avg. (2.0000) | Equal Avg. (2.5000) | Std. (0.2500) |
            - F1: Weighted Avg. (0.5000) | Equal Avg. (0.5000) | Std. (0.0000) |
            - Acc1: Weighted Avg. (0.7500) | Equal Avg. (0.3750) | Std. (0.1250) |
        [INFO] (2026/01/02 03:04:05 PM) [AUTOFLIP] [Round: 0002] [EVALUATE] [CLIENT] < 000000 > | loss: 3.0000 | f1: 0.0000 | acc1: nan$
        [INFO] (2026/01/02 03:04:05 PM) [AUTOFLIP] [Round: 0002] [EVALUATE] [SUMMARY] (1 clients):
            - Loss: Weighted Avg. (3.0000) | Equal Avg. (3.5000) | Std. (0.2500) |
            - F1: Weighted Avg. (0.1250) | Equal Avg. (0.1250) | Std. (0.0000) |
            - Acc1: Weighted Avg. (0.2500) | Equal Avg. (0.1250) | Std. (0.1250) |
        [INFO] (2026/01/02 03:04:05 PM) [AUTOFLIP] [Round: 0002] [EVALUATE] [SERVER] | loss: 1.5000 | f1: 0.3750 | acc1: 0.6250$
        [INFO] (2026/01/02 03:04:05 PM) [AUTOFLIP] [Round: 0012] Finished: model_sha256 00.
        """.ReplaceLineEndings("\n").Replace("$", " ", StringComparison.Ordinal), Lines(LogFormat.Reference));

    [Fact]
    public void A_run_that_prunes_otherwise_is_named_by_its_algorithm() =>
        Assert.Contains("[FEDAVG] [Round: 0003]", Lines(LogFormat.Reference, log =>
    {
        log.Started(Reports.Start() with { Experiment = Reports.Experiment with { Pruner = "random" } });
        log.RoundStarted(3, 1);
    }), StringComparison.Ordinal);

    [Fact]
    public void Json_lines_are_objects_with_what_is_known()
    {
        var lines = Lines(LogFormat.Json).Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();

        Assert.Equal(
            [
                "loading", "start", "exploring", "client", "exploring", "round_started", "client", "warning", "client", "evaluating",
                "client", "round", "summary"
            ],
            lines.Select(line => line.GetProperty("event").GetString()));
        Assert.Every(lines, line => Assert.Equal(
            ("2026-01-02T14:04:05Z", line.GetProperty("event").GetString() == "warning" ? "warning" : "info"),
            (line.GetProperty("timestamp").GetString(), line.GetProperty("level").GetString())));
        Assert.Equal(7, lines[1].GetProperty("experiment").GetProperty("seed").GetInt32());
        Assert.False(lines[1].TryGetProperty("rounds", out _)); // earlier rounds are in rounds.jsonl
        var (good, lost) = (lines[6], lines[8]);
        Assert.Equal(
            ("train", 1, 0.75),
            (good.GetProperty("work").GetString(), good.GetProperty("client").GetInt32(),
                good.GetProperty("trained").GetProperty("values").GetProperty("acc1").GetDouble()));
        Assert.Equal("it sent nothing", lost.GetProperty("failure").GetString());
        Assert.Equal(
            (2, 0.75, 1.5),
            (lines[11].GetProperty("round").GetInt32(), lines[11].GetProperty("density").GetDouble(),
                lines[11].GetProperty("server_evaluated").GetProperty("loss").GetDouble()));
        Assert.Equal(25, lines[12].GetProperty("time").GetProperty("total_s").GetDouble());
    }

    [Theory]
    [InlineData(LogFormat.Human, "[warning] Interrupted.", "[error] Failed: It broke.")]
    [InlineData(LogFormat.Json, "\"event\":\"interrupted\"", "\"level\":\"error\",\"event\":\"failed\",\"message\":\"It broke.\"")]
    [InlineData(LogFormat.Reference, "[WARNING] (2026/01/02 03:04:05 PM) Interrupted.", "[ERROR] (2026/01/02 03:04:05 PM) It broke.")]
    public void Interruption_and_failure_are_told_apart_even_before_work_begins(LogFormat format, string interrupted, string failed)
    {
        Assert.Contains(interrupted, Lines(format, log => log.Failed(new OperationCanceledException())), StringComparison.Ordinal);
        Assert.Contains(failed, Lines(format, log => log.Failed(AutoFlipException.RunFailed("It broke."))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LogFormat.Human), InlineData(LogFormat.Json), InlineData(LogFormat.Reference)]
    public void Names_from_outside_cannot_forge_a_line(LogFormat format)
    {
        const string Evil = "x\r\n2026-01-02 [error] y\u0085\u2028\u001b[2J\u202e";
        var log = new Collecting(format);

        log.Loading(Evil, null);
        log.Warning(Evil);
        log.Started(Reports.Start(Evil) with { Experiment = Reports.Experiment with { Name = Evil, Dataset = Evil } });
        log.Failed(new InvalidOperationException(Evil));

        Assert.Every(log.Lines, line => Assert.DoesNotContain(line, letter => char.IsControl(letter) || letter is '\u2028' or '\u202e'));
    }

    [Fact]
    public void Of_many_explorers_every_tenth_part_is_told()
    {
        var lines = Lines(LogFormat.Reference, log =>
        {
            log.Started(Reports.Start());
            for (var done = 0; done <= 1_000; done++) log.Explored(done, 1_000);
        });

        Assert.Equal(11, lines.Split('\n').Count(line => line.Contains("Explored", StringComparison.Ordinal)));
    }

    sealed class Collecting(LogFormat format) : RunLog(format, new Reports.Afternoon())
    {
        public List<string> Lines { get; } = [];

        protected override void Write(string line) => Lines.Add(line);
    }
}
