using System.Text.Json;
using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>Networks as the golden files describe them.</summary>
static class Networks
{
    public static JsonDocument ReadGolden(string file) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", file)));

    /// <summary>Outputs of a network for one sample, in double precision.</summary>
    public static double[] Run(Network network, double[] values, double[] input)
    {
        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<double>(network);
        values.CopyTo(module.Values);
        var shape = network.Input;
        return [.. module.Forward(
            torch.tensor(input, [1, shape.Channels, shape.Height, shape.Width]), training: false).contiguous().data<double>()];
    }

    /// <summary>Builds a model from a golden case's constructor arguments and input shape (with its batch axis).</summary>
    public static Network Golden(string model, JsonElement args, JsonElement input) =>
        Golden(model, args, GoldenCase.Ints(input.GetProperty("shape")) switch
        {
            [_, var channels, var height, var width] => new SampleShape(channels, height, width),
            [_, var steps, var features] => new SampleShape(1, steps, features),
            [_, var columns] => new SampleShape(columns, 1, 1),
            var other => throw new NotSupportedException(string.Join("x", other)),
        });

    /// <summary>Builds a model from a golden case's constructor arguments alone: five tokens, or images of 28x28, for which the
    /// reference's TwoCNN is made.</summary>
    public static Network Golden(string model, JsonElement args) => Golden(model, args, args.TryGetProperty("in_channels", out var channels)
        ? new SampleShape(channels.GetInt32(), 28, 28)
        : new SampleShape(5, 1, 1));

    /// <summary>Builds an encoder of text from the fields of its config in transformers.</summary>
    public static Network Transformer(string model, JsonElement config, SampleShape shape, int outputs, bool masked)
    {
        int Get(string name) => config.GetProperty(name).GetInt32();
        EncoderShape Shape(
            string layers = "num_hidden_layers", string heads = "num_attention_heads", string neurons = "intermediate_size") =>
            new() { Layers = Get(layers), Heads = Get(heads), Neurons = Get(neurons), Positions = Get("max_position_embeddings") };
        BertEncoder encoder = model switch
        {
            "DistilBert" => new DistilBert(Get("vocab_size"), Get("dim"), Shape("n_layers", "n_heads", "hidden_dim")),
            "SqueezeBert" => new SqueezeBert(Get("vocab_size"), Get("hidden_size"), Shape() with
            {
                Types = Get("type_vocab_size"),
                Groups = new(
                    Get("q_groups"), Get("k_groups"), Get("v_groups"), Get("post_attention_groups"), Get("intermediate_groups"),
                    Get("output_groups")),
            }),
            _ => new MobileBert(Get("vocab_size"), Get("hidden_size"), Get("embedding_size"), Shape() with
            {
                Types = Get("type_vocab_size"),
                Inner = Get("intra_bottleneck_size"),
                Networks = Get("num_feedforward_networks"),
                Pooler = config.GetProperty("classifier_activation").GetBoolean(),
            }),
        };
        return (encoder with { Mask = masked }).Build(shape, outputs);
    }

    /// <summary>Builds a model from a golden case's constructor arguments.</summary>
    public static Network Golden(string model, JsonElement args, SampleShape shape)
    {
        int? Get(string name) => args.TryGetProperty(name, out var value) ? value.GetInt32() : null;
        return Catalog.Models[model](shape, Get("num_classes") ?? Get("num_embeddings") ?? 10, new ModelOptions
        {
            HiddenSize = Get("hidden_size") ?? 32,
            Depth = Get("depth") ?? 28,
            WidenFactor = Get("widen_factor") ?? 10,
            WidthMultiplier = 1.0 / (Get("width_divisor") ?? 1),
            LayerCount = Get("num_layers") ?? 4,
            EmbeddingCount = Get("num_embeddings") ?? 1000,
            EmbeddingSize = Get("embedding_size") ?? 512,
        });
    }
}
