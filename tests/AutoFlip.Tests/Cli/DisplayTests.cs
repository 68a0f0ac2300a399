using System.Collections.Immutable;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

public class DisplayTests
{
    static readonly string[] Small = [
        "run", "--dataset", "digits", "--K", "4", "--C", "0.5", "--R", "2", "--eval_every", "2", "--perc_clients_for_mask", "1"];

    [Fact]
    public void Plain_lines_begin_and_end_with_the_run_directory()
    {
        var ended = Shell.Run(Small);

        Assert.Equal("""
            runs/fake_1_autoflip
            Digits, TwoCNN with 1,000 parameters, fedavg + autoflip, seed 1
            4 clients, 2 a round, 2 rounds, 2,000 training samples
            explored 1/4
            explored 2/4
            explored 3/4
            explored 4/4
            round 1/2  train loss 2.0000  kept 50.0 %  sent 16.0 kB  2.5 s
            round 2/2  train loss 1.0000  kept 50.0 %  sent 16.0 kB  2.5 s  acc1 0.6667  loss 0.7500  1 failed
            Accuracy:            70.0 % (best 76.0 % in round 2)
            On clients:          60.0 %
            Loss:                0.5000
            Kept:                50.0 % (500 of 1,000 parameters)
            Sent:                16.0 kB (50.0 % of dense 32.0 kB)
            Time:                25.0 s (5.0 s exploring, 2.5 s a round)
            Failures:            1
            runs/fake_1_autoflip

            """.ReplaceLineEndings("\n"), ended.Out);
        Assert.Equal("reading Digits ...\nautoflip: warning: client 3 sent nothing [in time]\n", ended.Error);
    }

    [Fact]
    public void Quiet_prints_directory_result_directory()
    {
        var ended = Shell.Run([.. Small, "--quiet"]);

        Assert.Equal(3, ended.Lines.Length);
        Assert.Equal(("runs/fake_1_autoflip", "runs/fake_1_autoflip"), (ended.Lines[0], ended.Lines[2]));
        Assert.StartsWith(
            "accuracy 70.0 % (best 76.0 % in round 2), on clients 60.0 %, loss 0.5000, kept 50.0 %", ended.Lines[1],
            StringComparison.Ordinal);
    }

    [Fact]
    public void Many_explorers_make_ten_lines()
    {
        var ended = Shell.Run("run", "--dataset", "digits", "--K", "105", "--R", "1", "--perc_clients_for_mask", "1");

        Assert.Equal(10, ended.Lines.Count(line => line.StartsWith("explored", StringComparison.Ordinal)));
        Assert.Contains("explored 105/105", ended.Lines);
    }

    [Fact]
    public void View_of_a_running_round_reads_well_in_80_columns()
    {
        var clock = new Clock();
        var view = new RunView(clock, unicode: true);
        // accuracy is the main metric, wherever it stands
        var experiment = new Experiment { Clients = 20, Rounds = 10, DenseRounds = 0, CohortFraction = 0.25, Metrics = ["f1", "acc1"] };
        view.Start(new RunStart(experiment, "dir", 1_664_970, 1, 50_000, 10_000, 10_000, 0));
        view.Explored(20, 20);
        view.RoundDone(Report(1, evaluated: false));
        view.RoundDone(Report(2, evaluated: true));
        view.Round(3, 2, 5);
        clock.Seconds = 65; // two rounds of ten in 65 s: eight more take 260 s

        Assert.Equal("""
            CIFAR10, TwoCNN with 1,664,970 parameters, fedavg + autoflip, seed 1
            20 clients, 5 a round, 10 rounds, 50,000 training samples
            Exploring  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  20/20 explorers
            Rounds     ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  2/10  1:05, about 4:20 left
            Round 3    ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  2/5 clients

              round     acc1   loss   train loss     kept      sent     time
            ──────────────────────────────────────────────────────────────────
                  1        -      -       2.3026   70.0 %   46.6 MB   31.2 s
                  2   0.5123      -       2.3026   70.0 %   46.6 MB   31.2 s


            """.ReplaceLineEndings("\n"), Drawn(view));
    }

    /// <summary>Two dense rounds of 50 s, then exploration, then one small round of 10 s: seven more take 70 s.</summary>
    [Fact]
    public void Time_left_is_that_of_the_rounds_since_exploration()
    {
        var clock = new Clock();
        var view = new RunView(clock, unicode: true);
        view.Start(new RunStart(new Experiment { Rounds = 10, DenseRounds = 2 }, "dir", 1_664_970, 1, 50_000, 10_000, 10_000, 0));
        view.RoundDone(Report(1, evaluated: false));
        view.RoundDone(Report(2, evaluated: false));
        clock.Seconds = 100;
        view.Explored(20, 20);
        view.RoundDone(Report(3, evaluated: false));
        clock.Seconds = 110;

        Assert.Contains("3/10  10 s, about 1:10 left", Drawn(view), StringComparison.Ordinal);
    }

