namespace AutoFlip;

/// <summary>Sizes of a convolution with a rectifier and, if it pools, 2 x 2 max pooling behind it.</summary>
/// <param name="Inputs">Channels that come in.</param>
/// <param name="Outputs">Channels that go out.</param>
/// <param name="Kernel">Side of the kernel.</param>
/// <param name="Padding">Zeros on each side of the input.</param>
/// <param name="Height">Rows of the input.</param>
/// <param name="Width">Columns of the input.</param>
/// <param name="IsFirst">True if nothing before it has weights: the input's gradient is not needed.</param>
/// <param name="Pools">Whether pooling follows.</param>
/// <param name="PoolPadding">Padding of the pooling: 0 or 1.</param>
/// <remarks>In memory, an image is [rows, columns, channels], with its padding, and with channels rounded up to whole blocks; the
/// first layer's are not rounded up. Channels that exist only by rounding are 0.</remarks>
sealed record ConvolutionShape(
    int Inputs, int Outputs, int Kernel, int Padding, int Height, int Width, bool IsFirst, bool Pools = false, int PoolPadding = 0)
{
    /// <summary>Channels of the input in memory.</summary>
    public int InputChannels { get; } = IsFirst ? Inputs : VectorCode.Rounded(Inputs);

    /// <summary>Channels of the output in memory.</summary>
    public int OutputChannels { get; } = VectorCode.Rounded(Outputs);

    /// <summary>Columns of the input with padding.</summary>
    public int PaddedWidth { get; } = Width + 2 * Padding;

    /// <summary>Rows of the input with padding.</summary>
    public int PaddedHeight { get; } = Height + 2 * Padding;

    /// <summary>Rows before pooling.</summary>
    public int ConvolvedHeight { get; } = Height + 2 * Padding - Kernel + 1;

    /// <summary>Columns before pooling.</summary>
    public int ConvolvedWidth { get; } = Width + 2 * Padding - Kernel + 1;

    /// <summary>Rows of the output.</summary>
    public int OutputHeight { get; } = Slide(Height + 2 * Padding - Kernel + 1, Pools, PoolPadding);

    /// <summary>Columns of the output.</summary>
    public int OutputWidth { get; } = Slide(Width + 2 * Padding - Kernel + 1, Pools, PoolPadding);

    /// <summary>Pixels of the output.</summary>
    public int Cells => OutputHeight * OutputWidth;

    /// <summary>Places of the convolution that a cell may take its value from.</summary>
    public int Slots => Pools ? 4 : 1;

    /// <summary>Floats of an input image with padding.</summary>
    public int ImageLength => PaddedHeight * PaddedWidth * InputChannels;

    /// <summary>Floats between the first one and the first pixel inside the padding.</summary>
    public int FirstPixel => Padding * (PaddedWidth + 1) * InputChannels;

    /// <summary>Blocks that one row of the kernel covers in the input.</summary>
    public int BlocksOfRow => VectorCode.Blocks(Kernel * InputChannels);

    /// <summary>Floats of an output's weights in the order of the input: [kernel rows][blocks].</summary>
    public int RowLength => Kernel * BlocksOfRow * VectorCode.Block;

    /// <summary>Offset in the padded input at which the place of a slot of a cell begins, in floats. It may lie outside where the pooling
    /// pads.</summary>
    public int PlaceOf(int cell, int slot)
    {
        var (y, x) = Math.DivRem(cell, OutputWidth);
        if (Pools) (y, x) = (2 * y - PoolPadding + slot / 2, 2 * x - PoolPadding + slot % 2);
        return (y * PaddedWidth + x) * InputChannels;
    }

    static int Slide(int length, bool pools, int padding) => pools ? (length + 2 * padding - 2) / 2 + 1 : length;
}
