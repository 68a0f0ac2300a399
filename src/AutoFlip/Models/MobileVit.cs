namespace AutoFlip;

/// <summary>MobileViT-XXS: inverted bottlenecks that halve the image five times in all, and in its last three sizes transformers over its
/// patches, which see the whole image.</summary>
/// <remarks>
/// Widths are fixed. Transformers have 4 heads of 8 and patches of 2x2; dropout is in them and before the classifier.
/// <para>Source: Mehta and Rastegari 2021, arXiv:2110.02178. Differs, as AutoFLIP's reference does: bottlenecks are 4 times as wide inside
/// (the paper: twice), heads are 8 wide (a quarter of the transformer) and the classifier has no offset. The reference also holds a second
/// copy of every block, 201 of its 406 tensors, that its forward pass never reads; it is left out here (docs/decisions/0018).</para>
/// </remarks>
public static class MobileVit
{
    const int Multiple = 64; // of the sides: five halvings, and patches of two
    const int Patch = 2, Heads = 4, HeadWidth = 8;

    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options)
    {
        if (input.Height % Multiple != 0 || input.Width % Multiple != 0)
            throw AutoFlipException.BadRequest(
                $"Experiment.Model MobileViT: height and width must be multiples of {Multiple}, and not {input.Height}x{input.Width}. "
                + $"Choose Experiment.Resize {Multiple}, or a multiple of it.");
        return new NetworkBuilder("MobileViT", input)
            .Sequence("features", f => f
                .Conv2d(16, 3, stride: 2, padding: 1, bias: false).BatchNorm2d().SiLU()
                .Sequence(b => Bottleneck(b, 16, 16))
                .Sequence(b => Bottleneck(b, 16, 24, stride: 2))
                .Sequence(b => Bottleneck(b, 24, 24))
                .Sequence(b => Bottleneck(b, 24, 24))
                .Sequence(b => Bottleneck(b, 24, 48, stride: 2))
                .Sequence(b => Global(b, 48, width: 64, depth: 2, hidden: 128, options.Dropout))
                .Sequence(b => Bottleneck(b, 48, 64, stride: 2))
                .Sequence(b => Global(b, 64, width: 80, depth: 4, hidden: 320, options.Dropout))
                .Sequence(b => Bottleneck(b, 64, 80, stride: 2))
                .Sequence(b => Global(b, 80, width: 96, depth: 3, hidden: 384, options.Dropout))
                .Conv2d(320, 1, bias: false).BatchNorm2d().SiLU())
            .Sequence("classifier", c => c.AdaptiveAvgPool2d(1).Flatten().Dropout(options.Dropout).Then(new Linear(outputs, Bias: false)))
            .Build(outputs);
    }

    /// <summary>1x1 to four times the channels, depthwise 3x3, 1x1 to what is wanted; added to what came in
    /// where that has the same shape.</summary>
    static NetworkBuilder Bottleneck(NetworkBuilder block, int from, int to, int stride = 1)
    {
        NetworkBuilder Main(NetworkBuilder m) => m
            .Conv2d(4 * from, 1, bias: false).BatchNorm2d().SiLU()
            .Conv2d(4 * from, 3, stride, padding: 1, bias: false, groups: 4 * from).BatchNorm2d().SiLU()
            .Conv2d(to, 1, bias: false).BatchNorm2d();
        return stride == 1 && from == to ? block.Fork("add", new Add(), ("conv", Main), ("skip", s => s)) : block.Sequence("conv", Main);
    }

    /// <summary>Concatenates an image with the output of a transformer on it, and mixes both by a convolution.</summary>
    static NetworkBuilder Global(NetworkBuilder block, int channels, int width, int depth, int hidden, double dropout) => block
        .Fork("cat", new Concat(),
            ("", m => m
                .Sequence("conv1", c => Convolution(c, channels, 3))
                .Sequence("conv2", c => Convolution(c, width, 1))
                .Patches("transformer", Patch, t =>
                {
                    for (var i = 0; i < depth; i++) Transformer(t, $"layers.{i}", width, hidden, dropout);
                    return t;
                })
                .Sequence("conv3", c => Convolution(c, channels, 1))),
            ("skip", s => s))
        .Sequence("conv4", c => Convolution(c, channels, 3));

    /// <summary>x + attention(norm(x)), then x + feed-forward(norm(x)).</summary>
    static NetworkBuilder Transformer(NetworkBuilder t, string name, int width, int hidden, double dropout) => t
        .Fork($"{name}.0.add", new Add(),
            ($"{name}.0", a => a
                .LayerNorm("norm")
                .Then(new SelfAttention(Heads, HeadWidth, Patch * Patch), "fn.to_qkv")
                .Sequence("fn.to_out", o => o.Linear(width).Dropout(dropout))),
            ($"{name}.0.skip", s => s))
        .Fork($"{name}.1.add", new Add(),
            ($"{name}.1", a => a
                .LayerNorm("norm")
                .Sequence("fn.ff", f => f.Linear(hidden).SiLU().Dropout(dropout).Linear(width).Dropout(dropout))),
            ($"{name}.1.skip", s => s));

    static NetworkBuilder Convolution(NetworkBuilder c, int channels, int kernel) =>
        c.Conv2d(channels, kernel, padding: kernel / 2, bias: false).BatchNorm2d().SiLU();
}