    /// <summary>Two dense rounds of 50 s, then one small round of 10 s: seven more take 70 s.</summary>
    [Fact]
    public void Time_left_is_that_of_the_pruned_rounds()
    {
        var clock = new Clock();
        var view = new RunView(clock, unicode: true);
        view.Start(new RunStart(new Experiment { Rounds = 10, DenseRounds = 2 }, "dir", 1_664_970, 1, 50_000, 10_000, 10_000, 0));
        view.RoundDone(Report(1, evaluated: false));
        clock.Seconds = 100;
        view.RoundDone(Report(2, evaluated: false));
        view.RoundDone(Report(3, evaluated: false));
        clock.Seconds = 110;

        Assert.Contains("3/10  10 s, about 1:10 left", Drawn(view), StringComparison.Ordinal);
    }

    [Fact]
    public void View_shows_the_last_rounds_only_and_no_line_is_wider_than_the_terminal()
    {
        var view = new RunView(TimeProvider.System, unicode: false);
        view.Start(new RunStart(
            new Experiment { Dataset = "EMNIST-balanced", Model = new string('M', 60), Rounds = 100_000, Clients = 1_000_000 }, "dir",
            int.MaxValue, 1, long.MaxValue, 1, 1, 99_000));
        for (var round = 99_001; round <= 99_020; round++)
            view.RoundDone(Report(round, evaluated: true) with { Seconds = 359_999, DownBytes = 999_999_999_999_999 });
        view.Round(99_021, 999_998, 999_999);

        var drawn = Drawn(view);

        Assert.Every(drawn.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
        Assert.DoesNotContain("99012", drawn, StringComparison.Ordinal);
        Assert.Contains("99013", drawn, StringComparison.Ordinal);
        Assert.Contains("99020", drawn, StringComparison.Ordinal);
        Assert.Contains("####", drawn, StringComparison.Ordinal); // no Unicode, no line characters
    }

    [Fact]
    public void Terminal_shows_names_and_warnings_with_brackets_as_they_are()
    {
        var ended = Shell.Run([.. Small, "--name", "a[b]c"], step: null, terminal: true);

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.Contains("warning: client 3 sent nothing [in time]", ended.Out, StringComparison.Ordinal);
        Assert.Contains("Digits, fedavg + autoflip, 2 rounds", ended.Out, StringComparison.Ordinal);
        // first thing above the moving part
        Assert.StartsWith("runs/fake_1_autoflip", ended.Out.Split("\u001b[0J")[1], StringComparison.Ordinal);
        Assert.Equal("runs/fake_1_autoflip", ended.Lines[^1]);
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1_000, "1.00 kB")]
    [InlineData(6_659_880, "6.66 MB")]
    [InlineData(66_598_800, "66.6 MB")]
    [InlineData(665_988_000, "666 MB")]
    [InlineData(999_600_000, "1.00 GB")] // 999.6 would round to a fourth digit
    [InlineData(long.MaxValue, "9.22 EB")]
    public void Bytes_have_three_digits(long bytes, string text) => Assert.Equal(text, Readable.Bytes(bytes));

    [Theory]
    [InlineData(0.044, "0.04 s")]
    [InlineData(0.996, "1.0 s")]
    [InlineData(59.94, "59.9 s")]
    [InlineData(59.96, "1:00")]
    [InlineData(185, "3:05")]
    [InlineData(3_723, "1:02:03")]
    [InlineData(double.NaN, "-")]
    public void Time_is_read_at_a_glance(double seconds, string text) => Assert.Equal(text, Readable.Time(seconds));

    [Fact]
    public void Figure_that_is_not_defined_is_a_dash() =>
        Assert.Equal(("-", "-", "-"), (Readable.Figure(null), Readable.Figure(double.NaN), Readable.Percent(double.PositiveInfinity)));

    /// <summary>A clock that is set by hand.</summary>
    static string Drawn(RunView view)
    {
        using var output = new StringWriter { NewLine = "\n" };
        Shell.Terminal(output, ansi: false).Write(view.Draw());
        return string.Join('\n', output.ToString().ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd()));
    }

    static RoundReport Report(int round, bool evaluated) => new()
    {
        Round = round,
        Time = DateTimeOffset.UnixEpoch,
        Seconds = 31.2,
        MaskSeconds = 0,
        EvaluateSeconds = 0,
        Cohort = [1, 2, 3, 4, 5],
        Density = 0.7,
        DownBytes = 23_309_580,
        UpBytes = 23_309_580,
        DenseFp32Bytes = 66_598_800,
        ModelBytes = 4_661_916,
        TrainSamples = 1,
        LearningRate = 0.1,
        ClientsUpdated = ImmutableSortedDictionary<string, MetricSummary>.Empty.Add("loss", new MetricSummary(2.3026, 2.3026, 0)),
        ServerEvaluated = evaluated
            ? new ServerEvaluation(double.NaN, ImmutableSortedDictionary<string, double?>.Empty.Add("acc1", 0.5123))
            : null,
    };
}
