using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>One network of forward.json or transformers.json, and how its numbers are compared (Golden/README.md, "How to
/// compare").</summary>
sealed class GoldenCase
{
    static readonly JsonDocument Document = Networks.ReadGolden("forward.json"), Transformers = Networks.ReadGolden("transformers.json");
    static readonly JsonElement[] Cases =
        [.. Document.RootElement.GetProperty("cases").Items(), .. Transformers.RootElement.GetProperty("cases").Items()];

    readonly JsonElement _case;
    readonly JsonElement _run;

    GoldenCase(JsonElement @case, JsonElement run)
    {
        (_case, _run) = (@case, run);
        Network = Build(IsMasked);
    }

    public Network Network { get; }

    /// <summary>Whether padding is left out of attention.</summary>
    bool IsMasked => _case.GetProperty("input").TryGetProperty("attention_mask", out _);

    /// <summary>The network with or without a mask of padding, if it can have one.</summary>
    public Network Build(bool masked) => _case.TryGetProperty("config", out var config)
        ? Networks.Transformer(Model, config, new(InputShape[1], 1, 1), Ints(_case.GetProperty("output_shape"))[^1], masked)
        : Networks.Golden(Model, _case.GetProperty("args"), _case.GetProperty("input"));

    string Model => _case.GetProperty("model").GetString()!;

    /// <summary>Ids of the encoders of text.</summary>
    public static IEnumerable<string> TransformerIds =>
        Transformers.RootElement.GetProperty("cases").Items().Select(c => c.GetProperty("id").GetString()!);

    /// <summary>All networks that can be built here, with both fills.</summary>
    public static IEnumerable<(string Id, string Fill)> All =>
        from element in Cases
        where Catalog.Models.Names.Contains(element.GetProperty("model").GetString())
        from run in element.GetProperty("runs").Items()
        select (element.GetProperty("id").GetString()!, run.GetProperty("fill").GetString()!);

    public static GoldenCase Load(string id, string fill)
    {
        var element = Cases.Single(c => c.GetProperty("id").GetString() == id);
        return new(element, element.GetProperty("runs").Items().Single(run => run.GetProperty("fill").GetString() == fill));
    }

    public static JsonElement Fills => Document.RootElement.GetProperty("fills");

    public int[] InputShape => Ints(_case.GetProperty("input").GetProperty("shape"));

    /// <summary>Numbers, or token ids where the reference reads whole numbers.</summary>
    public float[] Input => _case.GetProperty("input").TryGetProperty("tokens", out var tokens) ? tokens.Floats()
        : _case.GetProperty("input").GetProperty("dtype").GetString() == "int64" ? GoldenFill.Tokens(InputShape, Multiplier, Vocabulary)
        : Fill.Input(InputShape);

    static long Multiplier => Document.RootElement.GetProperty("token_multiplier").GetInt64();

    long Vocabulary => _case.TryGetProperty("config", out var config)
        ? config.GetProperty("vocab_size").GetInt64()
        : _case.GetProperty("args").GetProperty("num_embeddings").GetInt64();

    public long[] Labels => [.. _case.GetProperty("labels").Items().Select(label => label.GetInt64())];

    public JsonElement Tensors => _case.GetProperty("tensors");

    /// <summary>Whether the reference holds the t-th tensor and never computes with it, so that our network does not have it.</summary>
    public bool IsUnused(int t) => _case.GetProperty("unused").EnumerateArray().Any(unused => unused.GetInt32() == t);

    /// <summary>Whether the t-th statistic stands beside unused tensors.</summary>
    public bool IsUnusedBuffer(int t)
    {
        var owner = Owner(Buffers[t]);
        return Tensors.EnumerateArray().Index().Any(pair => Owner(pair.Item) == owner && IsUnused(pair.Index));
    }

    public JsonElement Buffers => _case.GetProperty("buffers");

    public JsonElement Run => _run;

    /// <summary>Fresh weights: the fill, and running statistics of mean 0 and variance 1.</summary>
    public float[] Weights()
    {
        var values = new float[Network.Layout.Count];
        foreach (var (t, tensor) in Tensors.Items().Index().Where(pair => !IsUnused(pair.Index)))
            Fill.Tensor(t, Ints(tensor[1]), tensor[2].GetString()!).CopyTo(values.AsSpan(Network.Layout[tensor[0].GetString()!].Range));
        foreach (var entry in Network.Layout.Entries.Where(entry => entry.Name.EndsWith("running_var", StringComparison.Ordinal)))
            values.AsSpan(entry.Range).Fill(1);
        return values;
    }

    /// <summary>The layer that a tensor belongs to.</summary>
    static string Owner(JsonElement tensor) => tensor[0].GetString() is { } name ? name[..name.LastIndexOf('.')] : "";

    GoldenFill Fill => new(
        Fills.GetProperty(_run.GetProperty("fill").GetString()!), _case.TryGetProperty("gain", out var gain) ? gain.GetDouble() : 1);

    public static int[] Ints(JsonElement array) => [.. array.EnumerateArray().Select(element => element.GetInt32())];

    public static double[] Doubles(JsonElement array) => array.Doubles();
}
