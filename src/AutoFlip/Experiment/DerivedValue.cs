using System.Collections.Immutable;
using System.Reflection;

namespace AutoFlip;

/// <summary>A value of an experiment that follows from its other values or from its data, beside what was asked for in its place.</summary>
/// <param name="Property">Which property of <see cref="Experiment"/>.</param>
/// <param name="Asked">What was asked for: null or <c>auto</c> where the choice was left to the program.</param>
/// <param name="Value">What it became.</param>
/// <remarks>
/// Such a value is derived again when its experiment is the base of another one, for what it follows from may differ there; resuming a run
/// keeps it. A property that no longer holds the value was set since, and what was set counts as chosen.
/// </remarks>
public sealed record DerivedValue(PropertyInfo Property, object? Asked, object? Value)
{
    static readonly PropertyInfo[] Properties = [.. typeof(Experiment).GetProperties().Where(property => property.SetMethod is not null)];

    /// <summary>The experiment with every derived value undone: what was asked for.</summary>
    public static Experiment Undo(Experiment experiment)
    {
        var asked = experiment with { Derived = [], Content = null };
        foreach (var derived in experiment.Derived.Where(derived => AreEqual(derived.Property.GetValue(experiment), derived.Value)))
            derived.Property.SetValue(asked, derived.Asked); // a fresh record that nobody else has seen
        return asked;
    }

    /// <summary>An experiment that came from another one, with a record of every value in which the two differ.</summary>
    /// <param name="asked">What was asked for; its own derived values count as what they were asked as.</param>
    /// <param name="settled">What it became.</param>
    internal static Experiment Record(Experiment asked, Experiment settled)
    {
        asked = Undo(asked);
        return settled with
        {
            Derived = [.. Properties.Select(property => new DerivedValue(property, property.GetValue(asked), property.GetValue(settled)))
                .Where(derived => !AreEqual(derived.Asked, derived.Value))],
        };
    }

    /// <summary>Compares all values of two experiments, lists by their members. How a value came about does not matter.</summary>
    internal static IEqualityComparer<Experiment> Comparer { get; } = EqualityComparer<Experiment>.Create(
        (one, other) => one!.Content == other!.Content
            && Properties.All(property => AreEqual(property.GetValue(one), property.GetValue(other))),
        experiment => Properties.Select(property => property.GetValue(experiment)).Where(value => value is not ImmutableArray<string>)
            .Aggregate(0, HashCode.Combine));

    /// <summary>Compares two values of a property; lists are equal if their members are.</summary>
    public static bool AreEqual(object? one, object? other) =>
        one is ImmutableArray<string> names && other is ImmutableArray<string> others ? names.SequenceEqual(others) : Equals(one, other);
}
