using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Method options and inference that a reader of experiment files needs beside the properties of an
/// <see cref="Experiment"/>.</summary>
/// <param name="Options">Options that methods declare, by the name of the field.</param>
/// <param name="Infer">Finds which values of a run of version 0.1, whose file does not list them, were derived.</param>
/// <param name="HasOption">Tests whether one of an experiment's methods declares an option.</param>
sealed record ExperimentSchema(
    ImmutableSortedDictionary<string, MethodOption> Options, Func<Experiment, Experiment> Infer,
    Func<Experiment, MethodOption, bool> HasOption)
{
    /// <summary>For readers who need no option of a method: fields that are none of <see cref="Experiment"/>'s are passed over.</summary>
    public static ExperimentSchema Partial { get; } =
        new(ImmutableSortedDictionary<string, MethodOption>.Empty, experiment => experiment, (_, _) => false) { SkipsOthers = true };

    /// <summary>An experiment with the values that runs had before its methods declared some of their options. Options of other methods
    /// are missing in the files of all versions.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="isMissing">Tests whether the file of the run lacks an option.</param>
    public Experiment AsEarlier(Experiment experiment, Func<MethodOption, bool> isMissing) => experiment with
    {
        Options = Options.Values
            .Where(option => option.Attribute.Earlier is not null && isMissing(option) && HasOption(experiment, option))
            .Aggregate(experiment.Options, (options, option) => options.With(option, option.Earlier)),
    };

    /// <summary>Ignores unknown fields instead of refusing them.</summary>
    public bool SkipsOthers { get; init; }
}
