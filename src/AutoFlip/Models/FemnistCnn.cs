namespace AutoFlip;

/// <summary>FEMNISTCNN: TwoCNN with a hidden layer of 2048, and padding that keeps images' sizes.</summary>
/// <remarks>Source: Caldas et al. 2018, arXiv:1812.01097 (LEAF), the network for FEMNIST; adaptive 7x7 pooling as in AutoFLIP's reference.</remarks>
public static class FemnistCnn
{
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder("FEMNISTCNN", input)
            .Sequence("features", f => f
                .Conv2d(options.HiddenSize, 5, padding: 2).ReLU().MaxPool2d(2)
                .Conv2d(2 * options.HiddenSize, 5, padding: 2).ReLU().MaxPool2d(2))
            .Sequence("classifier", c => c.AdaptiveAvgPool2d(7).Flatten().Linear(2048).ReLU().Linear(outputs))
            .Build(outputs);
}
