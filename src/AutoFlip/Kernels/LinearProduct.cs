using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>The products of a linear layer, y = x W^T + b, forward and backward, on rows of floats.</summary>
/// <remarks>Cost: a product of rows · inputs · outputs forward, and two backward. Of fewer than 64 rows the weights are read once and not
/// copied: rows are the columns of the product then, and a buffer of outputs · rows is kept.</remarks>
/// <param name="width">Width of the vectors.</param>
sealed unsafe class LinearProduct(VectorWidth width) : IDisposable
{
    const int Few = 64;

    readonly MatrixProduct _product = new(width);
    NativeBuffer<float>? _turned;
    long _capacity;

    /// <summary>y = x W^T + b.</summary>
    /// <param name="rows">Rows of x and y.</param>
    /// <param name="inputs">Columns of x.</param>
    /// <param name="outputs">Columns of y.</param>
    /// <param name="x">x.</param>
    /// <param name="xPitch">Floats from a row of x to the next.</param>
    /// <param name="weights">W [outputs, inputs].</param>
    /// <param name="biases">b; null: 0.</param>
    /// <param name="y">y, overwritten.</param>
    /// <param name="yPitch">Floats from a row of y to the next.</param>
    public void Forward(
        int rows, int inputs, int outputs, float* x, long xPitch, float* weights, float* biases, float* y, long yPitch)
    {
        if (rows == 0) return;
        if (rows >= Few)
        {
            for (var row = 0; row < rows; row++)
            {
                var to = new Span<float>(y + row * yPitch, outputs);
                if (biases is null) to.Clear();
                else new ReadOnlySpan<float>(biases, outputs).CopyTo(to);
            }
            _product.Add(rows, outputs, inputs, x, xPitch, 1, weights, inputs, true, y, yPitch);
            return;
        }
        var pitch = VectorCode.Rounded(rows);
        var turned = Turned((long)outputs * pitch);
        for (var output = 0; output < outputs; output++)
            new Span<float>(turned + output * pitch, rows).Fill(biases is null ? 0 : biases[output]);
        _product.Add(outputs, rows, inputs, weights, inputs, 1, x, xPitch, true, turned, pitch);
        Transposition.Run(outputs, rows, turned, pitch, y, yPitch);
    }

    /// <summary>W' += y'^T x and b' += Σ y', the gradients of the parameters.</summary>
    /// <param name="rows">Rows of x and y'.</param>
    /// <param name="inputs">Columns of x.</param>
    /// <param name="outputs">Columns of y'.</param>
    /// <param name="x">x, as it went forward.</param>
    /// <param name="xPitch">Floats from a row of x to the next.</param>
    /// <param name="y">y'.</param>
    /// <param name="yPitch">Floats from a row of y' to the next.</param>
    /// <param name="weights">W', added to.</param>
    /// <param name="biases">b', added to; null: there is none.</param>
    public void BackwardToParameters(
        int rows, int inputs, int outputs, float* x, long xPitch, float* y, long yPitch, float* weights, float* biases)
    {
        if (biases is not null)
        {
            var sums = new Span<float>(biases, outputs);
            for (var row = 0; row < rows; row++) TensorPrimitives.Add(sums, new ReadOnlySpan<float>(y + row * yPitch, outputs), sums);
        }
        _product.Add(outputs, inputs, rows, y, 1, yPitch, x, xPitch, false, weights, inputs);
    }

    /// <summary>x' += y' W, the gradient of the input.</summary>
    /// <param name="rows">Rows of x' and y'.</param>
    /// <param name="inputs">Columns of x'.</param>
    /// <param name="outputs">Columns of y'.</param>
    /// <param name="y">y'.</param>
    /// <param name="yPitch">Floats from a row of y' to the next.</param>
    /// <param name="weights">W.</param>
    /// <param name="x">x', added to.</param>
    /// <param name="xPitch">Floats from a row of x' to the next.</param>
    public void BackwardToInput(
        int rows, int inputs, int outputs, float* y, long yPitch, float* weights, float* x, long xPitch) =>
        _product.Add(rows, inputs, outputs, y, yPitch, 1, weights, inputs, false, x, xPitch);

    /// <inheritdoc/>
    public void Dispose()
    {
        _product.Dispose();
        _turned?.Dispose();
    }

    float* Turned(long floats)
    {
        if (floats > _capacity)
        {
            _turned?.Dispose();
            (_turned, _capacity) = (new(floats), floats);
        }
        return _turned!.First;
    }
}
