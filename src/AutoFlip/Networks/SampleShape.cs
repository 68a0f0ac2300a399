namespace AutoFlip;

/// <summary>The shape of one sample: channels, height, width. A row of a table and a sequence of token ids are n x 1 x 1.</summary>
public readonly record struct SampleShape(int Channels, int Height, int Width)
{
    /// <summary>Values per sample.</summary>
    public int Length => Channels * Height * Width;

    /// <inheritdoc/>
    public override string ToString() => $"{Channels}x{Height}x{Width}";
}
