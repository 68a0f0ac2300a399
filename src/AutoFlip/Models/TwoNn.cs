namespace AutoFlip;

/// <summary>TwoNN: two hidden layers of h neurons, on anything that can be flattened.</summary>
/// <remarks>Source: McMahan et al. 2017, arXiv:1602.05629. (AutoFLIP's reference takes one channel only.)</remarks>
public static class TwoNn
{
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder("TwoNN", input)
            .Sequence("features", f => f.Flatten().Linear(options.HiddenSize).ReLU().Linear(options.HiddenSize).ReLU())
            .Linear(outputs, "classifier")
            .Build(outputs);
}
