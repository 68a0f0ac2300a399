using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace AutoFlip.Cli;

/// <summary>Algorithms or pruners with their facts.</summary>
static class MethodList
{
    /// <summary>Writes a paragraph for each method, or an array of objects.</summary>
    public static void Write(IReadOnlyList<MethodFacts> methods, bool json, Host host)
    {
        if (json)
        {
            host.Out.WriteLine(new JsonArray([.. methods.Select(Json)]).ToJsonString());
            return;
        }
        var width = methods.Max(method => method.Name.Length) + 2;
        foreach (var method in methods)
        {
            host.Out.WriteLine(method.Name.PadRight(width) + method.Source);
            Line("needs", method.Needs);
            Line("sends", method.Sends);
            Line("not with", method.Excludes);
        }

        void Line(string what, ImmutableArray<string> facts)
        {
            if (facts is not []) host.Out.WriteLine($"{new string(' ', width)}{what}: {string.Join("; ", facts)}");
        }
    }

    static JsonObject Json(MethodFacts method) => new()
    {
        ["name"] = method.Name,
        ["source"] = method.Source,
        ["needs"] = Array(method.Needs),
        ["sends"] = Array(method.Sends),
        ["not_with"] = Array(method.Excludes),
    };

    static JsonArray Array(ImmutableArray<string> facts) => [.. facts.Select(fact => (JsonNode)fact)];
}
