namespace AutoFlip;

/// <summary>WideResNet: pre-activation residual blocks in three stages of 16k, 32k and 64k channels, k the widen factor.</summary>
/// <remarks>
/// A depth of 6n + 4 gives n blocks per stage. 28 deep and 10 wide, the published network and the default, has 36.5 million parameters; 16
/// deep and 2 wide has 0.7. Dropout lies between the two convolutions of a block.
/// <para>Source: Zagoruyko and Komodakis 2016, arXiv:1605.07146. The last image is averaged whatever its
/// size: 8x8 of images of 32x32.</para>
/// </remarks>
public static class WideResNet
{
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options)
    {
        ExperimentOptions.Require(nameof(options.Depth), options.Depth);
        return new NetworkBuilder("WideResNet", input)
            .Then(new Conv2d(16, 3, Padding: 1, Bias: false), "conv1")
            .Sequence("block1", s => Stage(s, 16, 16 * options.WidenFactor, stride: 1, options))
            .Sequence("block2", s => Stage(s, 16 * options.WidenFactor, 32 * options.WidenFactor, stride: 2, options))
            .Sequence("block3", s => Stage(s, 32 * options.WidenFactor, 64 * options.WidenFactor, stride: 2, options))
            .Then(new BatchNorm2d(), "bn1").ReLU("relu")
            .Then(new AdaptiveAvgPool2d(1), "pool").Then(new Flatten(), "flatten")
            .Linear(outputs, "fc")
            .Build(outputs);
    }

    static NetworkBuilder Stage(NetworkBuilder stage, int channels, int width, int stride, ModelOptions options)
    {
        for (var i = 0; i < (options.Depth - 4) / 6; i++)
        {
            var (entering, step) = i == 0 ? (channels, stride) : (width, 1);
            stage.Sequence(block => Block(block, entering, width, step, options.Dropout));
        }
        return stage;
    }

    /// <summary>F(a(x)) + x with a the normalisation and rectifier; where widths differ, F(a(x)) + W a(x).</summary>
    static NetworkBuilder Block(NetworkBuilder block, int channels, int width, int stride, double dropout)
    {
        NetworkBuilder Activation(NetworkBuilder b) => b.Then(new BatchNorm2d(), "bn1").ReLU("relu1");
        NetworkBuilder Convolutions(NetworkBuilder b) => b
            .Then(new Conv2d(width, 3, stride, Padding: 1, Bias: false), "conv1")
            .Then(new BatchNorm2d(), "bn2").ReLU("relu2").Then(new Dropout(dropout), "dropout")
            .Then(new Conv2d(width, 3, Padding: 1, Bias: false), "conv2");

        return channels == width
            ? block.Fork("add", new Add(), ("", main => Convolutions(Activation(main))), ("skip", s => s))
            : Activation(block).Fork("add", new Add(),
                ("", Convolutions), ("", s => s.Then(new Conv2d(width, 1, stride, Bias: false), "convShortcut")));
    }
}
