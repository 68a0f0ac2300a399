namespace AutoFlip;

/// <summary>VGG: 3x3 convolutions in stages that halve the image, then two hidden layers of 4096 neurons with dropout. With BN, batch
/// normalisation follows every convolution.</summary>
/// <remarks>
/// 124 to 129 million parameters, nearly all of them in the hidden layers.
/// <para>Source: Simonyan and Zisserman 2015, arXiv:1409.1556. Differs, as AutoFLIP's reference does: VGG9 and VGG11 have four stages of up
/// to two convolutions; VGG13 is the paper's configuration B. Images shrink by 16, VGG13's by 32.</para>
/// </remarks>
public static class Vgg
{
    static readonly (int Width, int Convolutions)[] Nine = [(64, 1), (128, 1), (256, 2), (512, 2)];
    static readonly (int Width, int Convolutions)[] Eleven = [(64, 2), (128, 2), (256, 2), (512, 2)];
    static readonly (int Width, int Convolutions)[] Thirteen = [(64, 2), (128, 2), (256, 2), (512, 2), (512, 2)];

    /// <summary>VGG9: stages of 1, 1, 2 and 2 convolutions.</summary>
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create9(SampleShape input, int outputs, ModelOptions options) =>
        Create("VGG9", Nine, false, input, outputs, options);

    /// <summary>VGG9BN: VGG9 with batch normalisation.</summary>
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create9BN(SampleShape input, int outputs, ModelOptions options) =>
        Create("VGG9BN", Nine, true, input, outputs, options);

    /// <summary>VGG11: four stages of two convolutions.</summary>
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create11(SampleShape input, int outputs, ModelOptions options) =>
        Create("VGG11", Eleven, false, input, outputs, options);

    /// <summary>VGG11BN: VGG11 with batch normalisation.</summary>
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create11BN(SampleShape input, int outputs, ModelOptions options) =>
        Create("VGG11BN", Eleven, true, input, outputs, options);

    /// <summary>VGG13: five stages of two convolutions.</summary>
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create13(SampleShape input, int outputs, ModelOptions options) =>
        Create("VGG13", Thirteen, false, input, outputs, options);

    /// <summary>VGG13BN: VGG13 with batch normalisation.</summary>
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create13BN(SampleShape input, int outputs, ModelOptions options) =>
        Create("VGG13BN", Thirteen, true, input, outputs, options);

    static Network Create(
        string name, (int Width, int Convolutions)[] stages, bool normalize, SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder(name, input)
            .Sequence("features", f =>
            {
                foreach (var (width, convolutions) in stages)
                {
                    for (var i = 0; i < convolutions; i++)
                    {
                        f.Conv2d(width, 3, padding: 1);
                        if (normalize) f.BatchNorm2d();
                        f.ReLU();
                    }
                    f.MaxPool2d(2);
                }
                return f;
            })
            .Sequence("classifier", c => c
                .AdaptiveAvgPool2d(7).Flatten()
                .Linear(4096).ReLU().Dropout(options.Dropout)
                .Linear(4096).ReLU().Dropout(options.Dropout)
                .Linear(outputs))
            .Build(outputs);
}
