using System.Collections.Frozen;
using System.Reflection;

namespace AutoFlip;

/// <summary>A run before its first round, by which it is judged what has an effect in it.</summary>
/// <param name="Experiment">What runs, resolved.</param>
/// <param name="Network">Its network.</param>
/// <param name="Contract">What its data are.</param>
/// <param name="OwnersHoldOut">True if owners hold out samples by the data set's own rule.</param>
sealed record PreparedRun(Experiment Experiment, Network Network, DataContract Contract, bool OwnersHoldOut = false);

/// <summary>Condition under which an option of an experiment has an effect: a row of <see cref="OptionUses"/>.</summary>
/// <param name="Property">Name of the property of <see cref="Experiment"/> that it sets.</param>
/// <param name="WhyUnused">Given a run in which it differs from its default: why it has no effect there, as a
/// clause; null if it has one.</param>
sealed record OptionUse(string Property, Func<PreparedRun, string?> WhyUnused)
{
    static readonly Experiment Defaults = new();

    PropertyInfo Info { get; } = typeof(Experiment).GetProperty(Property)!;

    /// <summary>The experiment with this option at its default.</summary>
    public Experiment Reset(Experiment experiment)
    {
        var copy = experiment with { };
        Info.SetValue(copy, Info.GetValue(Defaults)); // a fresh record that nobody else has seen
        return copy;
    }

    /// <summary>The same use, for a reason without effect if clients have data of their own.</summary>
    public OptionUse UnlessOwn(string reason) =>
        this with { WhyUnused = run => DataSetName.IsOwn(run.Experiment.Dataset) ? reason : WhyUnused(run) };

    /// <summary>The same use, for runs in which a choice is confirmed and so has no reason to be named.</summary>
    public OptionUse Unless(Func<PreparedRun, bool> confirmed) =>
        this with { WhyUnused = run => confirmed(run) ? null : WhyUnused(run) };

    /// <summary>The option, its value and why it has no effect; null if it has one, was not chosen, or turns off what is not
    /// there.</summary>
    public string? Unused(PreparedRun run)
    {
        var value = Info.GetValue(DerivedValue.Undo(run.Experiment));
        var isOff = value is 0 or 0.0 or 0m && !ZeroIsAChoice.Contains(Property);
        return isOff || DerivedValue.AreEqual(value, Info.GetValue(Defaults)) || WhyUnused(run) is not { } reason
            ? null
            : $"{ExperimentOptions.Of(Property).ApiName} {ExperimentOption.Text(value)} ({reason})";
    }

    /// <summary>Options whose 0 asks for something that may happen all the same: owners hold out samples, units go.</summary>
    static readonly FrozenSet<string> ZeroIsAChoice = FrozenSet.Create(
        StringComparer.Ordinal, nameof(Experiment.TestFraction), nameof(Experiment.StructuredShare));
}
