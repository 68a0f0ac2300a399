namespace AutoFlip.Tests;

/// <summary>Run directories of an earlier and of a later program.</summary>
/// <remarks>
/// <c>Version01Run</c> is what the program of commit f479c9f wrote of a run of two rounds: <c>autoflip run --name old --dataset
/// Digits --resize 0 --model TwoNN --hidden-size 4 --partition diri --concentration 0.7 --clients 4 --cohort-fraction 0.5
/// --rounds 2 --dense-rounds 0 --local-epochs 1 --batch-size 32 --learning-rate 0.01 --prune-fraction 0.3 --metrics acc1
/// --workers 1</c>, without reports and models.
/// </remarks>
public sealed class OtherVersionsTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The run of the earlier program, asked for a third round.</summary>
    string Run(Func<string, string>? change = null)
    {
        var source = Path.Combine(SourceTree.Root, "tests/AutoFlip.Tests/RunFiles/Version01Run");
        foreach (var file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_folder["run"], Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        var experiment = Path.Combine(_folder["run"], "experiment.json");
        var asked = File.ReadAllText(experiment).Replace("\"rounds\": 2", "\"rounds\": 3", StringComparison.Ordinal);
        File.WriteAllText(experiment, change?.Invoke(asked) ?? asked);
        return _folder["run"];
    }

    static RunSummary Resume(string run) =>
        Simulation.Resume(run, new RunOptions { Workers = 1 }, RunObserver.None, TimeProvider.System, default);

    [Fact]
    public void A_run_of_the_first_version_goes_on_where_it_stopped()
    {
        var run = Run();
        var before = File.ReadAllLines(Path.Combine(run, "rounds.jsonl"));

        var summary = Resume(run);

        Assert.Equal((3, 231), (summary.RoundsDone, summary.ModelSize.ActiveParameters)); // ceil(0.7 · 330) = 231: the mask it began with
        Assert.Equal(before, File.ReadAllLines(Path.Combine(run, "rounds.jsonl")).Take(2));
    }

    /// <summary>As if that version had made another mask of the same scores.</summary>
    [Fact]
    public void A_run_whose_mask_this_version_would_not_make_is_refused_and_not_touched()
    {
        var run = Run();
        var rounds = Path.Combine(run, "rounds.jsonl");
        File.WriteAllText(rounds, File.ReadAllText(rounds).Replace("51546c44742d", "61546c44742d", StringComparison.Ordinal));
        var before = File.ReadAllBytes(rounds);

        var refused = Assert.Throws<AutoFlipException>(() => Resume(run));

        Assert.Equal(ExitCode.BadData, refused.Code);
        Assert.StartsWith("The mask of round 2 is another one than", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(rounds));
    }

    /// <summary>Its file has no such field; a new experiment has it on.</summary>
    [Fact]
    public void What_a_run_did_before_there_was_an_option_is_what_its_file_means()
    {
        var run = Run();

        Assert.True(new Experiment().ScaleLearningRate);
        Assert.False(ExperimentFile.OfRun(run).ScaleLearningRate);
        Assert.False(ExperimentFile.Load(run).ScaleLearningRate); // also where a new run begins with it
    }

    [Fact]
    public void A_run_of_the_first_version_does_not_go_on_under_another_experiment()
    {
        var run = Run(text => text.Replace("\"concentration\": 0.7", "\"concentration\": 0.8", StringComparison.Ordinal));

        Assert.Equal(RunIdentity.Changed(new()).Message, Assert.Throws<AutoFlipException>(() => Resume(run)).Message);
    }

    /// <summary>A field that is not known may decide on the result, so it is not passed over.</summary>
    [Fact]
    public void A_run_with_an_option_of_a_later_version_is_refused_and_not_touched()
    {
        var run = Run(text => text.Replace("\"seed\": 1,", "\"seed\": 1,\n  \"localSchedule\": \"cosine\",", StringComparison.Ordinal));
        var files = Directory.GetFiles(run, "*", SearchOption.AllDirectories).ToDictionary(file => file, File.ReadAllBytes);

        var refused = Assert.Throws<AutoFlipException>(() => Resume(run));

        Assert.Equal(ExitCode.BadData, refused.Code);
        Assert.Contains("experiment.json: there is no field 'localSchedule'.", refused.Message, StringComparison.Ordinal);
        Assert.Every(files, file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));
    }
}
