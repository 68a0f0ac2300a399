namespace AutoFlip;

/// <summary>LeNet: two 5x5 convolutions of h and 2h channels, then hidden layers of h and h/2 neurons with dropout.</summary>
/// <remarks>Source: LeCun et al. 1998, "Gradient-based learning applied to document recognition", with the changes of AutoFLIP's reference:
/// rectifiers, widths that follow h, adaptive 4x4 pooling.</remarks>
public static class LeNet
{
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder("LeNet", input)
            .Sequence("features", f => f
                .Conv2d(options.HiddenSize, 5, padding: 1).ReLU().MaxPool2d(2)
                .Conv2d(2 * options.HiddenSize, 5, padding: 1).ReLU().MaxPool2d(2))
            .Sequence("classifier", c => c
                .AdaptiveAvgPool2d(4).Flatten()
                .Linear(options.HiddenSize).ReLU().Dropout(options.Dropout)
                .Linear(options.HiddenSize / 2).ReLU()
                .Linear(outputs))
            .Build(outputs);
}
