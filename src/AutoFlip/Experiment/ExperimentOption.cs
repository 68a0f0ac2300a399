using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;

namespace AutoFlip;

/// <summary>Headings under which options are listed, in order.</summary>
public enum OptionGroup
{
    /// <summary>Name, seed and method.</summary>
    Experiment,

    /// <summary>Data sets, how they are read, and their partition.</summary>
    Data,

    /// <summary>The network.</summary>
    Model,

    /// <summary>The pruner and its options.</summary>
    Pruning,

    /// <summary>Clients and rounds.</summary>
    Federation,

    /// <summary>Options of local training.</summary>
    LocalTraining,

    /// <summary>Metrics, and where they are computed.</summary>
    Evaluation,
}

/// <summary>One option of an experiment: a row of <see cref="ExperimentOptions"/>.</summary>
public sealed record ExperimentOption
{
    /// <summary>The property of <see cref="Experiment"/> that it sets.</summary>
    public required PropertyInfo Property { get; init; }

    /// <summary>Spellings on a command line, without dashes before them: the documented one first, then that of the paper's code.</summary>
    public required ImmutableArray<string> Names { get; init; }

    /// <summary>Stands for the value in a help: a word in capitals, choices separated by <c>|</c>; empty for a flag.</summary>
    public required string Placeholder { get; init; }

    /// <summary>One or two sentences.</summary>
    public required string Help { get; init; }

    /// <summary>The group under which the option is listed.</summary>
    public OptionGroup Group { get; init; }

    /// <summary>Tests whether a value of the property's type is in range, regardless of other options.</summary>
    public Func<object?, bool> Accepts { get; init; } = _ => true;

    /// <summary>Tests whether the value is consistent with an experiment's other values.</summary>
    public Func<Experiment, bool> Fits { get; init; } = _ => true;

    /// <summary>The range in words, for messages; empty if every value of the type is accepted.</summary>
    public string Accepted { get; init; } = "";

    /// <summary>Values that stand for others, in any case.</summary>
    public ImmutableDictionary<string, string> Synonyms { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>True if each word is one value of a list, commas included; otherwise commas separate values too.</summary>
    public bool IsVerbatim { get; init; }

    /// <summary>Value that reproduces runs made before the option existed; null if that is its default.</summary>
    public object? Earlier { get; init; }

    /// <summary>The name in messages of the engine: <c>Experiment.Clients</c>.</summary>
    public string ApiName => $"{nameof(Experiment)}.{Property.Name}";

    /// <summary>Reason why an experiment's value is refused, in a sentence; null if it is accepted.</summary>
    public string? Violation(Experiment experiment) =>
        Property.GetValue(experiment) is var value && Accepts(value) && Fits(experiment) ? null : Refusal(value);

    /// <summary>The sentence about a value that is not accepted.</summary>
    /// <param name="value">The value.</param>
    /// <param name="accepted">What is accepted; null stands for the range.</param>
    public string Refusal(object? value, string? accepted = null) => ApiNames.Refusal(ApiName, Text(value), accepted ?? Accepted);

    /// <summary>A value as it is typed on a command line, culture-invariant; empty for null.</summary>
    public static string Text(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "True" : "False",
        Enum member => member.ToString().ToLowerInvariant(),
        ImmutableArray<string> names => string.Join(' ', names),
        ImmutableArray<int> numbers => string.Join(' ', numbers),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
