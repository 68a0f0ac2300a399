using System.Collections.Immutable;

namespace AutoFlip.Reports;

/// <summary>A choice of an experiment beside its default.</summary>
/// <param name="Property">The property of <see cref="Experiment"/> that holds it.</param>
/// <param name="Option">The option that makes it, as one types it: <c>--rounds</c>.</param>
/// <param name="Help">One or two sentences about it.</param>
/// <param name="Asked">The value that was asked for, as one would type it; empty where the choice was left to the program.</param>
/// <param name="Value">The value of the run, which differs where it was derived.</param>
/// <param name="Default">The value without this option; <c>auto</c> where that depends on the data.</param>
/// <param name="IsChanged">Whether something else was asked for than an experiment has by default.</param>
/// <param name="Words">What was asked for, word by word.</param>
public sealed record ExperimentChoice(
    string Property, string Option, string Help, string Asked, string Value, string Default, bool IsChanged, ImmutableArray<string> Words);

/// <summary>Options of experiments as a report lists them: the calling program chooses their spelling.</summary>
/// <param name="Choices">Every choice of an experiment, in the order of the help.</param>
/// <param name="Command">The command that runs an experiment again, with its options.</param>
public sealed record ReportOptions(Func<Experiment, IEnumerable<ExperimentChoice>> Choices, Func<Experiment, string> Command)
{
    /// <summary>No options: a report then links experiment.json, and lists none of its values.</summary>
    public static ReportOptions None { get; } = new(_ => [], _ => "");

    /// <summary>Shows the folders of a data set that is named by its path; otherwise only the last part of the path is shown.</summary>
    public bool KeepPaths { get; init; }
}
