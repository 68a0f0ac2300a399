namespace AutoFlip.Tests;

/// <summary>Values that follow from others are derived anew where these change, and only they are.</summary>
public sealed class DerivedValueTests : IDisposable
{
    static readonly Experiment Thirty = new() { Dataset = "Digits", Rounds = 30 };

    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>What another run begins with that is given the file of a run of the experiment.</summary>
    Experiment Base(Experiment experiment, Func<string, string>? edit = null)
    {
        var text = ExperimentFile.Write(experiment, "hash");
        File.WriteAllText(_folder["run.json"], edit is null ? text : edit(text));
        return ExperimentFile.Load(_folder["run.json"]);
    }

    static string Without(string text, string field) =>
        string.Join('\n', text.Split('\n').Where(line => !line.Contains(field, StringComparison.Ordinal)));

    /// <summary>As versions before the list of derived values wrote it: from its name to the line before the partition's hash.</summary>
    static string OfEarlierVersion(string text) =>
        text[..text.IndexOf("  \"derived\"", StringComparison.Ordinal)]
            + text[text.IndexOf("  \"partition_sha256\"", StringComparison.Ordinal)..];

    /// <summary>Of 30 rounds 5 are dense, of 3 none, of 60 ten: a sixth, rounded down.</summary>
    [Theory]
    [InlineData(3, 0), InlineData(30, 5), InlineData(60, 10)]
    public void Dense_rounds_follow_the_rounds_of_the_run_that_begins_with_another_one_s_file(int rounds, int dense)
    {
        var resolved = ExperimentRules.Resolve(Thirty);

        Assert.Equal(5, resolved.DenseRounds);
        Assert.Equal(dense, ExperimentRules.Resolve(Base(resolved) with { Rounds = rounds }).DenseRounds);
        Assert.Equal(dense, ExperimentRules.Resolve(Base(resolved, OfEarlierVersion) with { Rounds = rounds }).DenseRounds);
        Assert.Equal(dense, ExperimentRules.Resolve(resolved with { Rounds = rounds }).DenseRounds); // in a program, without a file
    }

    [Fact]
    public void Dense_rounds_that_were_chosen_stay()
    {
        var chosen = ExperimentRules.Resolve(Thirty with { DenseRounds = 7 });

        Assert.Equal(7, ExperimentRules.Resolve(Base(chosen) with { Rounds = 60 }).DenseRounds);
        Assert.Equal(7, ExperimentRules.Resolve(Base(chosen, OfEarlierVersion) with { Rounds = 60 }).DenseRounds);

        // A sixth of 30 all the same: only a file with the list can tell that it was a choice.
        Assert.Equal(
            5, ExperimentRules.Resolve(Base(ExperimentRules.Resolve(Thirty with { DenseRounds = 5 })) with { Rounds = 60 }).DenseRounds);
        Assert.Equal(4, ExperimentRules.Resolve(ExperimentRules.Resolve(Thirty) with { Rounds = 60, DenseRounds = 4 }).DenseRounds);
    }

    [Fact]
    public void What_is_changed_by_hand_in_the_file_of_a_run_counts_as_chosen()
    {
        var edited = Base(
            ExperimentRules.Resolve(Thirty), text => text.Replace("\"denseRounds\": 5", "\"denseRounds\": 4", StringComparison.Ordinal));

        Assert.Equal(4, edited.DenseRounds);
        Assert.Equal(Experiment.Auto, edited.Criterion); // the others are still derived
    }

    /// <summary>Classes of digits, then numbers of a table: the loss and the metrics of the first run would
    /// be refused for the second.</summary>
    [Theory]
    [InlineData(false), InlineData(true)]
    public void Loss_and_metrics_follow_the_task(bool earlierVersion)
    {
        var resolved = ExperimentRules.Resolve(Thirty);
        var next = Base(resolved, earlierVersion ? OfEarlierVersion : null) with
        {
            Dataset = "csv:my.csv",
            Target = "price",
            Model = "LogReg",
            Partition = "iid"
        };

        var settled = ExperimentRules.Settle(ExperimentRules.Resolve(next), LearningTask.Regression);

        Assert.Equal(("CrossEntropyLoss", "acc1 acc5 f1 precision recall"), (resolved.Criterion, string.Join(' ', resolved.Metrics)));
        Assert.Equal(("MSELoss", "mse mae r2"), (settled.Criterion, string.Join(' ', settled.Metrics)));
    }

    /// <summary>Of two classes CrossEntropyLoss becomes BCEWithLogitsLoss, and auto beside auroc becomes four metrics: what
    /// was asked for comes back.</summary>
    [Fact]
    public void What_was_asked_for_comes_back_not_only_auto()
    {
        var asked = new Experiment
        {
            Dataset = "csv:two.csv",
            Target = "y",
            Partition = "pre",
            Owner = "who",
            Model = "LogReg",
            Criterion = "CrossEntropyLoss",
            Metrics = ["auto", "auroc"]
        };
        var settled = ExperimentRules.Settle(ExperimentRules.Resolve(asked), LearningTask.Classification("no", "yes"), clients: 7);

        var again = Base(settled);

        Assert.Equal(
            ("BCEWithLogitsLoss", "acc1 f1 precision recall auroc", 7),
            (settled.Criterion, string.Join(' ', settled.Metrics), settled.Clients));
        Assert.Equal(
            ("CrossEntropyLoss", "auto auroc", 20, (int?)null),
            (again.Criterion, string.Join(' ', again.Metrics), again.Clients, again.DenseRounds));
    }

    [Fact]
    public void A_resumed_run_keeps_its_values_as_they_are()
    {
        var resolved = ExperimentRules.Resolve(Thirty);
        Directory.CreateDirectory(_folder["run"]);
        // rounds may be edited before resuming
        File.WriteAllText(_folder["run/experiment.json"], ExperimentFile.Write(resolved with { Rounds = 60 }, "hash"));

        var run = ExperimentFile.OfRun(_folder["run"]);

        Assert.Equal((60, (int?)5, "CrossEntropyLoss"), (run.Rounds, run.DenseRounds, run.Criterion));
    }

    [Theory]
    [InlineData("3"), InlineData("""{ "rounds": 3 }"""), InlineData("""{ "nonsense": { "asked": null, "value": 5 } }""")]
    [InlineData("""{ "rounds": { "value": 5 } }""")]
    public void A_list_that_is_none_is_refused(string list)
    {
        var refused = Assert.Throws<AutoFlipException>(() => ExperimentFile.Read($$"""{ "rounds": 30, "derived": {{list}} }""", "my.json"));

        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.StartsWith("my.json: field 'derived'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_file_of_a_run_lists_them()
    {
        var resolved = ExperimentRules.Resolve(Thirty);

        Assert.DoesNotContain("derived", ExperimentFile.Write(resolved), StringComparison.Ordinal);
        Assert.Contains("""
              "derived": {
                "denseRounds": {
                  "asked": null,
                  "value": 5
                },
                "criterion": {
                  "asked": "auto",
                  "value": "CrossEntropyLoss"
                },
            """.ReplaceLineEndings("\n"), ExperimentFile.Write(resolved, "hash"), StringComparison.Ordinal);
        Assert.Equal(
            Without(ExperimentFile.Write(resolved), "version"),
            Without(OfEarlierVersion(ExperimentFile.Write(resolved, "hash")), "version")
                .Replace(",\n  \"partition_sha256\": \"hash\"", "", StringComparison.Ordinal));
    }
}
