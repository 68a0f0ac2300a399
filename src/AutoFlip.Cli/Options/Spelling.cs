using System.Collections.Frozen;

namespace AutoFlip.Cli;

/// <summary>Names of the command line for those in the engine's texts: <c>--clients</c> for <c>Experiment.Clients</c>.</summary>
static class Spelling
{
    static readonly FrozenDictionary<string, string> Calls = new Dictionary<string, string>
    {
        ["Simulation.Resume"] = "autoflip resume",
        ["FederationServer.Run"] = "autoflip server",
        ["FederationServer.Resume"] = "autoflip server --resume",
        ["DataLocations.Require"] = "autoflip data get",
        ["DataSplit.Test"] = "--split test",
        ["DataSplit.Train"] = "--split train",
        ["LibTorch.Use"] = "--libtorch",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>A text of the engine as a user of the command line reads it.</summary>
    /// <remarks>Before a refused value stands the spelling of the paper's code too: <c>--clients (--K): '0' is not accepted.</c></remarks>
    public static string Of(string text) => ApiNames.Replace(text, NameOf);

    static string? NameOf(string name, bool beginsRefusal) =>
        Calls.TryGetValue(name, out var call) ? call
        : name.StartsWith("Catalog.", StringComparison.Ordinal) ? $"autoflip list {name["Catalog.".Length..].ToLowerInvariant()}"
        : Settings.Find(name) is not { } setting ? null
        : beginsRefusal ? setting.Title : setting.Name;
}
