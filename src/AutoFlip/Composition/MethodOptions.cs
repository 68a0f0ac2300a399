using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>An option, and the methods that declare it.</summary>
/// <param name="Option">The option, with the default of the first of them.</param>
/// <param name="ChosenBy">The property of <see cref="Experiment"/> that names one of them.</param>
/// <param name="Methods">Their names in the catalogue.</param>
public sealed record DeclaredOption(MethodOption Option, string ChosenBy, ImmutableArray<string> Methods);

/// <summary>The options that methods of the <see cref="Catalog"/> declare in their own files.</summary>
/// <remarks>A name belongs to one kind of method and has one type and one meaning, and in this program one default (a test holds this);
/// an entry of another program may have a default of its own.</remarks>
public static class MethodOptions
{
    /// <summary>Every option, in the order of the catalogue.</summary>
    public static ImmutableArray<DeclaredOption> All =>
    [
        .. from declared in OfEach
           group declared by declared.Option.Name into same
           select same.First() with { Methods = [.. same.SelectMany(declared => declared.Methods)] },
    ];

    /// <summary>Every option once for each method that has it, with that method's default.</summary>
    static IEnumerable<DeclaredOption> OfEach =>
        Of(nameof(Experiment.Algorithm), Catalog.Algorithms.Select(entry => (entry.Key, (object)entry.Value(new()))))
            .Concat(Of(nameof(Experiment.Pruner), Catalog.Pruners.Select(entry => (entry.Key, (object)entry.Value(new())))))
            .Concat(Of(nameof(Experiment.Guidance), Catalog.Guidances.Select(entry => (entry.Key, (object)entry.Value))))
            .Concat(Of(nameof(Experiment.Partition), Catalog.Partitions.Select(entry => (entry.Key, (object)entry.Value(new())))));

    /// <summary>The options by name, for readers of experiment files.</summary>
    internal static ExperimentSchema Schema => new(
        All.ToImmutableSortedDictionary(declared => declared.Option.Name, declared => declared.Option, StringComparer.Ordinal),
        ExperimentRules.Infer);

    /// <summary>An experiment with one more value of an option that a method declares.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="name">The option's name: <c>mu</c>.</param>
    /// <param name="value">A value of its type. Whether it is in range, and whether the experiment's methods have the option, is a matter
    /// of <see cref="ExperimentRules.Check(Experiment)"/>.</param>
    /// <exception cref="AutoFlipException">No method has the option, or the value is of another type (exit 2).</exception>
    public static Experiment WithOption(this Experiment experiment, string name, object value)
    {
        var option = All.FirstOrDefault(declared => declared.Option.Name == name)?.Option ?? throw AutoFlipException.BadRequest(
            $"No method has an option '{name}'.{Nearest.Hint(name, All.Select(declared => declared.Option.Name))}");
        return value.GetType() == option.Type
            ? experiment with { Options = experiment.Options.With(option, value) }
            : throw AutoFlipException.BadRequest(ApiNames.Refusal(option.ApiName, ExperimentOption.Text(value), option.Accepted));
    }

    /// <summary>Refuses an option that was given and that none of the experiment's methods has, even at its default.</summary>
    /// <exception cref="AutoFlipException">None has it (exit 2).</exception>
    public static void Require(Experiment experiment, MethodOption option)
    {
        if (Missing(All.First(declared => declared.Option.Name == option.Name), experiment) is { } accepted)
            throw AutoFlipException.BadRequest(ApiNames.Refusal(
                option.ApiName, ExperimentOption.Text(experiment.Options[option.Name] ?? option.Default), accepted));
    }

    /// <summary>Violations of the rules of method options, one sentence each. Options of other methods are accepted at their defaults: a
    /// file may contain them from before its method was replaced.</summary>
    internal static IEnumerable<string> Violations(Experiment experiment)
    {
        if (experiment.Options.Equals(OptionValues.None)) return [];
        var all = All;
        return from value in experiment.Options
               let declared = all.First(declared => declared.Option.Name == value.Option.Name)
               let missing = value.IsDefault ? null : Missing(declared, experiment)
               let accepted = missing ?? (value.Option.Accepts(value.Value) ? null : value.Option.Accepted)
               where accepted is not null
               select ApiNames.Refusal(value.Option.ApiName, ExperimentOption.Text(value.Value), accepted);
    }

    /// <summary>Names the methods that have an option which the experiment's methods lack; null if one of these has it.</summary>
    static string? Missing(DeclaredOption declared, Experiment experiment) => IsChosen(declared, experiment) ? null
        : $"only with Experiment.{declared.ChosenBy} {string.Join(" or ", declared.Methods)}; "
            + $"{Chosen(declared, experiment)} has no such option";

    /// <summary>The experiment with a value for every option of its methods, defaults included, and for no
    /// other: so it is written down.</summary>
    internal static Experiment Complete(Experiment experiment) => experiment with
    {
        Options = OfEach.Where(declared => IsChosen(declared, experiment)).Aggregate(
            OptionValues.None,
            (values, declared) => values.With(declared.Option, experiment.Options[declared.Option.Name] ?? declared.Option.Default)),
    };

    static bool IsChosen(DeclaredOption declared, Experiment experiment) =>
        declared.Methods.Contains(Chosen(declared, experiment), StringComparer.OrdinalIgnoreCase);

    static string Chosen(DeclaredOption declared, Experiment experiment) =>
        (string)ExperimentOptions.Of(declared.ChosenBy).Property.GetValue(experiment)!;

    static IEnumerable<DeclaredOption> Of(string chosenBy, IEnumerable<(string Name, object Method)> methods) =>
        from method in methods
        from option in MethodOption.Of(method.Method)
        select new DeclaredOption(option, chosenBy, [method.Name]);
}
