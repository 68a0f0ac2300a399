namespace AutoFlip;

/// <summary>Trains the first layers of a network by our own kernels: forward from images to scores, and backward from the scores' gradients
/// to those of the parameters. No autograd, and no memory is allocated after the first batch of a size.</summary>
/// <remarks>
/// An image goes through all convolutions before the next one begins, so that what is between them stays in the caches. Kept for the way
/// back: inputs of convolutions and linear layers, and a byte per maximum. Sums run in a fixed order, so that processors with AVX-512
/// agree to the bit; with AVX2, a convolution's input gradient is summed in another one.
/// </remarks>
sealed unsafe class KernelPass : IDisposable
{
    readonly KernelPlan _plan;
    readonly LinearProduct _product;
    readonly ConvolutionBlock[] _blocks;
    readonly FeatureMatrix[] _features; // of the image, then of each linear layer's outputs
    readonly float[][] _dropped;
    readonly FeatureLayout? _layout;
    readonly NativeBuffer<float>? _image, _imageGradient; // of the last block
    int _images;

    /// <summary>Allocates.</summary>
    /// <param name="plan">The layers.</param>
    /// <param name="width">Width of the vectors.</param>
    /// <param name="capacity">Most images of a batch.</param>
    public KernelPass(KernelPlan plan, VectorWidth width, int capacity)
    {
        (_plan, Capacity) = (plan, capacity);
        _product = new(width);
        _blocks = [.. plan.Convolutions.Select(block => new ConvolutionBlock(block.Shape, width, capacity, block.Weights, block.Biases))];
        LinearStep[] linear = [.. plan.Dense.OfType<LinearStep>()];
        _features =
            [.. linear.Select(step => step.Inputs).Append(linear[^1].Outputs).Select(columns => new FeatureMatrix(capacity, columns))];
        _dropped = [.. plan.Dense.OfType<DropStep>().Select(_ => Array.Empty<float>())];
        if (_blocks is [.., var last])
        {
            var shape = last.Shape;
            _layout = new(shape.Outputs, shape.OutputHeight, shape.OutputWidth, plan.Cells);
            _image = new((long)capacity * shape.Cells * shape.OutputChannels);
            _imageGradient = new((long)shape.Cells * shape.OutputChannels);
        }
    }

    /// <summary>Most images of a batch.</summary>
    public int Capacity { get; }

    /// <summary>Computes the scores of a batch.</summary>
    /// <param name="input">[N, C, H, W] or [N, F].</param>
    /// <param name="images">N, at most <see cref="Capacity"/>.</param>
    /// <param name="parameters">All parameters of the network.</param>
    /// <param name="dropout">Where dropout draws from; null turns it off.</param>
    /// <param name="scores">Takes [N, outputs of the last linear layer].</param>
    public void Forward(float* input, int images, float* parameters, KeyedRandom? dropout, Span<float> scores)
    {
        _images = images;
        if (_blocks is []) Copy(input);
        else Convolve(input, parameters);
        var (at, drop) = (0, 0);
        foreach (var step in _plan.Dense)
            switch (step)
            {
                case LinearStep linear:
                    Forward(linear, _features[at], _features[++at], parameters);
                    break;
                case RectifyStep:
                    _features[at].Rectify(images);
                    break;
                case DropStep { Layer: var layer }:
                    _dropped[drop] = layer.Draw(images * _features[at].Columns, dropout, _dropped[drop]);
                    if (_dropped[drop] is not []) _features[at].Multiply(images, _dropped[drop], gradients: false);
                    drop++;
                    break;
            }
        var outputs = _features[^1];
        for (var image = 0; image < images; image++)
            new Span<float>(outputs.Row(image), outputs.Columns).CopyTo(scores[(image * outputs.Columns)..]);
    }

