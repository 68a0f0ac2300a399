namespace AutoFlip;

/// <summary>Makes a property of a method an option of the experiments that name it: its help, and the range of a number.</summary>
/// <remarks>A method is a record of the catalogue: an algorithm, a pruner, a guidance, a partition. The property's
/// initial value is the default.</remarks>
/// <param name="help">One or two sentences.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class OptionAttribute(string help) : Attribute
{
    /// <summary>One or two sentences.</summary>
    public string Help { get; } = help;

    /// <summary>The smallest value.</summary>
    public double AtLeast { get; init; } = double.NegativeInfinity;

    /// <summary>Values are larger than this.</summary>
    public double Above { get; init; } = double.NegativeInfinity;

    /// <summary>The largest value.</summary>
    public double AtMost { get; init; } = double.PositiveInfinity;

    /// <summary>Values are smaller than this.</summary>
    public double Below { get; init; } = double.PositiveInfinity;

    /// <summary>Tests whether a number is in range. Infinite ones never are.</summary>
    public bool Includes(double value) =>
        double.IsFinite(value) && value >= AtLeast && value > Above && value <= AtMost && value < Below;

    /// <summary>The range in words, for messages.</summary>
    /// <param name="noun">What a value is: "a number".</param>
    public string InWords(string noun)
    {
        var from = double.IsFinite(AtLeast) ? $"[{Text(AtLeast)}" : double.IsFinite(Above) ? $"({Text(Above)}" : null;
        var to = double.IsFinite(AtMost) ? $"{Text(AtMost)}]" : double.IsFinite(Below) ? $"{Text(Below)})" : null;
        return (from, to) switch
        {
            (null, null) => noun,
            (not null, not null) => $"{noun} in {from}, {to}",
            (not null, null) => $"{noun} {(double.IsFinite(AtLeast) ? "of at least" : "above")} {from[1..]}",
            _ => $"{noun} {(double.IsFinite(AtMost) ? "of at most" : "below")} {to![..^1]}",
        };
    }

    static string Text(double bound) => ExperimentOption.Text(bound);
}
