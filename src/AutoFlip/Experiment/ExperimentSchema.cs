using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Method options and inference that a reader of experiment files needs beside the properties of an
/// <see cref="Experiment"/>.</summary>
/// <param name="Options">Options that methods declare, by the name of the field.</param>
/// <param name="Infer">Finds which values of a run of version 0.1, whose file does not list them, were derived.</param>
sealed record ExperimentSchema(ImmutableSortedDictionary<string, MethodOption> Options, Func<Experiment, Experiment> Infer)
{
    /// <summary>For readers who need no option of a method: fields that are none of <see cref="Experiment"/>'s are passed over.</summary>
    public static ExperimentSchema Partial { get; } =
        new(ImmutableSortedDictionary<string, MethodOption>.Empty, experiment => experiment) { SkipsOthers = true };

    /// <summary>Ignores unknown fields instead of refusing them.</summary>
    public bool SkipsOthers { get; init; }
}
