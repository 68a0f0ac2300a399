namespace AutoFlip;

/// <summary>TwoCNN: two 5x5 convolutions of h and 2h channels, then a hidden layer of 512.</summary>
/// <remarks>
/// Source: McMahan et al. 2017, arXiv:1602.05629, the network for MNIST. Differs, as AutoFLIP's reference does: padding 1 in
/// convolutions and pooling, and an adaptive 7x7 pooling (which repeats pixels of smaller images) before the classifier.
/// </remarks>
public static class TwoCnn
{
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) => Create("TwoCNN", 512, input, outputs, options);

    /// <summary>The architecture with a hidden layer of that many neurons.</summary>
    internal static Network Create(string name, int neurons, SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder(name, input)
            .Sequence("features", f => f
                .Conv2d(options.HiddenSize, 5, padding: 1).ReLU().MaxPool2d(2, padding: 1)
                .Conv2d(2 * options.HiddenSize, 5, padding: 1).ReLU().MaxPool2d(2, padding: 1))
            .Sequence("classifier", c => c.AdaptiveAvgPool2d(7).Flatten().Linear(neurons).ReLU().Linear(outputs))
            .Build(outputs);
}
