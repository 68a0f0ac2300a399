using static AutoFlip.ConfigField;

namespace AutoFlip;

/// <summary>Fields of configs that decide the networks of DistilBert, SqueezeBert and MobileBert, with transformers' defaults.</summary>
static class EncoderFields
{
    const int MostTokens = 1 << 24; // ids travel as float32

    static readonly ConfigField[] DistilBertFields =
    [
        Vocabulary, Width("dim", 768),
        Layers("n_layers", 6), Heads("n_heads", 12), Neurons("hidden_dim", 3072), Positions,
        Dropout("dropout", 0.1), AttentionDropout("attention_dropout"), Only("activation", "gelu"), Padding,
    ];

    static readonly ConfigField[] SqueezeBertFields =
    [
        Vocabulary, Width("hidden_size", 768), Embedding(768),
        Layers("num_hidden_layers", 12), Heads("num_attention_heads", 12), Neurons("intermediate_size", 3072), Positions, Types,
        Dropout("hidden_dropout_prob", 0.1), AttentionDropout("attention_probs_dropout_prob"), Only("hidden_act", "gelu"),
        Only("layer_norm_eps", 1e-12), Padding,
        Groups("q_groups", 4, g => g.Query, (g, n) => g with { Query = n }),
        Groups("k_groups", 4, g => g.Key, (g, n) => g with { Key = n }),
        Groups("v_groups", 4, g => g.Value, (g, n) => g with { Value = n }),
        Groups("post_attention_groups", 1, g => g.AfterAttention, (g, n) => g with { AfterAttention = n }),
        Groups("intermediate_groups", 4, g => g.Intermediate, (g, n) => g with { Intermediate = n }),
        Groups("output_groups", 4, g => g.Output, (g, n) => g with { Output = n }),
    ];

    static readonly ConfigField[] MobileBertFields =
    [
        Vocabulary, Width("hidden_size", 512), Embedding(128),
        Layers("num_hidden_layers", 24), Heads("num_attention_heads", 4), Neurons("intermediate_size", 512), Positions, Types,
        ShapeSize("intra_bottleneck_size", 128, s => s.Inner, (s, n) => s with { Inner = n }),
        ShapeSize("num_feedforward_networks", 4, s => s.Networks, (s, n) => s with { Networks = n }, EncoderShape.MostLayers),
        Flag("classifier_activation", true, s => s.Pooler, (s, pooler) => s with { Pooler = pooler }),
        Dropout("hidden_dropout_prob", 0.0), AttentionDropout("attention_probs_dropout_prob"), Only("hidden_act", "relu"),
        Only("normalization_type", "no_norm"), Only("trigram_input", true), Only("use_bottleneck", true),
        Only("use_bottleneck_attention", false), Only("key_query_shared_bottleneck", true), Padding,
    ];

    /// <summary>The fields of a model, by its name in the catalogue.</summary>
    public static IReadOnlyList<ConfigField> Of(string model) => model switch
    {
        nameof(DistilBert) => DistilBertFields,
        nameof(SqueezeBert) => SqueezeBertFields,
        nameof(MobileBert) => MobileBertFields,
        _ => throw new ArgumentException($"{model} has no config.", nameof(model)),
    };

    /// <summary>Sizes of the published encoder; null for a model that has no config.</summary>
    public static EncoderShape? Published(string model) => model switch
    {
        nameof(DistilBert) => DistilBert.Published,
        nameof(SqueezeBert) => SqueezeBert.Published,
        nameof(MobileBert) => MobileBert.Published,
        _ => null,
    };

    /// <summary>Reason why the sizes of a config do not fit each other; null if they do.</summary>
    public static string? Misfit(string model, ModelOptions options)
    {
        var (width, shape) = (options.HiddenSize, options.Encoder!);
        var shared = model == nameof(MobileBert) ? shape.Inner : width;
        if (shared % shape.Heads != 0) return $"{shape.Heads} heads do not divide a width of {shared}";
        if (model != nameof(SqueezeBert)) return null;
        if (options.EmbeddingSize != width)
            return $"'embedding_size' is {options.EmbeddingSize} and 'hidden_size' {width}; they must be equal";
        var groups = shape.Groups;
        return Array.Find(groups.All, count => width % count != 0) is > 0 and var wide ? $"{wide} groups do not divide a width of {width}"
            : Array.Find([groups.Intermediate, groups.Output], count => shape.Neurons % count != 0) is > 0 and var narrow
                ? $"{narrow} groups do not divide {shape.Neurons} neurons"
            : null;
    }

    static ConfigField Vocabulary => Size(
        "vocab_size", 30522, o => o.EmbeddingCount, (o, n) => o with { EmbeddingCount = n }, MostTokens);

    static ConfigField Positions => ShapeSize("max_position_embeddings", 512, s => s.Positions, (s, n) => s with { Positions = n });

    static ConfigField Types => ShapeSize("type_vocab_size", 2, s => s.Types, (s, n) => s with { Types = n });

    /// <summary>The id of padding: its row of the words has no gradient, and the mask leaves it out.</summary>
    static ConfigField Padding => Only("pad_token_id", 0);

    static ConfigField Width(string name, int usual) => Size(name, usual, o => o.HiddenSize, (o, n) => o with { HiddenSize = n });

    static ConfigField Embedding(int usual) =>
        Size("embedding_size", usual, o => o.EmbeddingSize, (o, n) => o with { EmbeddingSize = n });

    static ConfigField Layers(string name, int usual) =>
        ShapeSize(name, usual, s => s.Layers, (s, n) => s with { Layers = n }, EncoderShape.MostLayers);

    static ConfigField Heads(string name, int usual) => ShapeSize(name, usual, s => s.Heads, (s, n) => s with { Heads = n });

    static ConfigField Neurons(string name, int usual) => ShapeSize(name, usual, s => s.Neurons, (s, n) => s with { Neurons = n });

    static ConfigField Dropout(string name, double usual) => Rate(name, usual, o => o.Dropout, (o, rate) => o with { Dropout = rate });

    static ConfigField AttentionDropout(string name) => Rate(
        name, 0.1, o => o.Encoder!.AttentionDropout, (o, rate) => o with { Encoder = o.Encoder! with { AttentionDropout = rate } });

    static ConfigField Groups(
        string name, int usual, Func<EncoderGroups, int> get, Func<EncoderGroups, int, EncoderGroups> set) =>
        ShapeSize(name, usual, s => get(s.Groups), (s, n) => s with { Groups = set(s.Groups, n) });
}
