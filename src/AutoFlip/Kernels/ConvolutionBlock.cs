namespace AutoFlip;

/// <summary>Trains a convolution with its rectifier and, if there is one, 2 x 2 max pooling, an image at a time.</summary>
/// <remarks>
/// Forward: a tile computes up to 14 pixels times 32 channels from the image, which the caches hold, and the image is rectified and pooled
/// at once; the convolution's output is never in main memory. Backward: only gradients that are not 0 are multiplied (<see
/// cref="GradientLists"/>). Kept from forward to backward: the padded input of each image, and a byte per maximum.
/// </remarks>
sealed unsafe class ConvolutionBlock : IDisposable
{
    readonly (PartOfRow Part, ListSums.Kernel Sums)[] _weightParts, _inputParts;
    readonly PixelTiles _tiles;
    readonly ConvolutionWeights _weights;
    readonly GradientLists _lists;
    readonly NativeBuffer<float> _inputs, _convolved, _inputGradient;
    readonly NativeBuffer<byte> _winners;
    readonly NativeBuffer<int> _rowOf;

    /// <summary>Allocates for batches of up to <paramref name="images"/> images.</summary>
    /// <param name="shape">Sizes.</param>
    /// <param name="width">Width of the vectors.</param>
    /// <param name="images">Most images of a batch.</param>
    /// <param name="weights">Offset of the weights [Outputs, Inputs, Kernel, Kernel] among the parameters.</param>
    /// <param name="biases">Offset of the biases [Outputs].</param>
    public ConvolutionBlock(ConvolutionShape shape, VectorWidth width, int images, int weights, int biases)
    {
        Shape = shape;
        _weightParts = PartsOfRow(width, cached: false);
        _inputParts = shape.IsFirst ? [] : PartsOfRow(width, cached: true);
        _tiles = new(shape, width);
        _weights = new(shape, weights, biases);
        _lists = new(shape);
        _inputs = new((long)images * shape.ImageLength);
        _convolved = new((long)shape.ConvolvedHeight * shape.ConvolvedWidth * shape.OutputChannels);
        _inputGradient = new(shape.IsFirst ? 0 : shape.ImageLength);
        _winners = new(shape.Pools ? (long)images * shape.Cells * shape.OutputChannels : 0);
        _rowOf = new(shape.OutputChannels);
        for (var channel = 0; channel < shape.OutputChannels; channel++) _rowOf.First[channel] = channel * shape.RowLength * sizeof(float);
    }

    /// <summary>Sizes.</summary>
    public ConvolutionShape Shape { get; }

    /// <summary>The first pixel, inside the padding, of an input image: [Height, Width, InputChannels], rows PaddedWidth pixels
    /// apart.</summary>
    public float* Input(int image) => _inputs.First + (long)image * Shape.ImageLength + Shape.FirstPixel;

    /// <summary>The gradient of the input of the image that went backward last, as <see cref="Input"/>.</summary>
    public float* InputGradient => _inputGradient.First + Shape.FirstPixel;

    int RowBytes => Shape.BlocksOfRow * VectorCode.Block * sizeof(float);

    int LineBytes => Shape.PaddedWidth * Shape.InputChannels * sizeof(float);

    /// <summary>Reads weights and biases.</summary>
    /// <param name="parameters">All parameters of the network.</param>
    public void Load(float* parameters) => _weights.Load(parameters);

    /// <summary>Convolves, rectifies and pools an image.</summary>
    /// <param name="image">Its number in the batch; <see cref="Input"/> holds it.</param>
    /// <param name="to">Takes [OutputHeight, OutputWidth, OutputChannels].</param>
    /// <param name="pitch">Pixels from one of its rows to the next.</param>
    public void Forward(int image, float* to, int pitch)
    {
        _tiles.Convolve(_inputs.First + (long)image * Shape.ImageLength, _weights.Packed, _weights.Biases, _convolved.First);
        RectifiedPooling.Run(Shape, _convolved.First, to, pitch, Winners(image));
    }

