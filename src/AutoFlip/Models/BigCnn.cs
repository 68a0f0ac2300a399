namespace AutoFlip;

/// <summary>BIGCNN: ResNet-9, eight 3x3 convolutions of 64 to 512 channels with two residual blocks, and one linear layer.</summary>
/// <remarks>
/// 6.6 million parameters. The last pooling takes the maximum over 4x4 after the image has shrunk by 8, so that images need 32 pixels a
/// side; of 32 one pixel is left.
/// <para>Source: David Page 2018, "How to train your ResNet", in the form that AutoFLIP's reference has.</para>
/// </remarks>
public static class BigCnn
{
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder("BIGCNN", input)
            .Sequence("conv1", c => Convolution(c, 64))
            .Sequence("conv2", c => Convolution(c, 128).MaxPool2d(2))
            .Fork("add1", new Add(), ("res1", r => Residual(r, 128)), ("skip1", s => s))
            .Sequence("conv3", c => Convolution(c, 256).MaxPool2d(2))
            .Sequence("conv4", c => Convolution(c, 512).MaxPool2d(2))
            .Fork("add2", new Add(), ("res2", r => Residual(r, 512)), ("skip2", s => s))
            .Sequence("classifier", c => c.MaxPool2d(4).Flatten().Linear(outputs))
            .Build(outputs);

    static NetworkBuilder Residual(NetworkBuilder r, int width) =>
        r.Sequence(c => Convolution(c, width)).Sequence(c => Convolution(c, width));

    static NetworkBuilder Convolution(NetworkBuilder c, int width) => c.Conv2d(width, 3, padding: 1).BatchNorm2d().ReLU();
}
