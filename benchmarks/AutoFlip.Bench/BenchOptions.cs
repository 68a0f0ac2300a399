using System.Collections.Immutable;
using System.Reflection;

namespace AutoFlip.Bench;

/// <summary>How thoroughly to measure.</summary>
sealed record BenchOptions
{
    /// <summary>How often each contestant is measured after the warm-up; 0 leaves it to the measurement.</summary>
    public int Repeats { get; init; }

    /// <summary>How long <c>stress</c> goes on, in minutes.</summary>
    public double Minutes { get; init; } = 10;

    /// <summary>The one case that this process measures, for <c>memory</c> and <c>leak</c>, whose cases need a
    /// process each; null measures all.</summary>
    public string? Case { get; init; }

    /// <summary>Their spellings on the command line.</summary>
    public static ImmutableArray<Setting> Settings { get; } = Cli.Settings.Grouped(SettingGroup.Running,
    [
        Setting.Of(
            (BenchOptions b) => b.Repeats, "--repeats", "N",
            "Times each contestant is measured after the warm-up. 0 means as many as the measurement needs."),
        Setting.Of((BenchOptions b) => b.Minutes, "--minutes", "F", "How long 'stress' goes on."),
        Setting.Of(
            (BenchOptions b) => b.Case, "--case", "NAME", "Measure only this case of 'memory' or 'leak', in this process, and print JSON."),
    ]);
}

/// <summary>The options of a run, and those of measurements.</summary>
sealed record BenchRequest : Request
{
    /// <summary>How thoroughly to measure.</summary>
    public BenchOptions Bench { get; init; } = new();

    /// <inheritdoc/>
    public override object? this[PropertyInfo property] =>
        property.DeclaringType == typeof(BenchOptions) ? property.GetValue(Bench) : base[property];

    /// <inheritdoc/>
    public override Request With(PropertyInfo property, object? value) =>
        property.DeclaringType == typeof(BenchOptions)
            ? this with { Bench = Set(Bench with { }, property, value) }
            : base.With(property, value);
}
