namespace AutoFlip;

/// <summary>MobileBert: BERT in thin layers, each between two bottlenecks, and one score per class from its first token.</summary>
/// <remarks>
/// w = word; x = transformation(w of the next step, of the step, of the one before) + position + type, scaled (N, <see cref="NoNorm"/>).
/// Per layer: inner = N(bottleneck.input(x)), shared = N(bottleneck.attention(x)); queries and keys from shared, values from x; y =
/// N(attention.output(attention) + inner); y = N(output(relu(intermediate(y))) + y), once for each of the feed-forward networks; x =
/// N(output.bottleneck(y) + x). Then tanh(pooler(x of the first step)). <see cref="ModelOptions"/>: hidden size, embedding size,
/// vocabulary, dropout, mask of padding. Weights start at N(0, 0.02²), whatever the scheme: under Xavier's every tanh is saturated.
/// <para>Tensors lie in the order in which they are computed; transformers registers them in another, under the same names.</para>
/// <para>Source: Sun et al. 2020, arXiv:2004.02984. Differs from AutoFLIP's reference: padding is not attended to
/// (<see cref="ModelOptions.AttentionMask"/>), and dropout of attention is the option's (the reference keeps 0.1).</para>
/// </remarks>
/// <param name="Vocabulary">Token ids.</param>
/// <param name="Width">Width of the stream x.</param>
/// <param name="Embedding">Width of w.</param>
/// <param name="Shape">Other sizes; heads divide the width inside a layer.</param>
public sealed record MobileBert(int Vocabulary, int Width, int Embedding, EncoderShape Shape) : BertEncoder
{
    /// <summary>Sizes of the published encoder.</summary>
    public static EncoderShape Published { get; } = new() { Layers = 24, Heads = 4, Neurons = 512 };

    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new MobileBert(options.EmbeddingCount, options.HiddenSize, options.EmbeddingSize, options.Encoder ?? Published)
            .With(options).Build(input, outputs);

    private protected override string Name => nameof(MobileBert);

    /// <inheritdoc/>
    private protected override NetworkBuilder Encode(NetworkBuilder features, int? mask)
    {
        var head = Bert.HeadWidth(Name, Shape.Inner, Shape.Heads);
        features.Sequence("embeddings", e => e
            .Then(new Embedding(Vocabulary, Embedding) { HasPadding = true, Deviation = Initialization.OfBert }, "word_embeddings")
            .Then(new Trigram(), "trigram")
            .Then(Bert.Linear(Width), "embedding_transformation")
            .Then(new Positions(Shape.Positions), "position_embeddings")
            .Then(new Positions(Shape.Types, Same: true), "token_type_embeddings")
            .Then(new NoNorm(), "LayerNorm")
            .Dropout(Dropout));
        for (var i = 0; i < Shape.Layers; i++) features.Sequence($"encoder.layer.{i}", layer => Layer(layer, head, mask));
        features.Then(new FirstStep(), "first");
        return Shape.Pooler ? features.Then(Bert.Linear(Width), "pooler.dense").Then(new Tanh(), "pooler.activation") : features;
    }

    NetworkBuilder Layer(NetworkBuilder layer, int head, int? mask)
    {
        layer.Mark(out var stream)
            .Sequence("bottleneck.attention", b => Scaled(b, Shape.Inner)).Mark(out var shared).From(stream)
            .Fork("attention.output.add", new Add(),
                ("", a => a
                    .Sequence("attention.self", b => Bert.Attend(
                        b, new Attention(head, AttentionDropout), mask, ("query", s => s.From(shared), Shape.Inner),
                        ("key", s => s.From(shared), Shape.Inner), ("value", s => s, Shape.Inner)))
                    .Then(Bert.Linear(Shape.Inner), "attention.output.dense")),
                ("bottleneck.input", b => Scaled(b, Shape.Inner)))
            .Then(new NoNorm(), "attention.output.LayerNorm");
        for (var i = 0; i < Shape.Networks - 1; i++) layer.Sequence($"ffn.{i}", FeedForward);
        return FeedForward(layer)
            .Fork("output.bottleneck.add", new Add(),
                ("output.bottleneck", b => b.Then(Bert.Linear(Width), "dense").Dropout(Dropout)),
                ("output.bottleneck.skip", s => s.From(stream)))
            .Then(new NoNorm(), "output.bottleneck.LayerNorm");
    }

    /// <summary>N(output(relu(intermediate(y))) + y).</summary>
    NetworkBuilder FeedForward(NetworkBuilder network) => network
        .Fork("output.add", new Add(),
            ("", n => n
                .Then(Bert.Linear(Shape.Neurons), "intermediate.dense").ReLU("intermediate.activation")
                .Then(Bert.Linear(Shape.Inner), "output.dense")),
            ("output.skip", s => s))
        .Then(new NoNorm(), "output.LayerNorm");

    static NetworkBuilder Scaled(NetworkBuilder b, int width) => b.Then(Bert.Linear(width), "dense").Then(new NoNorm(), "LayerNorm");
}
