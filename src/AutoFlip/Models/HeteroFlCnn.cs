namespace AutoFlip;

/// <summary>HeteroFLCNN: 3x3 convolutions of 64, 128, 256 and 512 channels with batch normalisation.</summary>
/// <remarks>
/// The last ones are pooled to one value each. 1,556,874 parameters for ten classes of 1x28x28; images need 8 pixels a side.
/// <para>Source: <c>conv</c> of HeteroFL's code (Diao, Ding and Tarokh 2021, arXiv 2010.01264). Differs: running statistics as in all our
/// networks, where theirs are computed from all training data before evaluation.</para>
/// </remarks>
public static class HeteroFlCnn
{
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder("HeteroFLCNN", input)
            .Sequence("features", f => Block(Block(Block(Block(f, 64).MaxPool2d(2), 128).MaxPool2d(2), 256).MaxPool2d(2), 512))
            .Sequence("classifier", c => c.AdaptiveAvgPool2d(1).Flatten().Linear(outputs))
            .Build(outputs);

    static NetworkBuilder Block(NetworkBuilder features, int channels) => features.Conv2d(channels, 3, padding: 1).BatchNorm2d().ReLU();
}
