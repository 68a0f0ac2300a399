using AutoFlip.Cli;
using CsCheck;

namespace AutoFlip.Tests;

[Trait("speed", "slow")]
public sealed class ExperimentChoicesTests
{
    [Fact]
    public void Every_field_of_an_experiment_is_there_once() =>
        Assert.Equal(
            ExperimentFile.Fields.Count(), ExperimentChoices.Of(new Experiment()).Select(choice => choice.Option).Distinct().Count());

    /// <summary>Of 60 rounds a sixth is dense; the loss and the metrics are what auto became: all three as by
    /// default, once they are derived.</summary>
    [Fact]
    public void What_was_derived_is_as_by_default_and_what_was_chosen_is_not()
    {
        var derived = ExperimentRules.Resolve(new Experiment { Dataset = "Digits", Rounds = 60 });
        var chosen = derived with { Derived = [] }; // the same values, said by the user

        Assert.Equal(["--dataset", "--rounds"], Changed(derived));
        Assert.Equal(["--criterion", "--dataset", "--dense-rounds", "--metrics", "--rounds"], Changed(chosen));
        Assert.Contains(
            ExperimentChoices.Of(derived),
            choice => choice is { Option: "--criterion", Value: "CrossEntropyLoss", Asked: "auto", Default: "auto" });
        Assert.Contains(
            ExperimentChoices.Of(derived), choice => choice is { Option: "--dense-rounds", Value: "10", Asked: "", Default: "10" });
    }

    [Fact]
    public void Any_property_of_an_experiment_can_be_changed() => // or the laws below would hold of nothing
        Assert.Every(
            AnyExperiment.Choices.Where(choice =>
                choice.Property.Name != nameof(Experiment.Algorithm) || Catalog.Algorithms.Names.Count() > 1),
            choice => Assert.Contains(choice.Values, value => !DerivedValue.AreEqual(value, choice.Property.GetValue(new Experiment()))));

    [Fact]
    public void What_is_marked_is_what_differs_from_the_defaults() => AnyExperiment.Sound.Sample(experiment =>
    {
        var resolved = ExperimentRules.Resolve(experiment);
        var different = AnyExperiment.Choices.Where(choice =>
            !DerivedValue.AreEqual(choice.Property.GetValue(experiment), choice.Property.GetValue(new Experiment())));
        var marked = ExperimentChoices.Of(resolved).Where(choice => choice.IsChanged).Select(choice => choice.Property);

        Assert.Equal(different.Select(choice => choice.Property.Name).Order(), marked.Order());
    }, iter: 300);

    /// <summary>The command's options, read as a shell and the program read them, make the experiment again: its values, and
    /// which of them were derived.</summary>
    [Fact]
    public void Command_runs_the_experiment_again() => AnyExperiment.Sound.Sample(experiment =>
    {
        var resolved = ExperimentRules.Resolve(experiment);
        var words = Words(ExperimentChoices.Command(resolved));

        var read = new OptionParser("run", Settings.All).Parse(words[2..]).Over(new Request()).Request.Resolve(_ => { });

        Assert.Equal(["autoflip", "run"], words[..2]);
        Assert.Equal(ExperimentFile.Write(resolved, "hash"), ExperimentFile.Write(read.Experiment, "hash"));
    }, iter: 1000);

    static string[] Changed(Experiment experiment) =>
        [.. ExperimentChoices.Of(experiment).Where(choice => choice.IsChanged).Select(choice => choice.Option)
            .Order(StringComparer.Ordinal)];

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
