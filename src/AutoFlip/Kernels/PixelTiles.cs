namespace AutoFlip;

/// <summary>Convolves an image by register tiles: some pixels of a row, or of several short rows, times one or two blocks of
/// channels.</summary>
sealed unsafe class PixelTiles : IDisposable
{
    /// <summary>Output channels that packed weights hold side by side.</summary>
    public const int Columns = 2 * VectorCode.Block;

    readonly ConvolutionShape _shape;
    readonly (Tile.Kernel? Two, Tile.Kernel? One)[] _tiles; // for two blocks of channels, and for a last one alone
    readonly NativeBuffer<int> _offsets; // of each tile, as Tile takes them

    /// <summary>Cuts the convolved image into tiles.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="width">Width of the vectors.</param>
    public PixelTiles(ConvolutionShape shape, VectorWidth width)
    {
        _shape = shape;
        var tiles = Cover(shape.ConvolvedHeight, shape.ConvolvedWidth, Tile.MostRows(width)).ToArray();
        var (pairs, rest) = Math.DivRem(shape.OutputChannels, Columns);
        _tiles = [.. tiles.Select(tile => (
            pairs > 0 ? Tile.Of(width, tile.Rows, 2) : null, rest > 0 ? Tile.Of(width, tile.Rows, 1) : null))];
        _offsets = new(2L * TileRows.MostGroups * tiles.Length);
        for (var i = 0; i < tiles.Length; i++)
            for (var group = 0; group < tiles[i].Starts.Length; group++)
            {
                var (y, x) = tiles[i].Starts[group];
                var at = _offsets.First + 2 * TileRows.MostGroups * i + group;
                at[0] = (y * shape.PaddedWidth + x) * shape.InputChannels * sizeof(float);
                at[TileRows.MostGroups] = (y * shape.ConvolvedWidth + x) * shape.OutputChannels * sizeof(float);
            }
    }

    /// <summary>Convolves.</summary>
    /// <param name="image">[PaddedHeight, PaddedWidth, InputChannels].</param>
    /// <param name="weights">Blocks of <see cref="Columns"/> output channels, or what is left: [kernel rows][kernel
    /// columns][Inputs][channels].</param>
    /// <param name="bias">[OutputChannels].</param>
    /// <param name="to">Takes [ConvolvedHeight, ConvolvedWidth, OutputChannels].</param>
    public void Convolve(float* image, float* weights, float* bias, float* to)
    {
        int kernel = _shape.Kernel, inputs = _shape.Inputs;
        var contiguous = _shape.InputChannels == inputs; // columns of the kernel and channels are one run of the image
        nint pixel = _shape.InputChannels * sizeof(float), line = _shape.PaddedWidth * pixel;
        nint result = _shape.OutputChannels * sizeof(float);
        for (var first = 0; first < _shape.OutputChannels; first += Columns)
        {
            var columns = Math.Min(Columns, _shape.OutputChannels - first);
            nint ws = columns * sizeof(float);
            for (var i = 0; i < _tiles.Length; i++)
            {
                var tile = columns == Columns ? _tiles[i].Two! : _tiles[i].One!;
                var offsets = _offsets.First + 2 * TileRows.MostGroups * i;
                if (contiguous)
                    tile(
                        (byte*)image, (byte*)weights, (byte*)(bias + first), (byte*)(to + first), offsets, pixel, sizeof(float), ws, result,
                        kernel, kernel * inputs, line - kernel * pixel);
                else
                    for (var row = 0; row < kernel; row++)
                        tile(
                            (byte*)image + row * line, (byte*)(weights + row * kernel * inputs * columns),
                            row == 0 ? (byte*)(bias + first) : null, (byte*)(to + first), offsets, pixel, sizeof(float), ws, result,
                            kernel, inputs, pixel - inputs * sizeof(float));
            }
            weights += kernel * kernel * inputs * columns;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _offsets.Dispose();

    /// <summary>Tiles that cover an image: rows are cut into equal parts, and short rows are taken together.</summary>
    /// <param name="height">Rows.</param>
    /// <param name="width">Pixels of a row.</param>
    /// <param name="most">Most pixels of a tile.</param>
    internal static IEnumerable<(TileRows Rows, (int Y, int X)[] Starts)> Cover(int height, int width, int most)
    {
        var parts = (width + most - 1) / most;
        var together = parts > 1 ? 1 : Math.Min(most / width, TileRows.MostGroups / TileRows.Of(width).Groups.Length);
        for (var y = 0; y < height; y += together)
        {
            var lines = Math.Min(together, height - y);
            for (var (part, x) = (0, 0); part < parts; part++)
            {
                var pixels = (width - part + parts - 1) / parts;
                var rows = TileRows.Repeat(TileRows.Of(pixels), lines);
                yield return (rows, [.. Starts(y, x, TileRows.Of(pixels), lines)]);
                x += pixels;
            }
        }
    }

    static IEnumerable<(int Y, int X)> Starts(int y, int x, TileRows pixels, int lines)
    {
        for (var line = 0; line < lines; line++)
            for (var (group, at) = (0, x); group < pixels.Groups.Length; at += pixels.Groups[group++]) yield return (y + line, at);
    }
}
