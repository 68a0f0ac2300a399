namespace AutoFlip;

/// <summary>MobileNeXt: sandglass blocks, which narrow between two depthwise convolutions at full width and add at full width.</summary>
/// <remarks>
/// 2.0 million parameters. The image shrinks by 32 on the way to one mean per channel.
/// <para>Source: Zhou et al. 2020, arXiv:2007.02269. As in AutoFLIP's reference a block narrows to its input's width over the reduction
/// wherever it widens: 275 million multiply-accumulates on 3x224x224 with 1000 classes, where the paper has 300.</para>
/// </remarks>
public static class MobileNeXt
{
    /// <summary>Stages: how much a block narrows, channels out, blocks, stride of the first.</summary>
    static readonly (int Reduction, int Width, int Blocks, int Stride)[] Stages =
    [
        (2, 96, 1, 2), (6, 144, 1, 1), (6, 192, 3, 2), (6, 288, 3, 2), (6, 384, 4, 1), (6, 576, 4, 2), (6, 960, 3, 1), (6, 1280, 1, 1),
    ];

    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder("MobileNeXt", input)
            .Sequence("features", f =>
            {
                f.Sequence(stem => stem.Conv2d(32, 3, stride: 2, padding: 1, bias: false).BatchNorm2d().Then(new ReLU6()));
                var channels = 32;
                foreach (var (reduction, width, blocks, first) in Stages)
                    for (var i = 0; i < blocks; i++)
                    {
                        var stride = i == 0 ? first : 1;
                        f.Sequence(block => stride == 1 && width == channels
                            ? block.Fork(
                                "add", new Add(), ("conv", c => Sandglass(c, channels, reduction, width, stride)), ("skip", s => s))
                            : block.Sequence("conv", c => Sandglass(c, channels, reduction, width, stride)));
                        channels = width;
                    }
                return f;
            })
            .Sequence("classifier", c => c.AdaptiveAvgPool2d(1).Flatten().Dropout(options.Dropout).Linear(outputs))
            .Build(outputs);

    static NetworkBuilder Sandglass(NetworkBuilder c, int channels, int reduction, int width, int stride) => c
        .Conv2d(channels, 3, padding: 1, bias: false, groups: channels).BatchNorm2d().Then(new ReLU6())
        .Conv2d(channels / reduction, 1, bias: false).BatchNorm2d()
        .Conv2d(width, 1, bias: false).BatchNorm2d().Then(new ReLU6())
        .Conv2d(width, 3, stride, padding: 1, bias: false, groups: width).BatchNorm2d();
}
