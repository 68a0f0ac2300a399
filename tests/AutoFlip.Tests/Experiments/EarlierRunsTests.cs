using System.Text.Json;

namespace AutoFlip.Tests;

public sealed class EarlierRunsTests : IDisposable
{
    static readonly Experiment Wanted = ExperimentRules.Resolve(new Experiment { Dataset = "Digits", Rounds = 6, Name = "wanted" });

    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    string Begun(string name, Experiment experiment)
    {
        DiskEngine.Begin(_folder[name], experiment);
        return _folder[name];
    }

    string Ended(string name, Experiment experiment)
    {
        File.WriteAllText(
            Path.Combine(Begun(name, experiment), RunSummary.FileName),
            JsonSerializer.Serialize(FakeEngine.Summary(experiment, new()), RunJson.Document));
        return _folder[name];
    }

    EarlierRun? Found() => EarlierRuns.Below(_folder.Path).Of(Wanted);

    [Fact]
    public void Nothing_is_found_where_nothing_is()
    {
        Assert.Null(Found());
        Assert.Null(EarlierRuns.Below(_folder["nowhere"]).Of(Wanted));
    }

    [Fact]
    public void A_run_is_found_by_what_it_runs_whatever_it_is_called_and_however_deep()
    {
        Begun("other", Wanted with { Seed = 2 });
        var directory = Ended(Path.Combine("table", "deep", "x"), Wanted with { Name = "anything" });

        var run = Found()!;

        Assert.Equal((directory, RunStage.Done, 6), (run.Directory, run.Status.Stage, run.Summary!.Rounds));
    }

    [Fact]
    public void What_is_done_comes_before_what_is_running_before_what_stopped()
    {
        Begun("a", Wanted);
        Assert.Equal(RunStage.Stopped, Found()!.Status.Stage);

        using (new FileStream(Path.Combine(Begun("b", Wanted), "checkpoints", "lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Equal((RunStage.Running, _folder["b"]), (Found()!.Status.Stage, Found()!.Directory));

            Ended("c", Wanted);
            Assert.Equal((RunStage.Done, _folder["c"]), (Found()!.Status.Stage, Found()!.Directory));
        }
    }

    [Fact]
    public void A_run_with_a_damaged_summary_can_be_gone_on_with()
    {
        File.WriteAllText(Path.Combine(Ended("a", Wanted), RunSummary.FileName), "{");

        Assert.Equal(RunStage.Stopped, Found()!.Status.Stage);
    }

    [Fact]
    public void A_description_that_cannot_be_read_is_told_and_passed_over()
    {
        File.WriteAllText(Path.Combine(Begun("a", Wanted), ExperimentFile.FileName), """{ "schema": 99 }""");
        Ended("b", Wanted);

        Assert.Equal(RunStage.Done, Found()!.Status.Stage);
        var warning = Assert.Single(EarlierRuns.Below(_folder.Path).Warnings);
        Assert.StartsWith($"'{_folder["a"]}' is passed over: ", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_other_field_makes_another_run()
    {
        Assert.True(EarlierRuns.IsRunOf(Wanted with { Name = "x" }, Wanted));
        Assert.False(EarlierRuns.IsRunOf(Wanted with { Seed = 2 }, Wanted));
        Assert.False(EarlierRuns.IsRunOf(Wanted with { Clients = 21 }, Wanted));
        Assert.False(EarlierRuns.IsRunOf(Wanted with { Metrics = ["f1"] }, Wanted));
        Assert.False(EarlierRuns.IsRunOf(Wanted with { Criterion = "NLLLoss" }, Wanted));
    }

    [Fact]
    public void What_only_the_data_decide_makes_no_other_run()
    {
        var own = ExperimentRules.Resolve(new Experiment { Dataset = "FEMNIST", Partition = "pre", Clients = 20, Model = "FEMNISTCNN" });
        var table = ExperimentRules.Resolve(new Experiment { Dataset = "csv:my.csv", Target = "y", Model = "LogReg", Partition = "iid" });

        Assert.True(EarlierRuns.IsRunOf(own with { Clients = 176 }, own));
        Assert.True(EarlierRuns.IsRunOf(ExperimentRules.Settle(table, LearningTask.Regression), table));
        var entropy = table with { Criterion = "CrossEntropyLoss" };
        var binary = ExperimentRules.Settle(entropy, LearningTask.Classification("no", "yes"));
        Assert.Equal("BCEWithLogitsLoss", binary.Criterion);
        Assert.True(EarlierRuns.IsRunOf(binary, entropy));
        Assert.False(EarlierRuns.IsRunOf(table with { Criterion = "MSELoss" }, table with { Criterion = "L1Loss" }));
    }

    /// <summary>A row that leaves the loss to its data is not done because another one, with a loss of its own, is.</summary>
    [Fact]
    public void A_run_with_a_chosen_loss_or_figure_is_not_that_of_one_that_leaves_it_to_its_data()
    {
        var open = ExperimentRules.Resolve(new Experiment { Dataset = "csv:my.csv", Target = "y", Model = "LogReg", Partition = "iid" });

        Assert.False(EarlierRuns.IsRunOf(ExperimentRules.Settle(open with { Criterion = "L1Loss" }, LearningTask.Regression), open));
        Assert.False(EarlierRuns.IsRunOf(ExperimentRules.Settle(open with { Metrics = ["mae"] }, LearningTask.Regression), open));
        Assert.True(EarlierRuns.IsRunOf(
            ExperimentRules.Settle(open, LearningTask.Regression), open with { Criterion = "MSELoss", Metrics = ["mse", "mae", "r2"] }));
    }

    [Fact]
    public void Lists_are_compared_by_their_members()
    {
        Experiment Of(params string[] columns) => ExperimentRules.Resolve(new Experiment
        {
            Dataset = "csv:my.csv",
            Target = "y",
            Model = "LogReg",
            Partition = "iid",
            Columns = [.. columns],
            Missing = [.. columns.Select(_ => "?")],
        });

        Assert.True(EarlierRuns.IsRunOf(Of("zip:category"), Of("zip:category")));
        Assert.False(EarlierRuns.IsRunOf(Of("zip:category"), Of("zip:number")));
    }
}
