namespace AutoFlip;

/// <summary>The shape of one sample: channels, height, width. A row of a table is n x 1 x 1.</summary>
public readonly record struct SampleShape(int Channels, int Height, int Width)
{
    /// <summary>Values per sample.</summary>
    public int Length => Channels * Height * Width;

    /// <inheritdoc/>
    public override string ToString() => $"{Channels}x{Height}x{Width}";
}

/// <summary>Labelled samples that can be read as float32 batches. Immutable and safe to read from several threads.</summary>
public abstract class SampleSet
{
    /// <summary>The shape of every sample.</summary>
    public abstract SampleShape Shape { get; }

    /// <summary>The class of each sample, 0 .. classes - 1.</summary>
    public abstract ReadOnlySpan<int> Labels { get; }

    /// <summary>Number of samples.</summary>
    public int Count => Labels.Length;

    /// <summary>Writes samples as float32, [rows, C, H, W].</summary>
    /// <param name="rows">Which samples, in this order.</param>
    /// <param name="into">rows.Length x <see cref="SampleShape.Length"/> values; all of them are written.</param>
    /// <param name="augmentation">Draws the training augmentations; null reads the samples as they are, as evaluation must.</param>
    public abstract void Read(ReadOnlySpan<int> rows, Span<float> into, KeyedRandom? augmentation);
}

/// <summary>A data set as loaded: what clients share out, and what the server tests on.</summary>
/// <param name="Train">The samples that are dealt to clients.</param>
/// <param name="Test">The server's test set; null if the data set has none.</param>
/// <param name="ClassNames">One name per class.</param>
public sealed record LoadedData(SampleSet Train, SampleSet? Test, IReadOnlyList<string> ClassNames)
{
    /// <summary>Number of classes.</summary>
    public int Classes => ClassNames.Count;
}