    /// <summary>Adds the gradients of the batch that went forward last.</summary>
    /// <param name="scores">Gradients of its scores.</param>
    /// <param name="parameters">All parameters of the network.</param>
    /// <param name="gradients">Their gradients, added to.</param>
    public void Backward(ReadOnlySpan<float> scores, float* parameters, float* gradients)
    {
        var outputs = _features[^1];
        for (var image = 0; image < _images; image++)
            scores.Slice(image * outputs.Columns, outputs.Columns).CopyTo(new(outputs.GradientRow(image), outputs.Columns));
        var (at, drop) = (_features.Length - 1, _dropped.Length);
        foreach (var step in _plan.Dense.Reverse())
            switch (step)
            {
                case LinearStep linear:
                    Backward(linear, _features[at - 1], _features[at], parameters, gradients, wantsInput: at > 1 || _blocks is not []);
                    at--;
                    break;
                case RectifyStep:
                    _features[at].RectifyGradients(_images);
                    break;
                case DropStep:
                    if (_dropped[--drop] is not []) _features[at].Multiply(_images, _dropped[drop], gradients: true);
                    break;
            }
        if (_blocks is not []) ConvolveBack(gradients);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _product.Dispose();
        _layout?.Dispose();
        _image?.Dispose();
        _imageGradient?.Dispose();
        foreach (var block in _blocks) block.Dispose();
        foreach (var features in _features) features.Dispose();
    }

    void Copy(float* input)
    {
        var features = _features[0];
        for (var image = 0; image < _images; image++)
            new Span<float>(input + (long)image * features.Columns, features.Columns).CopyTo(new(features.Row(image), features.Columns));
    }

    void Convolve(float* input, float* parameters)
    {
        foreach (var block in _blocks) block.Load(parameters);
        var first = _blocks[0].Shape;
        var pixels = first.Height * first.Width;
        for (var image = 0; image < _images; image++)
        {
            for (var y = 0; y < first.Height; y++)
                Transposition.Run(
                    first.Inputs, first.Width, input + (long)image * first.Inputs * pixels + y * first.Width, pixels,
                    _blocks[0].Input(image) + (long)y * first.PaddedWidth * first.InputChannels, first.InputChannels);
            for (var i = 0; i < _blocks.Length; i++) _blocks[i].Forward(image, Output(i, image), OutputPitch(i));
            _layout!.Forward(Output(_blocks.Length - 1, image), _features[0].Row(image));
        }
    }

    void ConvolveBack(float* gradients)
    {
        for (var image = 0; image < _images; image++)
        {
            _layout!.Backward(_features[0].GradientRow(image), _imageGradient!.First);
            var gradient = _imageGradient.First;
            for (var i = _blocks.Length - 1; i >= 0; i--)
            {
                _blocks[i].Backward(image, gradient, Output(i, image), OutputPitch(i));
                gradient = _blocks[i].InputGradient;
            }
        }
        foreach (var block in _blocks) block.StoreGradients(gradients);
    }

    /// <summary>An image's output of a block: the input of the next one, inside its padding.</summary>
    float* Output(int block, int image) => block + 1 < _blocks.Length
        ? _blocks[block + 1].Input(image)
        : _image!.First + (long)image * _blocks[block].Shape.Cells * _blocks[block].Shape.OutputChannels;

    /// <summary>Pixels from a row of a block's output to the next.</summary>
    int OutputPitch(int block) => block + 1 < _blocks.Length ? _blocks[block + 1].Shape.PaddedWidth : _blocks[block].Shape.OutputWidth;

    void Forward(LinearStep step, FeatureMatrix x, FeatureMatrix y, float* parameters) => _product.Forward(
        _images, step.Inputs, step.Outputs, x.Row(0), x.Pitch, parameters + step.Weights, parameters + step.Biases!.Value, y.Row(0),
        y.Pitch);

    void Backward(LinearStep step, FeatureMatrix x, FeatureMatrix y, float* parameters, float* gradients, bool wantsInput)
    {
        _product.BackwardToParameters(
            _images, step.Inputs, step.Outputs, x.Row(0), x.Pitch, y.GradientRow(0), y.Pitch, gradients + step.Weights,
            gradients + step.Biases!.Value);
        if (!wantsInput) return;
        new Span<float>(x.GradientRow(0), _images * x.Pitch).Clear();
        _product.BackwardToInput(
            _images, step.Inputs, step.Outputs, y.GradientRow(0), y.Pitch, parameters + step.Weights, x.GradientRow(0), x.Pitch);
    }
}
