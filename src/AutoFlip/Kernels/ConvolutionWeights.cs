namespace AutoFlip;

/// <summary>Weights and biases of a convolution in the orders that kernels read, and their gradients.</summary>
/// <param name="shape">Sizes.</param>
/// <param name="weights">Offset of the weights [Outputs, Inputs, Kernel, Kernel] among the parameters.</param>
/// <param name="biases">Offset of the biases [Outputs].</param>
sealed unsafe class ConvolutionWeights(ConvolutionShape shape, int weights, int biases) : IDisposable
{
    readonly NativeBuffer<float> _packed = new((long)shape.OutputChannels * shape.Kernel * shape.Kernel * shape.Inputs);
    readonly NativeBuffer<float> _rows = new((long)shape.OutputChannels * shape.RowLength);
    readonly NativeBuffer<float> _rowGradients = new((long)shape.OutputChannels * shape.RowLength);
    readonly NativeBuffer<float> _biases = new(shape.OutputChannels), _biasGradients = new(shape.OutputChannels);

    /// <summary>Forward: blocks of <see cref="PixelTiles.Columns"/> outputs, or what is left: [kernel rows][kernel
    /// columns][Inputs][outputs].</summary>
    public float* Packed => _packed.First;

    /// <summary>Backward: an output's weights in the order of the input, <see cref="ConvolutionShape.RowLength"/> floats.</summary>
    public float* Rows => _rows.First;

    /// <summary>Gradients in the order of <see cref="Rows"/>.</summary>
    public float* RowGradients => _rowGradients.First;

    /// <summary>[OutputChannels].</summary>
    public float* Biases => _biases.First;

    /// <summary>Their gradients.</summary>
    public float* BiasGradients => _biasGradients.First;

    /// <summary>Reads weights and biases.</summary>
    /// <param name="parameters">All parameters of the network.</param>
    public void Load(float* parameters)
    {
        int taps = shape.Kernel * shape.Kernel, pitch = shape.BlocksOfRow * VectorCode.Block;
        new Span<float>(parameters + biases, shape.Outputs).CopyTo(new(_biases.First, shape.Outputs));
        for (var first = 0; first < shape.OutputChannels; first += PixelTiles.Columns)
        {
            var columns = Math.Min(PixelTiles.Columns, shape.OutputChannels - first);
            for (var column = 0; column < Math.Min(columns, shape.Outputs - first); column++)
            {
                var weight = parameters + weights + (long)(first + column) * shape.Inputs * taps;
                var packed = _packed.First + (long)first * taps * shape.Inputs + column;
                var row = _rows.First + (long)(first + column) * shape.RowLength;
                for (var input = 0; input < shape.Inputs; input++)
                    for (int tap = 0, y = 0; y < shape.Kernel; y++)
                        for (var x = 0; x < shape.Kernel; x++, tap++, weight++)
                        {
                            packed[(tap * shape.Inputs + input) * columns] = *weight;
                            row[y * pitch + x * shape.InputChannels + input] = *weight;
                        }
            }
        }
    }

    /// <summary>Adds the gradients of a batch to the network's, and begins the next.</summary>
    /// <param name="gradients">Gradients of all parameters of the network.</param>
    public void Store(float* gradients)
    {
        var pitch = shape.BlocksOfRow * VectorCode.Block;
        var weight = gradients + weights;
        for (var output = 0; output < shape.Outputs; output++)
        {
            gradients[biases + output] += _biasGradients.First[output];
            var row = _rowGradients.First + (long)output * shape.RowLength;
            for (var input = 0; input < shape.Inputs; input++)
                for (var y = 0; y < shape.Kernel; y++)
                    for (var x = 0; x < shape.Kernel; x++) *weight++ += row[y * pitch + x * shape.InputChannels + input];
        }
        _rowGradients.Clear();
        _biasGradients.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in new[] { _packed, _rows, _rowGradients, _biases, _biasGradients }) buffer.Dispose();
    }
}
