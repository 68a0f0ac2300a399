using AutoFlip.Cli;

namespace AutoFlip.Tests;

public sealed class ExperimentChoicesTests
{
    [Fact]
    public void Every_field_of_an_experiment_is_there_once() =>
        Assert.Equal(ExperimentFile.Fields.Count(), ExperimentChoices.Of(new Experiment()).Select(choice => choice.Setting.Name).Distinct().Count());

    [Fact]
    public void Only_what_differs_from_the_defaults_is_marked()
    {
        var changed = ExperimentChoices.Of(new Experiment { Rounds = 60, DenseRounds = 10, Clients = 7, Metrics = ["acc1"] }).Where(choice => choice.IsChanged).ToList();

        // A sixth of 60 rounds is 10, and the metrics are what auto became: both are as by default.
        Assert.Equal(["--clients", "--rounds"], changed.Select(choice => choice.Setting.Name).Order());
        Assert.Equal(("7", "20"), changed.Where(choice => choice.Setting.Name == "--clients").Select(choice => (choice.Value, choice.Default)).Single());
    }

    [Fact]
    public void Dense_rounds_of_one_s_own_are_marked() =>
        Assert.Contains(ExperimentChoices.Of(new Experiment { Rounds = 60, DenseRounds = 0 }), choice => choice is { IsChanged: true, Setting.Name: "--dense-rounds", Default: "10" });

    public static TheoryData<Experiment> Experiments => [.. (Experiment[])
    [
        new(), new() { Pruner = "none" }, new() { Pruner = "random", PruneFraction = 0.30m }, new() { Name = "it's a name; with $(signs)", Seed = ulong.MaxValue },
        new() { Dataset = "Digits", NoShuffle = true, WireDown = WireFormat.Fp16, GuidanceNormalization = GuidanceScale.MinMax, LearningRate = 1e-5, DenseRounds = 3, Momentum = 0.1 },
    ]];

    /// <summary>The command's options, read as the program reads them, make the experiment again.</summary>
    [Theory, MemberData(nameof(Experiments))]
    public void Command_runs_the_experiment_again(Experiment experiment)
    {
        experiment = ExperimentRules.Resolve(experiment);
        var words = Words(ExperimentChoices.Command(experiment));

        var read = new OptionParser("run", Settings.All).Parse(words[2..]).Over(new Request()).Request.Resolve(_ => { });

        Assert.Equal(["autoflip", "run"], words[..2]);
        Assert.Equal(ExperimentFile.Write(experiment), ExperimentFile.Write(read.Experiment));
    }

    /// <summary>Words as a shell takes them apart: single quotes keep everything, a backslash keeps one letter.</summary>
    static string[] Words(string command)
    {
        var (words, word, quoted, begun) = (new List<string>(), "", false, false);
        for (var i = 0; i < command.Length; i++)
        {
            if (command[i] == '\'') (quoted, begun) = (!quoted, true);
            else if (!quoted && command[i] == '\\') word += command[++i];
            else if (!quoted && command[i] == ' ')
            {
                words.Add(word);
                (word, begun) = ("", false);
            }
            else (word, begun) = (word + command[i], true);
        }
        if (begun) words.Add(word);
        return [.. words];
    }
}
