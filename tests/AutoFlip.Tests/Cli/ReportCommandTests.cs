using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoFlip.Tests;

public sealed class ReportCommandTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A directory as a run of the fake engine would leave it.</summary>
    string Ended(string pruner, Func<RunSummary, RunSummary>? change = null)
    {
        var experiment = ExperimentRules.Resolve(new Experiment { Pruner = pruner, Rounds = 4 });
        var directory = Directory.CreateDirectory(_folder[pruner]).FullName;
        var summary = FakeEngine.Summary(experiment, new RunOptions());
        File.WriteAllText(Path.Combine(directory, ExperimentFile.FileName), ExperimentFile.Write(experiment));
        File.WriteAllText(
            Path.Combine(directory, RunSummary.FileName), JsonSerializer.Serialize(change?.Invoke(summary) ?? summary, RunJson.Document));
        return directory;
    }

    static string[] Row(Shell.Ended ended, string label) =>
        ended.Lines.Single(line => line.StartsWith(label + "  ", StringComparison.Ordinal))[label.Length..]
            .Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The fake's figures: accuracy 0.75 and 0.70, 1,000 and 500 parameters, 20 and 25 s.</summary>
    [Fact]
    public void Two_runs_stand_side_by_side_and_the_second_against_the_first()
    {
        var ended = Shell.Run("report", Ended("none"), Ended("autoflip"));

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.Equal(["75.0 %", "70.0 %", "-5.0 points"], Row(ended, "accuracy, last evaluation"));
        Assert.Equal(["1,000", "500", "0.50 x"], Row(ended, "parameters kept"));
        Assert.Equal(["20.0 s", "25.0 s", "1.25 x"], Row(ended, "everything"));
        Assert.Equal(["fedavg", "fedavg + autoflip", "differs"], Row(ended, "method"));
        Assert.Equal(["CIFAR10", "CIFAR10", "same"], Row(ended, "data set"));
    }

    [Theory]
    [InlineData(1), InlineData(3)]
    public void One_run_or_three_are_not_compared(int runs)
    {
        var ended = Shell.Run(["report", .. Enumerable.Repeat(Ended("none"), runs)]);

        Assert.Equal(Enumerable.Repeat("1,000", runs), Row(ended, "parameters kept"));
    }

    [Fact]
    public void A_figure_that_was_not_measured_is_a_dash()
    {
        var ended = Shell.Run(
            "report", Ended("none", summary => summary with { Metrics = new(new(null, null, null, null), new(null)) }), Ended("random"));

        Assert.Equal(["-", "70.0 %", "-"], Row(ended, "accuracy, last evaluation"));
    }

    [Fact]
    public void The_main_metric_is_compared_by_its_name_and_apart_from_another_run_s()
    {
        static RunSummary Regression(RunSummary summary) => summary with
        {
            Metrics = new(new(null, 2, null, null), new(null), new SummaryMain("mse", LowerIsBetter: true, 2, 1.5, 3, 1.75, 2.5)),
        };

        var alike = Shell.Run("report", Ended("none", Regression), Ended("random", summary => Regression(summary) with { Seed = 2 }));
        var mixed = Shell.Run("report", Ended("none", Regression), Ended("random"));

        Assert.Equal(["2.0000", "2.0000", "1.00 x"], Row(alike, "mse, last evaluation"));
        Assert.Equal(["1.5000", "1.5000", "1.00 x"], Row(alike, "mse, best"));
        Assert.DoesNotContain(alike.Lines, line => line.StartsWith("accuracy", StringComparison.Ordinal));
        Assert.Equal(["2.0000", "-", "-"], Row(mixed, "mse, last evaluation"));
        Assert.Equal(["-", "70.0 %", "-"], Row(mixed, "accuracy, last evaluation"));
    }

    [Fact]
    public void Json_is_the_summaries_as_they_are()
    {
        var ended = Shell.Run("report", Ended("none"), Ended("random"), "--json");

        using var json = JsonDocument.Parse(ended.Out);
        Assert.Equal(["none", "random"], json.RootElement.EnumerateArray().Select(run => run.GetProperty("pruner").GetString()));
    }

    [Fact]
    public void Html_is_written_where_it_is_asked_for_and_nowhere_else()
    {
        string[] runs = [_folder["a"], _folder["b"]];
        MadeUpRun.Write(MadeUpRun.Record(MadeUpRun.Experiment with { Pruner = "none" }, directory: runs[0]));
        MadeUpRun.Write(MadeUpRun.Record(rounds: 5, directory: runs[1])); // it goes on

        var ended = Shell.Run(["report", .. runs, "--html", _folder["both.html"]]);

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.Contains("2 runs compared", File.ReadAllText(_folder["both.html"]));
        Assert.Contains("5 of 12", ended.Out, StringComparison.Ordinal);
        Assert.Equal(_folder["both.html"], ended.Lines[^1]);
        Assert.Equal(["a", "b", "both.html"], _folder.Files);
        Assert.DoesNotContain(
            "report.html", Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories).Select(Path.GetFileName));
    }

    [Fact]
    public void Html_for_a_folder_is_the_folder_s_report()
    {
        MadeUpRun.Write(MadeUpRun.Record(directory: _folder["a"]));

        var ended = Shell.Run("report", _folder["a"], "--html", _folder["a"]);

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.Equal(Path.Combine(_folder["a"], ReportFile.Name), ended.Lines[^1]);
        Assert.True(File.Exists(ended.Lines[^1]));
    }

    [Fact]
    public void Without_a_page_it_says_how_to_get_one()
    {
        var directory = Ended("none");

        Assert.Equal($"HTML report: autoflip report {directory} --html report.html", Shell.Run("report", directory).Lines[^1]);
    }

    [Fact]
    public void Live_view_goes_on_until_the_reader_stops_it()
    {
        MadeUpRun.Write(MadeUpRun.Record(rounds: 5, directory: _folder["a"]));
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        var ended = Shell.Run(["report", _folder["a"], "--live", "0"], step: null, stop.Token);

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.StartsWith("autoflip: live view: http://127.0.0.1:", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_for_a_folder_that_is_not_there_fails_in_a_sentence()
    {
        MadeUpRun.Write(MadeUpRun.Record(directory: _folder["a"]));

        var ended = Shell.Run("report", _folder["a"], "-o", _folder["none/x.html"]);

        Assert.Equal(ExitCode.RunFailed, ended.Exit);
        Assert.Contains("its folder does not exist", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_terminal_gets_the_same_figures_in_a_drawn_table()
    {
        var ended = Shell.Run(["report", Ended("none"), Ended("random")], step: null, terminal: true);

        Assert.Contains("parameters kept", ended.Out, StringComparison.Ordinal);
        Assert.Contains("0.50 x", ended.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void No_directory_is_a_wrong_request() => Assert.Equal(ExitCode.BadRequest, Shell.Run("report").Exit);

    [Fact]
    public void A_directory_of_something_else_is_a_wrong_request() =>
        Assert.Contains("is no run directory", Shell.Run("report", _folder.Path).Error, StringComparison.Ordinal);

    [Fact]
    public void A_run_that_is_not_done_is_shown_as_far_as_it_is_with_its_state()
    {
        var directory = Ended("none");
        File.Delete(Path.Combine(directory, RunSummary.FileName));

        var stopped = Shell.Run("report", directory);
        File.WriteAllText(
            Path.Combine(directory, RunStatus.FileName), """{ "state": "failed", "reason": "Round 1: the loss is \u001b[31mNaN." }""");
        var failed = Shell.Run("report", directory);
        var json = JsonNode.Parse(Shell.Run("report", "--json", directory).Lines[0])![0]!;

        Assert.Equal((ExitCode.Done, ExitCode.Done), (stopped.Exit, failed.Exit));
        Assert.Equal(
            $"   The run was stopped before its end, and no process runs it now. Resume it with: autoflip resume {directory}",
            stopped.Lines[1]);
        Assert.Equal(
            $"   The run failed: Round 1: the loss is  [31mNaN. Once the cause is removed, resume it with: autoflip resume {directory}",
            failed.Lines[1]);
        Assert.Equal(
            ("failed", "Round 1: the loss is  [31mNaN.", 0), ((string)json["state"]!, (string)json["reason"]!, (int)json["rounds_done"]!));
    }

    [Theory]
    [InlineData("{"), InlineData("null"), InlineData("{}"), InlineData("[1]")]
    public void A_damaged_summary_is_bad_data(string content)
    {
        var directory = Ended("none");
        File.WriteAllText(Path.Combine(directory, RunSummary.FileName), content);

        Assert.Equal(ExitCode.BadData, Shell.Run("report", directory).Exit);
    }

    [Fact]
    public void A_summary_with_a_part_set_to_null_is_bad_data()
    {
        var directory = Ended("none");
        var path = Path.Combine(directory, RunSummary.FileName);
        var summary = JsonNode.Parse(File.ReadAllText(path))!;
        summary["metrics"] = null;
        File.WriteAllText(path, summary.ToJsonString());

        Assert.Equal(ExitCode.BadData, Shell.Run("report", directory).Exit);
    }
}
