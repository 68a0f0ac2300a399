using System.Text.Json;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

public sealed class ExperimentCommandTests : IDisposable
{
    const string TwoByTwo = """
        {
          "name": "t", "dataset": "Digits", "rounds": 6, "seeds": [1, 2],
          "rows": [{ "name": "FedAvg", "algorithm": "fedavg" }, { "name": "AutoFLIP", "pruneFraction": 0.5 }]
        }
        """;

    readonly TemporaryDirectory _folder = new();
    readonly DiskEngine _engine = new();

    public void Dispose() => _folder.Dispose();

    string Results => _folder["out"];

    string FileOf(string json, string name = "t.json")
    {
        File.WriteAllText(_folder[name], json);
        return _folder[name];
    }

    Shell.Ended Run(params string[] arguments) => Run(arguments, default);

    Shell.Ended Run(string[] arguments, CancellationToken cancel) =>
        Shell.Run(["experiment", .. arguments, "--result-path", Results], step: null, cancel, engine: _engine.Engine);

    string Table(string kind, string name = "t") => File.ReadAllText(Path.Combine(Results, name, $"table.{kind}"));

    [Fact]
    public void What_is_missing_is_run_seed_by_seed_and_what_is_done_is_not_run_again()
    {
        var file = FileOf(TwoByTwo);

        var first = Run(file);
        var again = Run(file);

        Assert.Equal((ExitCode.Done, ExitCode.Done), (first.Exit, again.Exit));
        Assert.Equal(["run none 1", "run autoflip 1", "run none 2", "run autoflip 2"], _engine.Seen);
        Assert.Contains("[3/4] t: FedAvg, seed 2\n", first.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("[3/4]", again.Out, StringComparison.Ordinal);
        Assert.Equal(["t-AutoFLIP_1", "t-AutoFLIP_2", "t-FedAvg_1", "t-FedAvg_2", "table.csv", "table.html", "table.json", "table.md"],
            Directory.EnumerateFileSystemEntries(Path.Combine(Results, "t")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.EndsWith(
            $"{Path.Combine(Results, "t", "table.md")}\n{Path.Combine(Results, "t", "table.html")}\n", again.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void What_broke_off_is_gone_on_with()
    {
        var file = FileOf(TwoByTwo);
        var wanted = ExperimentTable.Load(file).Resolve().Rows[1].Experiments[0];
        DiskEngine.Begin(Path.Combine(Results, "elsewhere", "some-name"), wanted with { Name = "other" });

        Run(file);

        Assert.Equal(["run none 1", "resume autoflip 1", "run none 2", "run autoflip 2"], _engine.Seen);
        Assert.Contains("[some-name](../elsewhere/some-name/)", Table("md"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_fails_leaves_the_others_their_chance_and_its_exit_code()
    {
        _engine.Step = experiment =>
        {
            if ((experiment.Pruner, experiment.Seed) == ("none", 1ul)) throw AutoFlipException.BadData("There is | no data.");
        };
        var file = FileOf(TwoByTwo);

        var failed = Run(file);
        var table = Table("md");
        _engine.Step = _ => { };
        var healed = Run(file);

        Assert.Equal(ExitCode.BadData, failed.Exit);
        Assert.Contains("autoflip: warning: [1/4] t: FedAvg, seed 1: There is | no data.\n", failed.Error, StringComparison.Ordinal);
        Assert.EndsWith("autoflip: 1 of 4 runs failed. The same command retries them.\n", failed.Error, StringComparison.Ordinal);
        Assert.Contains(
            "| FedAvg | 1 | - | - | failed: There is \\| no data. | [t-FedAvg_1](t-FedAvg_1/) |", table, StringComparison.Ordinal);
        Assert.Contains("3 of 4 runs are done.", table, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, healed.Exit);
        Assert.Equal("resume none 1", _engine.Seen[^1]);
        Assert.Contains("4 of 4 runs are done.", Table("md"), StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_that_fail_in_different_ways_are_a_failed_command_and_a_defect_is_a_failure_too()
    {
        _engine.Step = experiment =>
        {
            if (experiment.Seed == 1)
                throw experiment.Pruner == "none" ? AutoFlipException.BadData("No data.") : new InvalidOperationException("odd");
        };

        var ended = Run(FileOf(TwoByTwo), "--verbose");

        Assert.Equal(ExitCode.RunFailed, ended.Exit);
        Assert.Contains("AutoFLIP, seed 1: the run failed: odd\n", ended.Error, StringComparison.Ordinal);
        Assert.Contains("   at ", ended.Error, StringComparison.Ordinal);
        Assert.Equal(4, _engine.Seen.Count);
    }

    [Fact]
    public void A_run_of_another_process_is_left_to_it()
    {
        var file = FileOf(TwoByTwo);
        var theirs = Path.Combine(Results, "t", "theirs");
        DiskEngine.Begin(theirs, ExperimentTable.Load(file).Resolve().Rows[0].Experiments[0]);
        using var atIt = new FileStream(Path.Combine(theirs, "checkpoints", "lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        var ended = Run(file);

        Assert.Equal(ExitCode.RunFailed, ended.Exit);
        Assert.Equal(["run autoflip 1", "run none 2", "run autoflip 2"], _engine.Seen);
        Assert.Contains(
            $"[1/4] t: FedAvg, seed 1: skipped, another process is running it: {theirs}", ended.Error, StringComparison.Ordinal);
        Assert.EndsWith(
            "1 of 4 runs are running in another process. Repeat the command later to complete the table.\n", ended.Error,
            StringComparison.Ordinal);
        Assert.Contains("| FedAvg | 1 | - | - | running |", Table("md"), StringComparison.Ordinal);
    }

    /// <summary>The record of a failed run is in its directory: a later command shows it without having seen the run fail.</summary>
    [Fact]
    public void A_run_that_failed_before_is_marked_with_its_reason_and_tried_again_unless_it_failed_twice_alike()
    {
        var file = FileOf(TwoByTwo);
        var table = ExperimentTable.Load(file).Resolve();
        void Fail(int row, string name, string more)
        {
            var directory = Path.Combine(Results, "t", name);
            DiskEngine.Begin(directory, table.Rows[row].Experiments[0]);
            File.WriteAllText(
                Path.Combine(directory, RunStatus.FileName),
                $$"""{ "state": "failed", "exit_code": 4, "reason": "The loss is NaN."{{more}} }""");
        }
        Fail(0, "once", "");
        Fail(1, "twice", ", \"is_repeated\": true");

        var before = Run(file, "--dry-run");
        var after = Run(file);

        Assert.Contains($"[2/4] t: AutoFLIP, seed 1: failed: The loss is NaN.: {Path.Combine(Results, "t", "twice")}", before.Lines);
        Assert.Equal(["resume none 1", "run none 2", "run autoflip 2"], _engine.Seen);
        Assert.Equal(ExitCode.RunFailed, after.Exit);
        Assert.Contains(
            "| AutoFLIP | 1 | - | - | failed: The loss is NaN. It failed twice with this error and is not retried", Table("md"),
            StringComparison.Ordinal);
        Assert.EndsWith(
            "autoflip: 1 of 4 runs failed, 1 of them twice with the same error: it is not retried until its directory is deleted.\n",
            after.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Interrupted_it_exits_130_and_the_same_command_goes_on()
    {
        using var stop = new CancellationTokenSource();
        _engine.Step = experiment =>
        {
            if ((experiment.Pruner, experiment.Seed) == ("autoflip", 1ul)) stop.Cancel();
        };
        var file = FileOf(TwoByTwo);

        var stopped = Run([file], stop.Token);
        _engine.Step = _ => { };
        var completed = Run(file);

        Assert.Equal(ExitCode.Interrupted, stopped.Exit);
        Assert.EndsWith(
            "autoflip: interrupted; finished runs and rounds are saved. Repeat the command to complete the table.\n", stopped.Error,
            StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, completed.Exit);
        Assert.Equal(["run none 1", "run autoflip 1", "resume autoflip 1", "run none 2", "run autoflip 2"], _engine.Seen);
    }

    [Fact]
    public void Rows_are_chosen_by_name_and_the_table_has_all_of_them()
    {
        var file = FileOf(TwoByTwo);

        var one = Run(file, "--row", "Auto*");
        var none = Run(file, "--row", "AutoFLOP");

        Assert.Equal(["run autoflip 1", "run autoflip 2"], _engine.Seen);
        Assert.Contains("[2/2] t: AutoFLIP, seed 2\n", one.Out, StringComparison.Ordinal);
        Assert.Contains("| FedAvg | 1 | - | - | not run yet |", Table("md"), StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadRequest, Run(file, "--row", "autoflip").Exit); // another name
        Assert.Equal(ExitCode.BadRequest, none.Exit);
        Assert.StartsWith(
            "autoflip: experiment: no row is called 'AutoFLOP'. Did you mean 'AutoFLIP'?", none.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_name_of_an_entry_chooses_all_combinations_of_its_grid()
    {
        var file = FileOf("""
            { "name": "t", "dataset": "Digits", "rounds": 6, "grid": { "localEpochs": [1, 2] },
              "rows": [{ "name": "a.b", "pruneFraction": 0.5 }, { "name": "a+b", "pruneFraction": 0.4 }] }
            """);

        Assert.Equal(
            ["[1/2] t: a.b, localEpochs 1, seed 1: not run yet", "[2/2] t: a.b, localEpochs 2, seed 1: not run yet"],
            Run(file, "--dry-run", "--row", "a.b").Lines);
        Assert.Equal(["[1/1] t: a+b, localEpochs 2, seed 1: not run yet"], Run(file, "--dry-run", "--row", "a+b*2").Lines);
    }

    [Fact]
    public void A_row_is_chosen_by_its_whole_name_which_may_contain_commas()
    {
        var file = FileOf("""
            { "name": "t", "dataset": "Digits", "rounds": 6,
              "rows": [
                { "name": "AutoFLIP, ours", "grid": { "pruneFraction": [0.4, 0.5] } },
                { "name": "AutoFLIP, as in the paper", "localEpochs": 2 }] }
            """);

        Assert.Equal(
            ["[1/1] t: AutoFLIP, ours, pruneFraction 0.5, seed 1: not run yet"],
            Run(file, "--dry-run", "--row", "AutoFLIP, ours, pruneFraction 0.5").Lines);
        Assert.Equal(3, Run(file, "--dry-run", "--row", "AutoFLIP, ours", "AutoFLIP, as in the paper").Lines.Length);
    }

    [Fact]
    public void A_row_with_exactly_the_name_is_chosen_alone()
    {
        var file = FileOf("""
            { "name": "t", "dataset": "Digits", "rounds": 6, "rows": [{ "name": "b" }, { "name": "b, non-IID", "localEpochs": 2 }] }
            """);

        Assert.Equal(["[1/1] t: b, seed 1: not run yet"], Run(file, "--dry-run", "--row", "b").Lines);
        Assert.Equal(2, Run(file, "--dry-run", "--row", "b*").Lines.Length);
    }

    [Fact]
    public void Several_rows_are_chosen_at_once_and_each_of_them_must_be_there()
    {
        var file = FileOf(TwoByTwo);

        var both = Run(file, "--dry-run", "--row", "AutoFLIP", "Fed*");
        var repeated = Run(file, "--dry-run", "--row", "Fed*", "--row", "AutoFLIP");
        var one = Run(file, "--dry-run", "--row", "FedAvg", "FedProx");

        Assert.Equal(4, both.Lines.Length);
        Assert.Equal(both.Lines, repeated.Lines);
        Assert.Equal(ExitCode.BadRequest, one.Exit);
        Assert.StartsWith("autoflip: experiment: no row is called 'FedProx'.", one.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Dry_run_says_what_there_is_and_touches_nothing()
    {
        var file = FileOf(TwoByTwo);

        var before = Run("--dry-run", file);
        var existed = Directory.Exists(Results);
        Run(file);
        var after = Run(file, "--dry-run", "--json");

        Assert.False(existed);
        Assert.Equal(
            [
                "[1/4] t: FedAvg, seed 1: not run yet", "[2/4] t: AutoFLIP, seed 1: not run yet", "[3/4] t: FedAvg, seed 2: not run yet",
                "[4/4] t: AutoFLIP, seed 2: not run yet"
            ],
            before.Lines);
        Assert.Every(after.Lines, line => Assert.Equal("done", JsonDocument.Parse(line).RootElement.GetProperty("state").GetString()));
        Assert.Equal(4, _engine.Seen.Count);
    }

    [Fact]
    public void What_is_typed_holds_for_every_run()
    {
        var rounds = new List<(string, int, ulong)>();
        _engine.Step = experiment => rounds.Add((experiment.Name, experiment.Rounds, experiment.Seed));

        var ended = Run(FileOf(TwoByTwo), "--rounds", "2", "--seed", "8", "--name", "smoke");

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.Equal([("smoke-FedAvg", 2, 8ul), ("smoke-AutoFLIP", 2, 8ul)], rounds);
        Assert.StartsWith("# smoke\n", Table("md", "smoke"), StringComparison.Ordinal);
        Assert.Equal("", ended.Error);
    }

    [Fact]
    public void What_is_typed_in_the_place_of_what_rows_are_compared_by_is_warned_of()
    {
        var file = FileOf(TwoByTwo);

        var ended = Run(file, "--algorithm", "fedprox", "--seed", "1");

        Assert.Equal(["run none 1"], _engine.Seen); // both rows are one experiment now
        Assert.Equal(
            $"autoflip: warning: {file}: rows differ in pruner, and the command line sets that for all of them: the names of rows may "
            + "state other values.\n",
            ended.Error);
    }

    [Fact]
    public void Tables_share_their_runs()
    {
        var (one, other) = (
            FileOf(TwoByTwo),
            FileOf(TwoByTwo.Replace("\"t\"", "\"u\"", StringComparison.Ordinal).Replace("0.5", "0.3", StringComparison.Ordinal), "u.json"));

        Run(one, other);

        Assert.Equal(["run none 1", "run autoflip 1", "run none 2", "run autoflip 2", "run autoflip 1", "run autoflip 2"], _engine.Seen);
        Assert.Contains("[t-FedAvg_1](../t/t-FedAvg_1/)", Table("md", "u"), StringComparison.Ordinal);
        Assert.Contains("4 of 4 runs are done.", Table("md", "u"), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_run_if_any_file_is_wrong()
    {
        var (good, bad) = (FileOf(TwoByTwo), FileOf("""{ "rows": [{ "name": "a" }, { "name": "b", "rounds": 0 }] }""", "bad.json"));

        Assert.Contains($"{bad}: row 'b': --rounds (--R): '0' is not accepted.", Run(good, bad).Error, StringComparison.Ordinal);
        Assert.Contains("In the file: rounds.", Run(good, bad).Error, StringComparison.Ordinal);
        Assert.Contains("are both called 't'", Run(good, FileOf(TwoByTwo, "same.json")).Error, StringComparison.Ordinal);
        Assert.Contains("at least one file is expected", Run().Error, StringComparison.Ordinal);
        Assert.Contains("cannot be read: it does not exist.", Run(_folder["no.json"]).Error, StringComparison.Ordinal);
        Assert.Contains("--workers: '0' is not accepted.", Run(good, "--workers", "0").Error, StringComparison.Ordinal);
        Assert.Contains("There is no option '--dryrun'. Did you mean '--dry-run'?", Run(good, "--dryrun").Error, StringComparison.Ordinal);
        Assert.Empty(_engine.Seen);
        Assert.False(Directory.Exists(Results));
    }

    [Fact]
    public void Json_is_lines_that_end_with_the_table()
    {
        var ended = Run(FileOf(TwoByTwo), "--json");

        var lines = ended.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(
            ["run", "start", "summary", "run", "start", "summary", "run", "start", "summary", "run", "start", "summary", "table"],
            lines.Select(line => line.GetProperty("event").GetString()));
        Assert.Equal(
            (2, 4, "AutoFLIP", "started"),
            (lines[3].GetProperty("number").GetInt32(), lines[3].GetProperty("runs").GetInt32(), lines[3].GetProperty("row").GetString(),
                lines[3].GetProperty("state").GetString()));
        Assert.Equal(4, lines[^1].GetProperty("runs_done").GetInt32());
    }

    [Fact]
    public void Run_takes_a_table_for_its_own_experiment_and_says_so()
    {
        var ended = Shell.Run("run", FileOf(TwoByTwo), "--seed", "3");

        Assert.Equal(ExitCode.Done, ended.Exit);
        Assert.Equal(("t", 3ul, 6), (ended.Experiment!.Name, ended.Experiment.Seed, ended.Experiment.Rounds));
        Assert.Contains("is a table: 'autoflip run' ignores its seeds, rows; 'autoflip experiment ", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Real_federations_fill_a_table_and_are_known_again()
    {
        string[] command =
        [
            "experiment", FileOf("""
                {
                  "name": "tiny", "dataset": "Digits", "partition": "iid", "resize": 0, "model": "TwoNN", "hiddenSize": 8, "clients": 4, "cohortFraction": 0.5, "rounds": 2, "localEpochs": 1,
                  "batchSize": 40, "explorerFraction": 1, "evaluateEvery": 1, "seeds": [1, 2], "rows": [{ "name": "FedAvg", "algorithm": "fedavg" }, { "name": "AutoFLIP" }]
                }
                """), "--offline", "--quiet", "--result-path", Results,
        ];

        var first = Shell.Run(command, step: null, engine: Engine.Default);
        var again = Shell.Run(command, step: null, engine: Engine.Default);

        Assert.Equal((ExitCode.Done, ExitCode.Done), (first.Exit, again.Exit));
        // directory, result, directory; then where the table lies
        Assert.Equal([4 * 3 + 2, 2], new[] { first, again }.Select(ended => ended.Lines.Length));
        using var table = JsonDocument.Parse(Table("json", "tiny"));
        Assert.Equal(4, table.RootElement.GetProperty("runs_done").GetInt32());
        Assert.Equal(
            0.5, table.RootElement.GetProperty("rows")[1].GetProperty("figures").GetProperty("density").GetProperty("mean").GetDouble(),
            0.01);
        Assert.Equal(2, table.RootElement.GetProperty("rows")[1].GetProperty("against_baseline").GetProperty("count").GetInt32());
    }
}
