namespace AutoFlip;

/// <summary>FEMNISTCNN: TwoCNN with a hidden layer of 2048.</summary>
/// <remarks>Source: Caldas et al. 2018, arXiv:1812.01097 (LEAF), the network for FEMNIST. Differs as <see cref="TwoCnn"/> does.</remarks>
public static class FemnistCnn
{
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder("FEMNISTCNN", input)
            .Sequence("features", f => f
                .Conv2d(options.HiddenSize, 5, padding: 1).ReLU().MaxPool2d(2, padding: 1)
                .Conv2d(2 * options.HiddenSize, 5, padding: 1).ReLU().MaxPool2d(2, padding: 1))
            .Sequence("classifier", c => c.AdaptiveAvgPool2d(7).Flatten().Linear(2048).ReLU().Linear(outputs))
            .Build(outputs);
}
