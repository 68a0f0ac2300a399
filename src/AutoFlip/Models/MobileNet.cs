namespace AutoFlip;

/// <summary>MobileNet: MobileNetV3-Small. Inverted bottlenecks (widen, depthwise convolution, narrow)
/// with squeeze and excitation.</summary>
/// <remarks>
/// 1.5 million parameters. The image shrinks by 32 on the way to one mean per channel.
/// <para>Source: Howard et al. 2019, arXiv:1905.02244, table 2.</para>
/// </remarks>
public static class MobileNet
{
    /// <summary>The paper's rows: side of the depthwise kernel, channels inside, channels out, squeeze and
    /// excitation, hard swish, stride.</summary>
    static readonly (int Kernel, int Inner, int Width, bool Squeezes, bool Swishes, int Stride)[] Rows =
    [
        (3, 16, 16, true, false, 2),
        (3, 72, 24, false, false, 2),
        (3, 88, 24, false, false, 1),
        (5, 96, 40, true, true, 2),
        (5, 240, 40, true, true, 1),
        (5, 240, 40, true, true, 1),
        (5, 120, 48, true, true, 1),
        (5, 144, 48, true, true, 1),
        (5, 288, 96, true, true, 2),
        (5, 576, 96, true, true, 1),
        (5, 576, 96, true, true, 1),
    ];

    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder("MobileNet", input)
            .Sequence("features1", f =>
            {
                f.Sequence(stem => stem.Conv2d(16, 3, stride: 2, padding: 1, bias: false).BatchNorm2d().Then(new HardSwish()));
                var channels = 16;
                foreach (var row in Rows)
                {
                    f.Sequence(block => row.Stride == 1 && row.Width == channels
                        ? block.Fork("add", new Add(), ("conv", c => Bottleneck(c, channels, row)), ("skip", s => s))
                        : block.Sequence("conv", c => Bottleneck(c, channels, row)));
                    channels = row.Width;
                }
                return f;
            })
            .Sequence("features2", f => f.Conv2d(576, 1, bias: false).BatchNorm2d().Then(new HardSwish()))
            .Then(new AdaptiveAvgPool2d(1), "pool")
            .Sequence("classifier", c => c.Flatten().Linear(1024).Then(new HardSwish()).Dropout(options.Dropout).Linear(outputs))
            .Build(outputs);

    /// <summary>Without a widening the gate comes after the activation, else before it; the numbering counts it either way.</summary>
    static NetworkBuilder Bottleneck(
        NetworkBuilder c, int channels, (int Kernel, int Inner, int Width, bool Squeezes, bool Swishes, int Stride) row)
    {
        Layer activation = row.Swishes ? new HardSwish() : new ReLU();
        NetworkBuilder Gate() => c.Sequence(s => row.Squeezes ? Squeeze(s, row.Inner) : s);

        var widens = row.Inner != channels;
        if (widens) c.Conv2d(row.Inner, 1, bias: false).BatchNorm2d().Then(activation);
        c.Conv2d(row.Inner, row.Kernel, row.Stride, padding: row.Kernel / 2, bias: false, groups: row.Inner).BatchNorm2d();
        if (widens) Gate();
        c.Then(activation);
        if (!widens) Gate();
        return c.Conv2d(row.Width, 1, bias: false).BatchNorm2d();
    }

    /// <summary>Each channel times a factor in [0, 1], computed from all channels' means by two layers with a
    /// quarter of the width between.</summary>
    static NetworkBuilder Squeeze(NetworkBuilder s, int channels) => s.Fork("scale", new Multiply(),
        ("image", image => image),
        ("fc", fc => fc
            .Then(new AdaptiveAvgPool2d(1), "pool").Then(new Flatten(), "flatten")
            .Linear(NearestMultipleOf8(channels / 4)).ReLU().Linear(channels).Then(new HardSigmoid())));

    static int NearestMultipleOf8(int width) => Math.Max((width + 4) / 8 * 8, 8);
}
