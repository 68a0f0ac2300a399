using System.Text;
using System.Text.Json.Nodes;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

/// <summary>Files that people pass on do not hold the folders in which somebody's data lie.</summary>
[Trait("speed", "slow")]
public sealed class PassedOnFilesTests : IDisposable
{
    const string Folder = "a-private-folder";

    /// <summary>The files of a run directory that may: a run needs them to go on, or to be looked into.</summary>
    static readonly string[] MayHold = ["checkpoints/options.json", "experiment.json", "run.log"];

    readonly TemporaryFolder _data = new(), _results = new();

    public void Dispose()
    {
        _data.Dispose();
        _results.Dispose();
    }

    string Table()
    {
        var rows = Enumerable.Range(0, 60).Select(i => $"{i * 37 % 11},{i % 2}");
        return _data.Write($"{Folder}/people.csv", Encoding.UTF8.GetBytes("age,kind\n" + string.Join('\n', rows) + "\n"));
    }

    string Images()
    {
        for (var i = 0; i < 20; i++)
            _data.Write(
                $"{Folder}/flowers/{(i % 2 == 0 ? "rose" : "lily")}/{i}.pgm",
                SmallImages.Ppm(4, 4, [.. Enumerable.Repeat((byte)(i * 10), 16)]));
        return _data[$"{Folder}/flowers"];
    }

