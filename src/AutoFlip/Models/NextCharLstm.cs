namespace AutoFlip;

/// <summary>NextCharLSTM: embedded tokens, layers of h LSTM cells with dropout between them, and one score per
/// class from the last step.</summary>
/// <remarks>Samples are token ids. Source: McMahan et al. 2017, arXiv:1602.05629, the network for Shakespeare (embeddings of
/// 8, 2 layers of 256 cells).</remarks>
public static class NextCharLstm
{
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder("NextCharLSTM", input)
            .Sequence("features", f => f
                .Embedding(options.EmbeddingCount, options.EmbeddingSize)
                .Lstm(options.HiddenSize, options.LayerCount, options.Dropout))
            .Then(new LastStep(), "last")
            .Linear(outputs, "classifier")
            .Build(outputs);
}
