namespace AutoFlip;

/// <summary>SqueezeNeXt: residual blocks that squeeze twice and convolve 1x3 and 3x1 instead of 3x3.</summary>
/// <remarks>
/// 0.8 million parameters. The image shrinks by 8 on the way to one mean per channel.
/// <para>Source: Gholami et al. 2018, arXiv:1803.10615. Differs, as AutoFLIP's reference does: a first convolution of 3x3 without stride
/// or pooling, for small images, and blocks of 2, 4, 14 and 1.</para>
/// </remarks>
public static class SqueezeNeXt
{
    /// <summary>Stages: channels out, blocks, stride of the first.</summary>
    static readonly (int Width, int Blocks, int Stride)[] Stages = [(32, 2, 1), (64, 4, 2), (128, 14, 2), (256, 1, 2)];

    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder("SqueezeNeXt", input)
            .Sequence("features", f =>
            {
                Normalized(f, 64, 3, padding: 1);
                var channels = 64;
                foreach (var (width, blocks, first) in Stages)
                    f.Sequence(stage =>
                    {
                        for (var i = 0; i < blocks; i++)
                        {
                            var (entering, stride) = (channels, i == 0 ? first : 1);
                            stage.Sequence(block => Block(block, entering, width, stride));
                            channels = width;
                        }
                        return stage;
                    });
                return Normalized(f, 128, 1);
            })
            .Sequence("classifier", c => c.AdaptiveAvgPool2d(1).Flatten().Then(new Dropout(options.Dropout), "dropout").Linear(outputs))
            .Build(outputs);

    static NetworkBuilder Block(NetworkBuilder block, int channels, int width, int stride) => block
        .Fork("add", new Add(),
            ("squeeze", s => Squeeze(s, width, stride)),
            ("shortcut", s => stride > 1 || channels != width ? Normalized(s, width, 1, stride) : s))
        .ReLU("relu");

    /// <summary>To a half and a quarter of the width, 1x3 and 3x1 at half, and back.</summary>
    static NetworkBuilder Squeeze(NetworkBuilder s, int width, int stride)
    {
        Normalized(s, width / 2, 1, stride);
        Normalized(s, width / 4, 1);
        Normalized(s, width / 2, new(1, 3), padding: new(0, 1));
        Normalized(s, width / 2, new(3, 1), padding: new(1, 0));
        return Normalized(s, width, 1);
    }

    static NetworkBuilder Normalized(NetworkBuilder b, int width, Sides kernel, int stride = 1, Sides padding = default) =>
        b.Conv2d(width, kernel, stride, padding, bias: false).BatchNorm2d().ReLU();
}
