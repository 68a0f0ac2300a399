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

    /// <summary>Size of the large messages of <c>network</c>, in megabytes.</summary>
    public int Megabytes { get; init; } = 700;

    /// <summary>Clients of <c>network</c> that wait.</summary>
    public int Idle { get; init; } = 1000;

    /// <summary>Clients of <c>network</c> that work in each round.</summary>
    public int Active { get; init; } = 100;

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
        Setting.Of((BenchOptions b) => b.Megabytes, "--megabytes", "N", "Size of the large messages of 'network'."),
        Setting.Of((BenchOptions b) => b.Idle, "--idle", "N", "Clients of 'network' that wait while others work."),
        Setting.Of((BenchOptions b) => b.Active, "--active", "N", "Clients of 'network' that work in each round."),
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
