using System.Reflection;

namespace AutoFlip.Cli;

/// <summary>A choice of an experiment beside its default.</summary>
/// <param name="Setting">The option that makes it.</param>
/// <param name="Value">As one would type it.</param>
/// <param name="Default">The same of the default; empty where the default depends on the rest.</param>
/// <param name="IsChanged">Whether the two differ. A default of <c>auto</c> stands for whatever it became.</param>
sealed record ExperimentChoice(Setting Setting, string Value, string Default, bool IsChanged);

/// <summary>All that an experiment says, as options.</summary>
static class ExperimentChoices
{
    static readonly Experiment Defaults = new();

    static readonly (PropertyInfo Property, Setting Setting)[] Choices =
    [
        .. from property in typeof(Experiment).GetProperties()
           where property.SetMethod is not null
           let setting = Settings.All.Where(setting => setting.Property?.Name == property.Name).OrderBy(setting => setting.Also is not null).FirstOrDefault()
           where setting is not null
           orderby setting.Group, Settings.All.IndexOf(setting)
           select (property, setting),
    ];

    /// <summary>Every choice, in the order of the help.</summary>
    public static IEnumerable<ExperimentChoice> Of(Experiment experiment) => Choices.Select(choice =>
    {
        var (value, usual) = (Values.Show(choice.Property.GetValue(experiment)), Values.Show(choice.Property.GetValue(Defaults)));
        if (choice.Property.Name == nameof(Experiment.DenseRounds)) usual = Values.Show((experiment with { DenseRounds = null }).FirstPrunedRound - 1);
        return new ExperimentChoice(choice.Setting, value, usual, value != usual && usual is not TaskRules.Auto);
    });

    /// <summary>The command that runs it again.</summary>
    public static string Command(Experiment experiment) => string.Join(' ', (string[])
        ["autoflip run", .. Of(experiment).Where(choice => choice.IsChanged || IsSaidAnyway(choice.Setting)).Select(choice => $"{choice.Setting.Name} {Typed(choice)}")]);

    static string Typed(ExperimentChoice choice) =>
        choice.Setting.Arity == Arity.Many ? string.Join(' ', choice.Value.Split(' ').Select(ShellWord.Of)) : ShellWord.Of(choice.Value);

    /// <summary>What a reader looks for, and the method: named by halves it means another one.</summary>
    static bool IsSaidAnyway(Setting setting) =>
        setting.Property!.Name is nameof(Experiment.Dataset) or nameof(Experiment.Model) or nameof(Experiment.Algorithm) or nameof(Experiment.Pruner) or nameof(Experiment.Seed);
}
