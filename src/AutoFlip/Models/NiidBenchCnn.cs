namespace AutoFlip;

/// <summary>NIIDBenchCNN: 5x5 convolutions of 6 and 16 channels, each pooled, and hidden layers of 120 and 84 neurons.</summary>
/// <remarks>
/// 62,006 parameters for ten classes of 3x32x32, 44,426 of 1x28x28; images need 16 pixels a side.
/// <para>Source: NIID-Bench's <c>simple-cnn</c> (Li et al. 2022, arXiv 2102.02079), which Flower's baseline <c>niid_bench</c> has too. They
/// start it as PyTorch does: <c>--initialization torch</c>.</para>
/// </remarks>
public static class NiidBenchCnn
{
    /// <inheritdoc cref="ModelFactory"/>
    public static Network Create(SampleShape input, int outputs, ModelOptions options) =>
        new NetworkBuilder("NIIDBenchCNN", input)
            .Sequence("features", f => f.Conv2d(6, 5).ReLU().MaxPool2d(2).Conv2d(16, 5).ReLU().MaxPool2d(2))
            .Sequence("classifier", c => c.Flatten().Linear(120).ReLU().Linear(84).ReLU().Linear(outputs))
            .Build(outputs);
}
