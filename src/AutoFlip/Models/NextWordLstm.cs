namespace AutoFlip;

/// <summary>NextWordLSTM: embedded tokens, layers of h LSTM cells with dropout between them, and at every step a score for each token of
/// the vocabulary to be the next.</summary>
/// <remarks>
/// Samples are token ids, and so are classes: the outputs are the vocabulary, for each of the T steps.
/// <para>Source: Caldas et al. 2018, arXiv:1812.01097 (LEAF), the network for Reddit. Differs, as AutoFLIP's reference does: there is no
/// projection between the cells and the scores.</para>
/// </remarks>
public static class NextWordLstm
{
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) => outputs != options.EmbeddingCount
        ? throw AutoFlipException.BadRequest(
            "Experiment.Model NextWordLSTM: it scores the tokens that it reads, so Experiment.EmbeddingCount must be the number of "
            + $"outputs, {outputs}, and not {options.EmbeddingCount}.")
        : new NetworkBuilder("NextWordLSTM", input)
            .Sequence("features", f => f
                .Embedding(options.EmbeddingCount, options.EmbeddingSize)
                .Lstm(options.HiddenSize, options.LayerCount, options.Dropout))
            .Linear(outputs, "classifier")
            .Build(outputs);
}
