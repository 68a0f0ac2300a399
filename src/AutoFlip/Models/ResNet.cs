namespace AutoFlip;

/// <summary>ResNet of basic blocks: a 3x3 convolution, then four stages of h, 2h, 8h and 64h channels, of which all but the first
/// halve the image.</summary>
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

    /// <summary>ResNet18: two blocks per stage.</summary>
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create18(SampleShape input, int outputs, ModelOptions options) =>
        Create("ResNet18", [2, 2, 2, 2], input, outputs, options);

    /// <summary>ResNet34: 3, 4, 6 and 3 blocks.</summary>
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create34(SampleShape input, int outputs, ModelOptions options) =>
        Create("ResNet34", [3, 4, 6, 3], input, outputs, options);

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
                        return s;
                    });
                }
                return f;
            })
            .Sequence("classifier", c => c.AdaptiveAvgPool2d(7).Flatten().Linear(outputs))
            .Build(outputs);

    /// <summary>relu(F(x) + x); a block that halves the image sends x through a strided 1x1 convolution.</summary>
    static NetworkBuilder Block(NetworkBuilder block, int width, bool halves) => block
        .Fork("add", new Add(),
            ("features", f => f
                .Conv2d(width, 3, halves ? 2 : 1, padding: 1, bias: false).BatchNorm2d().ReLU()
                .Conv2d(width, 3, padding: 1, bias: false).BatchNorm2d()),
            ("shortcut", s => halves ? s.Conv2d(width, 1, stride: 2, bias: false).BatchNorm2d() : s))
        .ReLU("relu");
}
