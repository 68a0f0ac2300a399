namespace AutoFlip;

/// <summary>VGG: 3x3 convolutions in stages that halve the image, then two hidden layers of 4096 neurons with dropout.</summary>
/// <remarks>
/// Widths 64 to 512 and 4096 are fixed (124 million parameters for VGG9); <see cref="ModelOptions.WidthDivisor"/> divides them all.
/// <para>Source: Simonyan and Zisserman 2015, arXiv:1409.1556; VGG9 is a shorter list of stages.</para>
/// </remarks>
public static class Vgg
{
    static readonly (int Width, int Convolutions)[] Nine = [(64, 1), (128, 1), (256, 2), (512, 2)];

    /// <summary>VGG9: stages of 1, 1, 2 and 2 convolutions.</summary>
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create9(SampleShape input, int outputs, ModelOptions options) =>
        Create("VGG9", Nine, false, input, outputs, options);

    /// <summary>VGG9BN: VGG9 with batch normalisation after every convolution.</summary>
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create9BN(SampleShape input, int outputs, ModelOptions options) =>
        Create("VGG9BN", Nine, true, input, outputs, options);

    static Network Create(
        string name, (int Width, int Convolutions)[] stages, bool normalize, SampleShape input, int outputs, ModelOptions options)
    {
        int Width(int full) => Math.Max(full / options.WidthDivisor, 1);
        return new NetworkBuilder(name, input)
            .Sequence("features", f =>
            {
                foreach (var (width, convolutions) in stages)
                {
                    for (var i = 0; i < convolutions; i++)
                    {
                        f.Conv2d(Width(width), 3, padding: 1);
                        if (normalize) f.BatchNorm2d();
                        f.ReLU();
                    }
                    f.MaxPool2d(2);
                }
                return f;
            })
            .Sequence("classifier", c => c
                .AdaptiveAvgPool2d(7).Flatten()
                .Linear(Width(4096)).ReLU().Dropout(options.Dropout)
                .Linear(Width(4096)).ReLU().Dropout(options.Dropout)
                .Linear(outputs))
            .Build(outputs);
    }
}
