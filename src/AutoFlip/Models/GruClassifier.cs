namespace AutoFlip;

/// <summary>GRUClassifier: layers of h GRU cells with dropout between them over the rows of a sample, and one score per
/// class from the last step.</summary>
/// <remarks>A sample of T steps with F numbers each is 1 x T x F; an image is read row by row, its channels side by side.
/// Source: Cho et al. 2014, arXiv:1406.1078, for the cells.</remarks>
public static class GruClassifier
{
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder("GRUClassifier", input)
            .Then(new RowSequence(), "rows")
            .Gru(options.HiddenSize, options.LayerCount, options.Dropout, "features")
            .Then(new LastStep(), "last")
            .Linear(outputs, "classifier")
            .Build(outputs);
}
