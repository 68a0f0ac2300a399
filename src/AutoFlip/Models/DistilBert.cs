namespace AutoFlip;

/// <summary>DistilBert: an encoder of text with half of BERT's layers, and one score per class from its first token.</summary>
/// <remarks>
/// x = word + position, normalised; per layer x = LN(out(attention(x)) + x), x = LN(lin2(gelu(lin1(x))) + x). <see cref="ModelOptions"/>:
/// hidden size F (a multiple of the 12 heads), vocabulary, dropout, mask of padding. Weights start at N(0, 0.02²), whatever the scheme.
/// <para>Source: Sanh et al. 2019, arXiv:1910.01108. Differs from AutoFLIP's reference: padding is not attended to
/// (<see cref="ModelOptions.AttentionMask"/>), and dropout is the option's, of hidden values and of attention alike (the reference keeps
/// 0.1). As there, the embedding size has no effect.</para>
/// </remarks>
/// <param name="Vocabulary">Token ids.</param>
/// <param name="Width">F.</param>
/// <param name="Shape">Other sizes; heads divide F.</param>
public sealed record DistilBert(int Vocabulary, int Width, EncoderShape Shape) : BertEncoder
{
    /// <summary>Sizes of the published encoder.</summary>
    public static EncoderShape Published { get; } = new() { Layers = 6, Heads = 12, Neurons = 3072 };

    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new DistilBert(options.EmbeddingCount, options.HiddenSize, options.Encoder ?? Published).With(options).Build(input, outputs);

    private protected override string Name => nameof(DistilBert);

    /// <inheritdoc/>
    private protected override NetworkBuilder Encode(NetworkBuilder features, int? mask)
    {
        var head = Bert.HeadWidth(Name, Width, Shape.Heads);
        features.Sequence("embeddings", e => e
            .Then(new Embedding(Vocabulary, Width) { HasPadding = true, Deviation = Initialization.OfBert }, "word_embeddings")
            .Then(new Positions(Shape.Positions), "position_embeddings")
            .Then(new LayerNorm(Width, Bert.Epsilon), "LayerNorm")
            .Dropout(Dropout));
        for (var i = 0; i < Shape.Layers; i++) features.Sequence($"transformer.layer.{i}", layer => Layer(layer, head, mask));
        return features.Then(new FirstStep(), "first");
    }

    NetworkBuilder Layer(NetworkBuilder layer, int head, int? mask) => layer
        .Fork("attention.add", new Add(),
            ("attention", a => Bert.Attend(
                a, new Attention(head, AttentionDropout), mask, ("q_lin", s => s, Width), ("k_lin", s => s, Width),
                ("v_lin", s => s, Width))
                .Then(Bert.Linear(Width), "out_lin")),
            ("attention.skip", s => s))
        .Then(new LayerNorm(Width, Bert.Epsilon), "sa_layer_norm")
        .Fork("ffn.add", new Add(),
            ("ffn", n => n
                .Then(Bert.Linear(Shape.Neurons), "lin1").Then(new Gelu(), "activation").Then(Bert.Linear(Width), "lin2")
                .Then(new Dropout(Dropout), "dropout")),
            ("ffn.skip", s => s))
        .Then(new LayerNorm(Width, Bert.Epsilon), "output_layer_norm");
}
