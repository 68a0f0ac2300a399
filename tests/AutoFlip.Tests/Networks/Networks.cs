using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>Networks as the golden files describe them.</summary>
static class Networks
{
    /// <summary>Architectures of the golden files that the catalogue does not offer, because it has no data for them.</summary>
    static readonly Dictionary<string, Func<SampleShape, Func<string, int>, Network>> Uncatalogued = new()
    {
        ["NextCharLSTM"] = (input, get) => new NetworkBuilder("NextCharLSTM", input)
            .Sequence("features", f => f.Embedding(get("num_embeddings"), get("embedding_size")).Lstm(get("hidden_size"), get("num_layers")))
            .Then(new LastStep(), "last").Linear(get("num_classes"), "classifier").Build(get("num_classes")),
        ["NextWordLSTM"] = (input, get) => new NetworkBuilder("NextWordLSTM", input)
            .Sequence("features", f => f.Embedding(get("num_embeddings"), get("embedding_size")).Lstm(get("hidden_size"), get("num_layers")))
            .Linear(get("num_embeddings"), "classifier").Build(get("num_embeddings")),
        ["GRUClassifier"] = (input, get) => new NetworkBuilder("GRUClassifier", input)
            .Then(new RowSequence(), "rows").Gru(get("hidden_size"), get("num_layers"), name: "features")
            .Then(new LastStep(), "last").Linear(get("num_classes"), "classifier").Build(get("num_classes")),
    };

    public static JsonDocument ReadGolden(string file) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", file)));

    /// <summary>Whether a network of that name can be built.</summary>
    public static bool Has(string? model) => Catalog.Models.Names.Contains(model) || Uncatalogued.ContainsKey(model!);

    /// <summary>Builds a model from a golden case's constructor arguments and input shape (with its batch axis).</summary>
    public static Network Golden(string model, JsonElement args, JsonElement input)
    {
        int? Get(string name) => args.TryGetProperty(name, out var value) ? (int)value.GetDouble() : null;
        var shape = GoldenCase.Ints(input.GetProperty("shape")) switch
        {
            [_, var channels, var height, var width] => new SampleShape(channels, height, width),
            [_, var steps, var features] => new SampleShape(1, steps, features),
            [_, var columns] => new SampleShape(columns, 1, 1),
            var other => throw new NotSupportedException(string.Join("x", other)),
        };
        if (Uncatalogued.TryGetValue(model, out var create)) return create(shape, name => Get(name)!.Value);
        return Catalog.Models[model](shape, Get("num_classes") ?? 10, new ModelOptions
        {
            HiddenSize = Get("hidden_size") ?? 32,
            Depth = Get("depth") ?? 28,
            WidenFactor = Get("widen_factor") ?? 10,
            WidthMultiplier = 1.0 / (Get("width_divisor") ?? 1),
        });
    }
}