    /// <summary>Adds an image's part to the gradients of weights and biases, and finds that of its input unless the layer is
    /// first.</summary>
    /// <param name="image">Its number in the batch.</param>
    /// <param name="gradients">[OutputHeight, OutputWidth, OutputChannels].</param>
    /// <param name="outputs">What <see cref="Forward"/> wrote; read only if the shape does not pool.</param>
    /// <param name="pitch">Pixels from a row of either to the next.</param>
    public void Backward(int image, float* gradients, float* outputs, int pitch)
    {
        _lists.Write(gradients, outputs, pitch, Winners(image), _weights.BiasGradients);
        AddToWeights(image);
        if (!Shape.IsFirst) FindInputGradient();
    }

    /// <summary>Adds the gradients of a batch to the network's, and begins the next.</summary>
    /// <param name="gradients">Gradients of all parameters of the network.</param>
    public void StoreGradients(float* gradients) => _weights.Store(gradients);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable part in new IDisposable[] { _tiles, _weights, _lists, _inputs, _convolved, _inputGradient, _winners, _rowOf })
            part.Dispose();
    }

    /// <summary>Of each output channel: the places of the input in its list, each times its gradient.</summary>
    void AddToWeights(int image)
    {
        var input = (byte*)(_inputs.First + (long)image * Shape.ImageLength);
        foreach (var (part, sums) in _weightParts)
            sums(
                (byte*)_weights.RowGradients + part.Row * RowBytes + part.Bytes, _rowOf.First, RowBytes,
                input + part.Row * LineBytes + part.Bytes, LineBytes,
                _lists.Places, _lists.ChannelFactors, _lists.ChannelPitch, _lists.ChannelCounts, Shape.Outputs);
    }

    /// <summary>At each place of the input: the weights of the channels in its list, each times its gradient.</summary>
    void FindInputGradient()
    {
        _inputGradient.Clear();
        var input = (byte*)_inputGradient.First;
        foreach (var (part, sums) in _inputParts)
            sums(
                input + part.Row * LineBytes + part.Bytes, _lists.PlaceOf, LineBytes,
                (byte*)_weights.Rows + part.Row * RowBytes + part.Bytes, RowBytes,
                _lists.Rows, _lists.PlaceFactors, _lists.PlacePitch, _lists.PlaceCounts, _lists.PlaceCount);
    }

    byte* Winners(int image) => Shape.Pools ? _winners.First + (long)image * Shape.Cells * Shape.OutputChannels : null;

    /// <summary>A part of a row of weights: some rows of the kernel, some blocks of each.</summary>
    readonly record struct PartOfRow(int Row, int Block, int Rows, int Blocks)
    {
        public int Bytes => Block * VectorCode.Block * sizeof(float);
    }

    /// <summary>Parts whose sums fit into registers, and their kernels.</summary>
    /// <param name="width">Width of the vectors.</param>
    /// <param name="cached">Whether the weights of a part should fit into the first-level cache as well.</param>
    (PartOfRow, ListSums.Kernel)[] PartsOfRow(VectorWidth width, bool cached)
    {
        const int Cache = 40 << 10, Busy = 8;
        var (kernel, whole) = (Shape.Kernel, Shape.BlocksOfRow);
        var ways = ListSums.Ways(kernel, whole);
        var most = VectorCode.Registers(width) / VectorCode.VectorsOf(width) / ways;
        var count = (whole + most - 1) / most;
        var blocks = (whole + count - 1) / count;
        var rows = Math.Max(1, Math.Min(Math.Min(kernel, TileRows.MostOfGroup), most / blocks));
        while (cached && rows > 1 && (long)rows * blocks * VectorCode.Block * sizeof(float) * Shape.Outputs > Cache
            && (rows - 1) * blocks >= Busy) rows--;
        List<(PartOfRow, ListSums.Kernel)> parts = [];
        for (var row = 0; row < kernel; row += rows)
            for (var block = 0; block < whole; block += blocks)
            {
                var part = new PartOfRow(row, block, Math.Min(rows, kernel - row), Math.Min(blocks, whole - block));
                parts.Add((part, ListSums.Of(width, part.Rows, part.Blocks, ways)));
            }
        return [.. parts];
    }
}
