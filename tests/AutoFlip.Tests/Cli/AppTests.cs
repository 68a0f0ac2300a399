using System.Text.Json;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

public class AppTests
{
    [Theory]
    [InlineData]
    [InlineData("--help")]
    [InlineData("help")]
    public void Bare_program_prints_a_short_help(params string[] arguments)
    {
        var ended = Shell.Run(arguments);

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.InRange(ended.Lines.Length, 5, 24);
        Assert.Every(
            (string[])["run ", "resume ", "demo ", "experiment ", "report ", "list ", "data "],
            command => Assert.Contains($"\n  {command}", ended.Out, StringComparison.Ordinal));
        Assert.Every(ended.Lines, line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public void The_cache_of_images_is_shown_and_emptied_and_nothing_else()
    {
        using var folder = new TemporaryDirectory();
        Directory.CreateDirectory(folder["pixels"]);
        File.WriteAllBytes(folder["pixels/a.pixels"], new byte[2000]);
        File.WriteAllBytes(folder["pixels/.b.pixels.x.part"], new byte[500]);
        File.WriteAllText(folder["pixels/notes.txt"], "mine");
        File.WriteAllText(folder["victim"], "untouched");
        File.CreateSymbolicLink(folder["pixels/link.pixels"], folder["victim"]);

        var cache = new PixelFolder(folder.Path);
        Assert.Equal([".b.pixels.x.part", "a.pixels", "link.pixels"], cache.Files.Select(file => file.Name).Order(StringComparer.Ordinal));
        cache.Clear();

        Assert.Equal(["notes.txt"], Directory.GetFiles(folder["pixels"]).Select(Path.GetFileName));
        Assert.Equal("untouched", File.ReadAllText(folder["victim"]));
    }

    [Fact]
    public void Version_is_that_of_the_files() => Assert.Equal($"autoflip {ExperimentFile.ProgramVersion}\n", Shell.Run("--version").Out);

    [Theory]
    [InlineData("run")]
    [InlineData("resume")]
    [InlineData("demo")]
    [InlineData("experiment")]
    [InlineData("report")]
    [InlineData("list")]
    [InlineData("data")]
    public void Each_command_has_help_that_runs_nothing(string command)
    {
        var ended = Shell.Run(command, "--help");

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.StartsWith($"Usage: autoflip {command}", ended.Out, StringComparison.Ordinal);
        Assert.Null(ended.Experiment);
    }

    [Fact]
    public void Unknown_command_exits_with_2_and_suggests_one()
    {
        var ended = Shell.Run("rum");

        Assert.Equal(2, ended.Code);
        Assert.Contains("There is no command 'rum'. Did you mean 'run'?", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExitCode.BadRequest)]
    [InlineData(ExitCode.BadData)]
    [InlineData(ExitCode.RunFailed)]
    public void Failure_of_a_run_is_its_exit_code_and_one_sentence(ExitCode code)
    {
        var ended = Shell.Run(["run", "--dataset", "digits"], step: () => throw new AutoFlipException(code, "It broke."));

        Assert.Equal(code, ended.Exit);
        Assert.EndsWith("autoflip: It broke.\n", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Defect_is_a_failed_run_whose_trace_is_shown_on_request()
    {
        static void Break() => throw new InvalidOperationException("odd");

        var (brief, full) = (Shell.Run(["run"], Break), Shell.Run(["run", "--verbose"], Break));

        Assert.Equal((4, 4), (brief.Code, full.Code));
        Assert.EndsWith("autoflip: the run failed: odd Run it again with --verbose for details.\n", brief.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", brief.Error, StringComparison.Ordinal);
        Assert.Contains("   at ", full.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Interrupted_run_exits_with_130_and_says_how_to_go_on(bool terminal)
    {
        using var stop = new CancellationTokenSource();
        var steps = 0;

        var ended = Shell.Run(["run", "--dataset", "digits", "--K", "4", "--C", "1"], step: () =>
        {
            if (++steps == 8) stop.Cancel();
        }, stop.Token, terminal);

        Assert.Equal(130, ended.Code);
        Assert.Contains("Stopping. Press Ctrl-C again to stop immediately", ended.Error + ended.Out, StringComparison.Ordinal);
        Assert.EndsWith(
            "autoflip: interrupted; finished rounds are saved. To resume: autoflip resume runs/fake_1_autoflip\n", ended.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Resume_continues_a_run_directory_and_only_changes_how()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["experiment.json"], ExperimentFile.Write(new Experiment { Dataset = "Digits", Rounds = 3 }));

        var ended = Shell.Run("resume", directory.Path, "--workers", "1", "--plain");

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.Equal(directory.Path, ended.Lines[0]);
        Assert.Contains("1 rounds are done already", ended.Out, StringComparison.Ordinal);
        Assert.Equal(1, ended.Options!.Workers);
        Assert.Equal(ExitCode.BadRequest, Shell.Run("resume", directory.Path, "--K", "3").Exit);
        Assert.Contains("is no run directory", Shell.Run("resume", directory["nothing"]).Error, StringComparison.Ordinal);
        Assert.Contains("one run directory is expected", Shell.Run("resume").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_run_prints_json_lines_and_nothing_else()
    {
        var ended = Shell.Run(
            "run", "--json", "--dataset", "digits", "--K", "4", "--R", "2", "--eval_every", "2", "--perc_clients_for_mask", "1");

        var lines = ended.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(
            ["start", "explored", "explored", "explored", "explored", "round", "round", "summary"],
            lines.Select(line => line.GetProperty("event").GetString()));
        Assert.Equal("Digits", lines[0].GetProperty("experiment").GetProperty("dataset").GetString());
        Assert.Equal("runs/fake_1_autoflip", lines[0].GetProperty("directory").GetString());
        Assert.Equal((4, 4), (lines[4].GetProperty("done").GetInt32(), lines[4].GetProperty("explorers").GetInt32()));
        Assert.Equal(0.75, lines[6].GetProperty("server_evaluated").GetProperty("loss").GetDouble());
        // NaN
        Assert.Equal(JsonValueKind.Null, lines[6].GetProperty("clients_evaluated_out").GetProperty("loss").GetProperty("equal").ValueKind);
        Assert.Equal(25.0, lines[7].GetProperty("time").GetProperty("total_s").GetDouble());
        Assert.Equal(1, lines[7].GetProperty("schema").GetInt32());
    }

    [Fact]
    public void Demo_runs_both_methods_on_one_seed_and_says_what_changed()
    {
        var ended = Shell.Run("demo", "--rounds", "2", "--seed", "9", "--quiet");

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.Equal((9ul, "Digits", "autoflip"), (ended.Experiment!.Seed, ended.Experiment.Dataset, ended.Experiment.Pruner));
        Assert.Equal(Path.Combine("runs", "demo"), ended.Options!.ResultPath);
        Assert.EndsWith("""

                                   FedAvg      AutoFLIP
            accuracy               75.0 %        70.0 %
            loss                   0.5000        0.5000
            parameters kept         1,000           700
            bytes sent            80.0 kB       56.0 kB
            time                   20.0 s        25.0 s

            AutoFLIP kept 70.0 % of the parameters and sent 30.0 % fewer bytes, the exploration's 8.00 kB included.
            It lost 5.0 points of accuracy, 75.0 % to 70.0 %.
            It took 25.0 % more time, 5.0 s of it exploring.

            HTML report: autoflip report runs/fake_1_none runs/fake_1_autoflip --html demo.html

            """.ReplaceLineEndings("\n"), ended.Out, StringComparison.Ordinal);
        Assert.Contains("runs/fake_1_none\n", ended.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Demo_describes_a_sound_experiment() =>
        Assert.Empty(ExperimentRules.Violations(((ICommand)new DemoCommand()).Defaults.Experiment));

    [Theory]
    [InlineData("datasets", "Digits")]
    [InlineData("partitions", "patho")]
    [InlineData("metrics", "acc1")]
    [InlineData("optimizers", "Adam")]
    [InlineData("criteria", "CrossEntropyLoss")]
    [InlineData("initializers", "xavier")]
    public void List_gives_names_as_lines_and_as_json(string what, string one)
    {
        var lines = Shell.Run("list", what).Lines;

        Assert.Contains(one, lines);
        Assert.Equal(lines, JsonSerializer.Deserialize<string[]>(Shell.Run("list", what, "--json").Out)!);
    }

    [Fact]
    public void List_of_something_else_is_refused()
    {
        Assert.Contains("list: there is no 'model'. Did you mean 'models'?", Shell.Run("list", "model").Error, StringComparison.Ordinal);
        Assert.Contains(
            "list datasets: --hidden-size is not accepted. Accepted: --json", Shell.Run("list", "datasets", "--hidden-size", "3").Error,
            StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadRequest, Shell.Run("list", "metrics", "--input", "1x2x3").Exit);
    }

    /// <summary>Names of options alone do not say what to change in a file.</summary>
    [Fact]
    public void A_refused_value_of_a_file_is_named_by_its_field_too()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder["e.json"], "{ \"dataset\": \"Digits\", \"layerCount\": 0 }");

        Assert.Matches("--layers.*: '0' is not accepted.*In the file: layerCount", Shell.Run("run", folder["e.json"]).Error);
        Assert.DoesNotContain(
            "In the file", Shell.Run("run", folder["e.json"], "--layers", "-1").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_owners_name_stays_on_its_line()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder["t.csv"], "who,x,y\n\"a\nb\",1,0\nc,2,1\nc,3,0\n\"a\nb\",4,1\n");

        var ended = Shell.Run(
            "data", "partition", "--dataset", $"csv:{folder["t.csv"]}", "--target", "y", "--owner", "who", "--partition", "pre", "--model",
            "LogReg");

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.Contains(ended.Lines, line => line.Contains("a\\u000ab", StringComparison.Ordinal));
    }

    [Fact]
    public void Data_commands_show_list_and_deal_what_is_built_in()
    {
        Assert.Matches("^Digits +1x8x8 +10 classes +1,438 \\+ 359 +built in\n", Shell.Run("data", "list").Out);
        Assert.Contains("licence   CC BY 4.0", Shell.Run("data", "show", "digits").Out, StringComparison.Ordinal);
        Assert.True(JsonDocument.Parse(Shell.Run("data", "show", "digits", "--json").Out).RootElement.GetProperty("built_in").GetBoolean());
        Assert.Equal(ExitCode.BadRequest, Shell.Run("data", "show", "digit").Exit);
        Assert.Equal(ExitCode.BadRequest, Shell.Run("data").Exit);

        var shown = Shell.Run("data", "partition", "--dataset", "digits", "--K", "5", "--partition", "iid", "--json");

        var clients = JsonDocument.Parse(shown.Out).RootElement.GetProperty("clients").EnumerateArray().ToList();
        Assert.Equal(5, clients.Count);
        Assert.Equal(
            1_438, clients.Sum(client => client.EnumerateObject().Sum(part => part.Value.EnumerateArray().Sum(count => count.GetInt32()))));
        // title, header, clients, classes and hash
        Assert.Equal(1 + 1 + 5 + 2, Shell.Run("data", "partition", "--dataset", "digits", "--K", "5").Lines.Length);
    }

    [Fact]
    public void Missing_data_exits_with_3_and_names_the_command_that_gets_it()
    {
        using var empty = new TemporaryDirectory();

        var ended = Shell.Run("data", "partition", "--dataset", "EMNIST-letters", "--offline", "--data_path", empty.Path);

        Assert.Equal(ExitCode.BadData, ended.Exit);
        Assert.Contains("autoflip data get EMNIST-letters", ended.Error, StringComparison.Ordinal);
    }

    static readonly string[] Tiny =
    [
        "--dataset", "Digits", "--resize", "0", "--model", "TwoNN", "--hidden-size", "8", "--partition", "iid", "--clients", "4",
        "--cohort-fraction", "0.5", "--rounds", "2",
        "--local-epochs", "1", "--explorer-fraction", "0.5", "--unit-multiple", "1", "--offline", "--quiet",
    ];

    [Fact]
    public void Run_that_has_ended_leaves_a_report()
    {
        using var folder = new TemporaryDirectory();
        using StringWriter output = new(), error = new();

        var code = App.Run(["run", .. Tiny, "--result-path", folder.Path, "--live", "0"], new Host { Out = output, Error = error });

        Assert.Equal(0, code);
        Assert.Contains(
            "<span class=\"chip ended\">", File.ReadAllText(Path.Combine(Directory.GetDirectories(folder.Path).Single(), "report.html")),
            StringComparison.Ordinal);
        // and nothing of it on standard output
        Assert.StartsWith("autoflip: live view: http://127.0.0.1:", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("http", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_of_a_demo_share_one_live_view() =>
        Assert.Single(Shell.Run("demo", "--live", "0").Error.Split('\n'), line => line.Contains("live view", StringComparison.Ordinal));

    [Fact]
    public void Report_that_cannot_be_made_costs_a_warning_and_not_the_run()
    {
        using StringWriter output = new(), error = new();

        var code = App.Run(["run", "--quiet"], new Host
        {
            Out = output,
            Error = error,
            Engine = FakeEngine.Create(),
            RunOutputs =
            [
                new(
                    "report", directory => $"report {directory}", _ => true,
                    (_, _) => throw AutoFlipException.RunFailed("the disk is full.")),
                new("rest", directory => directory, _ => true, (_, _) => output.Write("made")),
                new("plots", directory => directory, show => show.Plot, (_, _) => output.Write("not asked for")),
            ],
        });

        Assert.Equal(0, code);
        Assert.Contains(
            "its report could not be written: the disk is full. Try again with: autoflip report runs/fake_1_autoflip", error.ToString(),
            StringComparison.Ordinal);
        Assert.EndsWith("made", output.ToString(), StringComparison.Ordinal); // what comes after it
    }
}
