using System.Text.Json;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

public sealed class PlotCommandTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A run directory with two rounds; nothing else is in it.</summary>
    string Run(string name, ulong seed = 1)
    {
        var directory = Directory.CreateDirectory(_folder[name]).FullName;
        File.WriteAllText(
            Path.Combine(directory, ExperimentFile.FileName), ExperimentFile.Write(HandMadeRun.Experiment with { Seed = seed }));
        File.WriteAllLines(
            Path.Combine(directory, "rounds.jsonl"),
            HandMadeRun.Record.Rounds.Select(round => JsonSerializer.Serialize(round, RunJson.Line)));
        return directory;
    }

    static string[] Names(string folder) => [.. Directory.GetFiles(folder).Select(file => Path.GetFileName(file)).Order()];

    [Fact]
    public void Figures_of_a_run_go_into_its_directory_in_every_format()
    {
        var directory = Run("one");

        var ended = Shell.Run("plot", directory);

        Assert.Equal((ExitCode.Done, ""), (ended.Exit, ended.Error));
        var charts = RunCharts.Of(RunRecord.Load(directory));
        Assert.Equal(
            charts.SelectMany(chart => new[] { "csv", "png", "svg" }.Select(format => $"{chart.Id}.{format}")).Order(),
            Names(Path.Combine(directory, "plots")));
        Assert.Equal($"{Path.Combine(directory, "plots")}: {charts.Length} figures", Assert.Single(ended.Lines));
    }

    [Fact]
    public void Formats_and_folder_can_be_chosen()
    {
        var ended = Shell.Run("plot", Run("one"), "-o", _folder["here"], "--format", "SVG,csv");

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.False(Directory.Exists(_folder["one/plots"]));
        Assert.Every(Names(_folder["here"]), name => Assert.Matches("^[a-z-]+\\.(svg|csv)$", name));
    }

    [Fact]
    public void Several_runs_are_compared_and_drawn_in_folders_of_their_names()
    {
        var ended = Shell.Run("plot", Run("a"), Run("b", seed: 2), Run("b/../b", seed: 2), "--output", _folder["all"], "--format", "csv");

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.Equal(["a", "b", "b_2"], Directory.GetDirectories(_folder["all"]).Select(path => Path.GetFileName(path)).Order());
        Assert.Contains("compare-acc1-over-bytes.csv", Names(_folder["all"]));
        Assert.Contains("bytes.csv", Names(_folder["all/b_2"]));
    }

    [Theory]
    [InlineData("at least one run directory is expected")]
    [InlineData("no run directory", "nowhere")]
    [InlineData("needs an output directory: --output (-o) DIR", "nowhere", "elsewhere")]
    [InlineData("'pgn' is not accepted. Accepted: png, svg, csv. Did you mean 'png'?", "nowhere", "--format", "pgn")]
    public void Wrong_request_is_refused_with_a_sentence(string sentence, params string[] arguments)
    {
        var ended = Shell.Run(["plot", .. arguments]);

        Assert.Equal(ExitCode.BadRequest, ended.Exit);
        Assert.Contains(sentence, ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_without_rounds_has_nothing_to_draw_and_says_so()
    {
        var directory = Run("one");
        File.WriteAllText(Path.Combine(directory, "rounds.jsonl"), "");

        var ended = Shell.Run("plot", directory);

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.Contains("nothing to plot yet", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_that_cannot_be_made_is_named()
    {
        File.WriteAllText(_folder["file"], "");

        var ended = Shell.Run("plot", Run("one"), "-o", _folder["file/plots"]);

        Assert.Equal(ExitCode.RunFailed, ended.Exit);
        Assert.Contains(_folder["file/plots"], ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_draws_its_figures_at_its_end_if_asked_to()
    {
        string[] run = [
            "run", "--dataset", "Digits", "--resize", "0", "--model", "TwoNN", "--hidden-size", "8", "--K", "4", "--C", "0.5", "--R", "2",
            "--E", "1", "--offline", "--quiet", "--unit-multiple", "1", "--partition", "iid"];
        using StringWriter output = new(), error = new();
        var host = new Host { Out = output, Error = error };

        var code = App.Run([.. run, "--result_path", _folder["with"], "--plot", "True"], host);
        App.Run([.. run, "--result_path", _folder["without"]], host);

        Assert.Equal((0, ""), (code, error.ToString()));
        var directory = Assert.Single(Directory.GetDirectories(_folder["with"]));
        Assert.Contains("guidance-kept.png", Names(Path.Combine(directory, "plots")));
        Assert.False(Directory.Exists(Path.Combine(Assert.Single(Directory.GetDirectories(_folder["without"])), "plots")));
    }

    [Fact]
    public void Resumed_run_draws_them_too()
    {
        var directory = Run("one");
        using StringWriter output = new(), error = new();

        var code = App.Run(
            ["resume", directory, "--plot", "--quiet"], new Host { Out = output, Error = error, Engine = FakeEngine.Create() });

        Assert.Equal(0, code);
        Assert.Contains("bytes.svg", Names(Path.Combine(directory, "plots")));
    }

    [Fact]
    public void Plots_that_fail_leave_a_sentence_and_the_run_s_success()
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new();
        // which leaves no directory behind
        var code = App.Run(["run", "--plot", "--quiet"], new Host { Out = output, Error = error, Engine = FakeEngine.Create() });

        Assert.Equal(0, code);
        Assert.Contains("the run has ended and is saved, but its plots could not be written: ", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("autoflip plot runs/fake_1_autoflip", error.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("runs/fake_1_autoflip\n", output.ToString());
    }
}