    (ExitCode Code, string Out, string Error) Do(params string[] arguments)
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        var code = App.Run(arguments, new Host { Out = output, Error = error });
        return ((ExitCode)code, output.ToString(), error.ToString());
    }

    /// <summary>The directory of a short run with everything that can be asked for.</summary>
    string Run(string dataset, params string[] more)
    {
        var (code, output, error) = Do([
            "run", "--dataset", dataset, "--model", "TwoNN", "--hidden-size", "8", "--partition", "iid", "--clients", "3",
            "--cohort-fraction", "1", "--rounds", "2", "--dense-rounds", "1",
            "--local-epochs", "1", "--unit-multiple", "1", "--result-path", _results.Path, "--save-clients", "--tensorboard", "--plot",
            "--log-format", "json", "--quiet", "--resize", "4", .. more]);
        Assert.True(code == ExitCode.Done, error);
        return output.Split('\n')[0];
    }

    static IEnumerable<string> FilesWithFolder(string directory) =>
        from file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
        where File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(Folder)) >= 0
        select Path.GetRelativePath(directory, file).Replace('\\', '/');

    [Theory, InlineData("csv"), InlineData("folder")]
    public void Folders_of_data_are_in_files_of_a_run_that_it_needs_itself_and_nowhere_else(string kind)
    {
        string[] dataset = kind == "csv" ? [$"csv:{Table()}", "--target", "kind"] : [$"folder:{Images()}"];
        var run = Run(dataset[0], dataset[1..]);
        Assert.Equal(ExitCode.Done, Do("export", run, "-o", Path.Combine(run, "model.onnx")).Code);
        Assert.Equal(ExitCode.Done, Do("export", run, "-o", Path.Combine(run, "model.safetensors")).Code);
        Assert.Equal(ExitCode.Done, Do("report", run, run, "--html", Path.Combine(run, "two.html")).Code);

        var holding = FilesWithFolder(run).ToList();

        Assert.Contains("experiment.json", holding);
        Assert.Empty(holding.Except(MayHold));
        Assert.Every((string[])["model.onnx", "model.safetensors", "report.html", "two.html", "summary.json"], name =>
            Assert.Contains(
                kind == "csv" ? "csv:people.csv" : "folder:flowers", File.ReadAllText(Path.Combine(run, name)), StringComparison.Ordinal));
    }

    [Fact]
    public void Report_keeps_paths_if_asked_to_and_says_what_it_leaves_out_if_not()
    {
        var dataset = $"csv:{Table()}";
        var run = Run(dataset, "--target", "kind", "--keep-paths");
        Assert.Contains($"--dataset {dataset} ", File.ReadAllText(Path.Combine(run, "report.html")), StringComparison.Ordinal);

        Do("report", run, "--html", Path.Combine(run, "report.html"));

        var text = File.ReadAllText(Path.Combine(run, "report.html"));
        Assert.Contains("--dataset csv:people.csv ", text, StringComparison.Ordinal);
        Assert.Contains("The folder of <code>csv:people.csv</code> is omitted", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_directory_runs_and_evaluates_again_and_an_exported_model_asks_for_the_path()
    {
        var path = Table();
        var run = Run($"csv:{path}", "--target", "kind");
        var model = _results["model.onnx"];
        Do("export", run, "-o", model);

        var again = Do("run", run, "--result-path", _results["again"], "--quiet");
        var own = Do("evaluate", run, "--json");
        var refused = Do("evaluate", model);
        var named = Do("evaluate", model, "--dataset", $"csv:{path}", "--json");

        Assert.Equal(ExitCode.Done, again.Code);
        Assert.Equal(RunSummary.Load(run).ModelSha256, RunSummary.Load(again.Out.Split('\n')[0]).ModelSha256);
        Assert.Equal((ExitCode.Done, ExitCode.Done), (own.Code, named.Code));
        Assert.Equal((ExitCode.BadRequest, ""), (refused.Code, refused.Out));
        Assert.Equal(
            "autoflip: evaluate: the model was trained on csv:people.csv, and model files do not contain paths. "
            + "Give the path: --dataset csv:PATH\n",
            refused.Error);
        double Accuracy(string json) => JsonNode.Parse(json)!["metrics"]!["acc1"]!.GetValue<double>();
        Assert.Equal(Accuracy(own.Out), Accuracy(named.Out));
    }

    /// <summary>One row runs, the other names a table that is not there: its failure names the file.</summary>
    [Fact]
    public void Tables_of_experiments_have_no_folders()
    {
        var path = Table();
        var file = _data.Write($"{Folder}/mine.json", Encoding.UTF8.GetBytes($$"""
            { "name": "mine", "dataset": "csv:{{path.Replace("\\", "\\\\", StringComparison.Ordinal)}}", "target": "kind", "model": "TwoNN", "hiddenSize": 4, "partition": "iid", "clients": 2, "cohortFraction": 1,
              "rounds": 1, "localEpochs": 1, "algorithm": "fedavg", "rows": [{ "name": "runs" }, { "name": "fails", "dataset": "csv:{{path}}.gone.csv" }] }
            """));

        var ended = Do("experiment", file, "--result-path", _results.Path, "--quiet");

        Assert.Equal(ExitCode.BadData, ended.Code);
        var table = Path.Combine(_results.Path, "mine");
        Assert.Contains("people.csv.gone.csv", File.ReadAllText(Path.Combine(table, "table.json")), StringComparison.Ordinal);
        Assert.DoesNotContain(FilesWithFolder(_results.Path), name => !MayHold.Any(may => name.EndsWith(may, StringComparison.Ordinal)));
    }

    /// <summary>The reason is shown by reports and tables.</summary>
    [Fact]
    public void Recorded_reason_of_a_failure_names_files_of_the_data_without_their_folder()
    {
        var experiment = new Experiment { Dataset = $"csv:{_data[$"{Folder}/people.csv"]}" };
        var failure = AutoFlipException.BadData($"'{_data[$"{Folder}/people.csv"]}', line 3: it is damaged. Looked in {_data[Folder]}.");

        Assert.Equal("'people.csv', line 3: it is damaged. Looked in ..", RunStatus.Of(failure, null, default, experiment).Reason);
        Assert.Equal(failure.Message, RunStatus.Of(failure, null, default, new Experiment { Dataset = "Digits" }).Reason);
    }

    [Theory]
    [InlineData("csv:/home/me/people.csv", "csv:people.csv")]
    [InlineData("csv:people.csv", "csv:people.csv")]
    [InlineData("folder:/home/me/flowers/", "folder:flowers")]
    [InlineData("""folder:C:\Users\me\flowers""", "folder:flowers")]
    [InlineData("csv:../data/a.csv", "csv:a.csv")]
    [InlineData("CIFAR10", "CIFAR10")]
    public void Name_is_the_last_part_of_a_path(string name, string expected)
    {
        Assert.Equal(expected, DataSetName.WithoutFolders(name));
        Assert.Equal(expected, DataSetName.WithoutFolders(expected));
        Assert.Equal(name == expected && name.Contains(':', StringComparison.Ordinal), DataSetName.IsWithoutFolders(name));
    }
}
