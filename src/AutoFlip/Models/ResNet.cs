namespace AutoFlip;

/// <summary>ResNet of basic blocks: a 3x3 convolution, then four stages of h, 2h, 8h and 64h channels that halve the image from the second on.</summary>
/// <remarks>
/// Source: He et al. 2016, arXiv:1512.03385. Differs, as AutoFLIP's reference does: the stages widen by 1, 2, 4 and 8 times the one
/// before, and the classifier reads an adaptive 7x7 pooling instead of one mean per channel.
/// </remarks>
public static class ResNet
{
    /// <summary>ResNet10: one block per stage.</summary>
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create10(SampleShape input, int outputs, ModelOptions options) =>
        Create("ResNet10", [1, 1, 1, 1], input, outputs, options);

    static Network Create(string name, int[] blocks, SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder(name, input)
            .Sequence("features", f =>
            {
                var channels = options.HiddenSize;
                f.Conv2d(channels, 3, padding: 1, bias: false).BatchNorm2d().ReLU();
                for (var stage = 0; stage < blocks.Length; stage++)
                {
                    channels <<= stage;
                    f.Sequence(s =>
                    {
                        for (var i = 0; i < blocks[stage]; i++) s.Sequence(block => Block(block, channels, halves: i == 0 && stage > 0));
                    });
                }
            })
            .Sequence("classifier", c => c.AdaptiveAvgPool2d(7).Flatten().Linear(outputs))
            .Build(outputs);

    /// <summary>relu(F(x) + x); a block that halves the image sends x through a strided 1x1 convolution.</summary>
    static void Block(NetworkBuilder block, int width, bool halves) => block
        .Fork("add", new Add(),
            ("features", f => f
                .Conv2d(width, 3, halves ? 2 : 1, padding: 1, bias: false).BatchNorm2d().ReLU()
                .Conv2d(width, 3, padding: 1, bias: false).BatchNorm2d()),
            ("shortcut", s =>
            {
                if (halves) s.Conv2d(width, 1, stride: 2, bias: false).BatchNorm2d();
            }
    ))
        .ReLU("relu");
}
