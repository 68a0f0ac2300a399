using System.Text.RegularExpressions;

namespace AutoFlip;

/// <summary>Names of properties and calls in texts of the engine: <c>Experiment.Clients</c>, <c>RunOptions.Workers</c>,
/// <c>Simulation.Resume</c>.</summary>
/// <remarks>A program with names of its own, such as the options of a command line, replaces them
/// (<see cref="Replace"/>) before it shows a text.</remarks>
public static partial class ApiNames
{
    /// <summary>The one sentence about a value that is not accepted.</summary>
    /// <param name="name">The option, as texts of the engine name it.</param>
    /// <param name="value">The value.</param>
    /// <param name="accepted">What is accepted, without a full stop.</param>
    public static string Refusal(string name, string value, string accepted) => $"{name}: '{value}' is not accepted. Accepted: {accepted}.";

    /// <summary>The options that a text names, by their properties, each once and in order: <c>Clients</c>.</summary>
    public static IReadOnlyList<string> OptionsIn(string text) =>
    [
        .. Named.Matches(text).Where(match => match.Groups["type"].Value is "Experiment" or "Options" or "RunOptions")
            .Select(match => match.Groups["member"].Value).Distinct(),
    ];

    /// <summary>A text with other names in place of the engine's.</summary>
    /// <param name="text">The text.</param>
    /// <param name="nameOf">The other name, given the engine's and whether it begins a refusal
    /// (<see cref="Refusal"/>); null keeps it.</param>
    public static string Replace(string text, Func<string, bool, string?> nameOf) => Named.Replace(text, match =>
        nameOf(match.Value, text.AsSpan(match.Index + match.Length).StartsWith(": '", StringComparison.Ordinal)) ?? match.Value);

    [GeneratedRegex(
        @"(?<![\w./\\])(?<type>Experiment|Options|RunOptions|Simulation|FederationServer|Catalog|DataLocations|DataSplit|LibTorch)"
        + @"\.(?<member>[A-Z]\w*)")]
    static partial Regex Named { get; }
}
