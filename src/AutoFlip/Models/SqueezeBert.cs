using System.Numerics;

namespace AutoFlip;

/// <summary>SqueezeBert: BERT with products in groups, and one score per class from its first token.</summary>
/// <remarks>
/// x = word + position + type, normalised; per layer x = LN(post_attention(attention(x)) + x), x = LN(output(gelu(intermediate(x))) + x);
/// then tanh(pooler(x of the first step)). <see cref="ModelOptions"/>: hidden size F (a multiple of 12 heads, and of the groups),
/// vocabulary, dropout, mask of padding. Weights start at N(0, 0.02²), whatever the scheme.
/// <para>Units repeat: one of the stream is the entries at the same place of each of the r parts of F, r the least common multiple of all
/// groups that read or make it; so every product stays in as many groups (<see cref="GroupedLinear"/>).</para>
/// <para>Source: Iandola et al. 2020, arXiv:2006.11316. Differs from AutoFLIP's reference: padding is not attended to
/// (<see cref="ModelOptions.AttentionMask"/>), dropout of attention is the option's (the reference keeps 0.1), and the embedding is as wide
/// as the encoder whatever the embedding size (the reference fails if they differ).</para>
/// </remarks>
/// <param name="Vocabulary">Token ids.</param>
/// <param name="Width">F.</param>
/// <param name="Shape">Other sizes; heads divide F.</param>
public sealed record SqueezeBert(int Vocabulary, int Width, EncoderShape Shape) : BertEncoder
{
    /// <summary>Sizes of the published encoder.</summary>
    public static EncoderShape Published { get; } = new() { Layers = 12, Heads = 12, Neurons = 3072 };

    EncoderGroups Groups => Shape.Groups;

    int HeadRepeats => Multiple(Groups.Query, Groups.Key, Groups.Value, Groups.AfterAttention);

    int NeuronRepeats => Multiple(Groups.Intermediate, Groups.Output);

    int StreamRepeats => Multiple(HeadRepeats, NeuronRepeats);

    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new SqueezeBert(options.EmbeddingCount, options.HiddenSize, options.Encoder ?? Published).With(options).Build(input, outputs);

    private protected override string Name => nameof(SqueezeBert);

    /// <inheritdoc/>
    private protected override NetworkBuilder Encode(NetworkBuilder features, int? mask)
    {
        var head = Bert.HeadWidth(Name, Width, Shape.Heads);
        var words = new Embedding(Vocabulary, Width)
        {
            HasPadding = true,
            Deviation = Initialization.OfBert,
            Repeats = StreamRepeats,
        };
        features.Sequence("embeddings", e => e
            .Then(words, "word_embeddings")
            .Then(new Positions(Shape.Positions), "position_embeddings")
            .Then(new Positions(Shape.Types, Same: true), "token_type_embeddings")
            .Then(new LayerNorm(Width, Bert.Epsilon), "LayerNorm")
            .Dropout(Dropout));
        for (var i = 0; i < Shape.Layers; i++) features.Sequence($"encoder.layers.{i}", layer => Layer(layer, head, mask));
        return features.Then(new FirstStep(), "first").Then(Bert.Linear(Width), "pooler.dense").Then(new Tanh(), "pooler.activation");
    }

    NetworkBuilder Layer(NetworkBuilder layer, int head, int? mask) => layer
        .Fork("attention.add", new Add(),
            ("", a => a
                .Sequence("attention", b => Bert.Attend(
                    b, new Attention(head, AttentionDropout), mask, Project("query", Groups.Query), Project("key", Groups.Key),
                    Project("value", Groups.Value)))
                .Then(new GroupedLinear(Width, Groups.AfterAttention, StreamRepeats), "post_attention.conv1d")
                .Then(new Dropout(Dropout), "post_attention.dropout")),
            ("attention.skip", s => s))
        .Then(new LayerNorm(Width, Bert.Epsilon), "post_attention.layernorm")
        .Fork("output.add", new Add(),
            ("", n => n
                .Then(new GroupedLinear(Shape.Neurons, Groups.Intermediate, NeuronRepeats), "intermediate.conv1d")
                .Then(new Gelu(), "intermediate.activation")
                .Then(new GroupedLinear(Width, Groups.Output, StreamRepeats), "output.conv1d")
                .Then(new Dropout(Dropout), "output.dropout")),
            ("output.skip", s => s))
        .Then(new LayerNorm(Width, Bert.Epsilon), "output.layernorm");

    Bert.Projection Project(string name, int groups) => new(name, s => s, new GroupedLinear(Width, groups, HeadRepeats));

    static int Multiple(params ReadOnlySpan<int> numbers)
    {
        var multiple = 1;
        foreach (var number in numbers) multiple *= number / (int)BigInteger.GreatestCommonDivisor(multiple, number);
        return multiple;
    }
}
