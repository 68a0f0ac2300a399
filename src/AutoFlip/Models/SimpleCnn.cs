namespace AutoFlip;

/// <summary>SimpleCNN: 3x3 convolutions of 32 and 64 channels, one pooling and a hidden layer of 128 neurons, with dropout.</summary>
/// <remarks>
/// 1,626,442 parameters for ten classes of 3x32x32; images need 6 pixels a side. Dropout is the published, 0.25 behind the pooling and 0.5
/// behind the hidden layer, whatever <see cref="ModelOptions.Dropout"/> is.
/// <para>Source: pfl-research's <c>simple_cnn</c> (Granqvist et al. 2024, arXiv:2404.06430). Differs: offsets start at 0, as those of all
/// our networks.</para>
/// </remarks>
public static class SimpleCnn
{
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder("SimpleCNN", input)
            .Sequence("features", f => f.Conv2d(32, 3).ReLU().Conv2d(64, 3).ReLU().MaxPool2d(2).Dropout(0.25))
            .Sequence("classifier", c => c.Flatten().Linear(128).ReLU().Dropout(0.5).Linear(outputs))
            .Build(outputs);
}
