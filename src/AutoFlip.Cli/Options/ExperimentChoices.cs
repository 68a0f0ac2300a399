using System.Collections.Immutable;
using System.Reflection;

namespace AutoFlip.Cli;

/// <summary>The values of an experiment as options of the command line, for reports.</summary>
static class ExperimentChoices
{
    /// <summary>Options as reports of this program list them.</summary>
    public static ReportOptions ForReports { get; } = new(Of, Command);

    static readonly Experiment Defaults = new();

    static readonly (PropertyInfo Property, Setting Setting)[] Choices =
    [
        .. from property in typeof(Experiment).GetProperties()
           where property.SetMethod is not null
           let setting = Settings.All.Where(setting => setting.Property?.Name == property.Name).OrderBy(setting => setting.Also is not null)
               .FirstOrDefault()
           where setting is not null
           orderby setting.Group, Settings.All.IndexOf(setting)
           select (property, setting),
    ];

    /// <summary>Every choice, in the order of the help.</summary>
    public static IEnumerable<ExperimentChoice> Of(Experiment experiment)
    {
        var asked = DerivedValue.Undo(experiment);
        var options = asked.Options.Where(value => Settings.Find(value.Option.ApiName) is not null).Select(value =>
        {
            var (setting, text) = (Settings.Find(value.Option.ApiName)!, Values.Show(value.Value));
            return new ExperimentChoice(
                value.Option.Property.Name, setting.Name, Spelling.Of(setting.Help), text, text, Values.Show(value.Option.Default),
                !value.IsDefault, [text]);
        });
        return Choices.Select(choice =>
        {
            object? Get(Experiment from) => choice.Property.GetValue(from);
            var usual = choice.Property.Name == nameof(Experiment.DenseRounds)
                ? (asked with { DenseRounds = null }).FirstPrunedRound - 1 // of as many rounds as there are
                : Get(Defaults);
            return new ExperimentChoice(
                choice.Property.Name, choice.Setting.Name, Spelling.Of(choice.Setting.Help), Values.Show(Get(asked)),
                Values.Show(Get(experiment)), Values.Show(usual), !DerivedValue.AreEqual(Get(asked), Get(Defaults)),
                Get(asked) is ImmutableArray<string> words ? words : [Values.Show(Get(asked))]);
        }).Concat(options);
    }

    /// <summary>The command that runs it again.</summary>
    public static string Command(Experiment experiment) => string.Join(' ', (string[])
        ["autoflip run", .. Of(experiment).Where(choice => choice.IsChanged || IsSaidAnyway(choice)).Select(Typed)]);

    static string Typed(ExperimentChoice choice) =>
        choice.Words.Any(word => word.StartsWith('-')) // by itself it would be read as an option
            ? string.Join(' ', choice.Words.Select(word => ShellWord.Of($"{choice.Option}={word}")))
            : $"{choice.Option} {string.Join(' ', choice.Words.Select(ShellWord.Of))}";

    /// <summary>Options that are printed even at their defaults: the main ones, and all that name the method.</summary>
    static bool IsSaidAnyway(ExperimentChoice choice) =>
        choice.Property is nameof(Experiment.Dataset) or nameof(Experiment.Model) or nameof(Experiment.Algorithm)
            or nameof(Experiment.Pruner) or nameof(Experiment.Seed);
}
