using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;

namespace AutoFlip.Reports;

/// <summary>Runs of one setting, that differ in nothing but their seeds.</summary>
/// <param name="Name">What sets them apart from the other groups: user input in part. Unique among the groups made together.</param>
/// <param name="Runs">At least one, with different seeds.</param>
public sealed record RunGroup(string Name, ImmutableArray<RunRecord> Runs)
{
    const int MaxDifferences = 3;

    static readonly PropertyInfo[] Choices =
        [.. typeof(Experiment).GetProperties()
            .Where(property => property.CanWrite && property.Name is not (nameof(Experiment.Name) or nameof(Experiment.Seed)))];

    /// <summary>Puts runs together that differ in their seeds only, in the order in which settings first come.</summary>
    /// <remarks>
    /// What an experiment is called does not count, and neither does how to prune where nothing is pruned. Of runs of one seed
    /// the one with the most rounds stays: equal seeds give equal results. A group's name is its method and whatever differs
    /// between groups, at most three things. A run of a method that is not in the catalogue is a group of its own: its options are not
    /// known here. An option that only some of the methods have is named where it is not at its default.
    /// </remarks>
    public static ImmutableArray<RunGroup> Of(IReadOnlyList<RunRecord> runs)
    {
        var groups = runs.GroupBy(run => string.Join('\n', Texts(run.Experiment).Append(IsKnown(run.Experiment) ? "" : run.Directory)))
            .Select(group => group.GroupBy(run => run.Experiment.Seed).Select(same => same.MaxBy(run => run.Rounds.Length)!)
                .ToImmutableArray()).ToList();
        var taken = new HashSet<string>();
        return [.. groups.Select(group =>
            new RunGroup(Unique(NameOf(group[0].Experiment, [.. groups.Select(other => other[0].Experiment)]), taken), group))];
    }

    /// <summary>The number of choices in which the settings differ, but for seed, method, pruning and their options.</summary>
    internal int DifferencesFrom(RunGroup other) => Choices.Count(choice =>
        choice.Name is not (nameof(Experiment.Algorithm) or nameof(Experiment.Pruner) or nameof(Experiment.Options))
        && !ExperimentOptions.PruningOptions.Contains(choice.Name)
        && Text(Runs[0].Experiment, choice) != Text(other.Runs[0].Experiment, choice));

    static string NameOf(Experiment experiment, IReadOnlyList<Experiment> all)
    {
        var differences = Choices.Where(choice => all.Select(other => Text(other, choice)).OfType<string>().Distinct().Count() > 1)
            .ToList();
        List<string> parts = [];
        differences.RemoveAll(choice => choice.Name is nameof(Experiment.Options)); // named one by one
        List<string> options = [.. OptionsOf(experiment, all)];
        var methods = differences.RemoveAll(choice => choice.Name is nameof(Experiment.Algorithm) or nameof(Experiment.Pruner));
        if (methods > 0 || differences is [] && options is []) parts.Add(Results.Method(experiment.Algorithm, experiment.Pruner));
        foreach (var choice in differences)
            if (Text(experiment, choice) is { } text)
                parts.Add(choice.Name switch
                {
                    nameof(Experiment.Dataset) or nameof(Experiment.Tokenizer) => DataSetName.WithoutFolders(text),
                    nameof(Experiment.Pretrained) => $"from {DataSetName.WithoutFolders(choice.Name, text)}",
                    nameof(Experiment.Model) => text,
                    _ => $"{Words(choice.Name)} {text}",
                });
        parts.AddRange(options);
        return parts is [] ? experiment.Algorithm
            : parts.Count <= MaxDifferences ? string.Join(", ", parts)
            : $"{string.Join(", ", parts.Take(MaxDifferences))} and {parts.Count - MaxDifferences} more";
    }

    /// <summary>Options of the methods, as they are spelled: those that another experiment has with another value, and those that are not
    /// at their default while another experiment's methods lack them.</summary>
    static IEnumerable<string> OptionsOf(Experiment experiment, IReadOnlyList<Experiment> all) =>
        from value in experiment.Options
        let others = all.Select(other => other.Options[value.Option.Name]).Distinct().ToList()
        where others.Any(other => other is not null && !other.Equals(value.Value)) || others.Contains(null) && !value.IsDefault
        select $"{value.Option.Spelling.Replace('-', ' ')} {ExperimentOption.Text(value.Value)}";

    static string Unique(string name, HashSet<string> taken)
    {
        var unique = name;
        for (var number = 2; !taken.Add(unique); number++) unique = $"{name} ({number})";
        return unique;
    }

    static bool IsKnown(Experiment experiment) =>
        Catalog.Algorithms.TryGet(experiment.Algorithm, out _) && Catalog.Pruners.TryGet(experiment.Pruner, out _);

    static IEnumerable<string?> Texts(Experiment experiment) => Choices.Select(choice => Text(experiment, choice));

    /// <summary>A choice as text; null where it does not matter.</summary>
    static string? Text(Experiment experiment, PropertyInfo choice) =>
        experiment.IsDense && ExperimentOptions.PruningOptions.Contains(choice.Name) ? null : choice.GetValue(experiment) switch
        {
            null => "auto",
            OptionValues options => options.Any() ? options.ToString() : null,
            ImmutableArray<string> names => string.Join(' ', names),
            decimal exact => exact.ToString("0.############################", CultureInfo.InvariantCulture), // 0.50 is 0.5
            Enum value => value.ToString().ToLowerInvariant(),
            bool flag => flag ? "true" : "false",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            var other => other.ToString(),
        };

    /// <summary>PruneFraction: prune fraction.</summary>
    static string Words(string name) =>
        string.Concat(name.Select((letter, i) =>
            i > 0 && char.IsAsciiLetterUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));
}
