using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace AutoFlip;

/// <summary>Features of a batch, [N, F], and their gradients. Rows begin at whole blocks; what is between rows is 0.</summary>
sealed unsafe class FeatureMatrix : IDisposable
{
    readonly NativeBuffer<float> _values, _gradients;

    /// <summary>Allocates.</summary>
    /// <param name="rows">Most rows.</param>
    /// <param name="columns">Features.</param>
    public FeatureMatrix(int rows, int columns)
    {
        Columns = columns;
        Pitch = VectorCode.Rounded(columns);
        _values = new((long)rows * Pitch);
        _gradients = new((long)rows * Pitch);
    }

    /// <summary>Features.</summary>
    public int Columns { get; }

    /// <summary>Floats from a row to the next.</summary>
    public int Pitch { get; }

    /// <summary>A row of values.</summary>
    public float* Row(int row) => _values.First + (long)row * Pitch;

    /// <summary>A row of gradients.</summary>
    public float* GradientRow(int row) => _gradients.First + (long)row * Pitch;

    /// <summary>x = max(x, 0), NaN as it is.</summary>
    public void Rectify(int rows)
    {
        var value = Row(0);
        for (var end = Row(rows); value < end; value += VectorCode.Block)
            Positive(value).Store(value);

        static Vector512<float> Positive(float* at)
        {
            var value = Vector512.Load(at);
            return value & ~Vector512.LessThanOrEqual(value, Vector512<float>.Zero);
        }
    }

    /// <summary>Clears gradients of values that a rectifier has made 0.</summary>
    public void RectifyGradients(int rows)
    {
        float* value = Row(0), gradient = GradientRow(0);
        for (var end = Row(rows); value < end; value += VectorCode.Block, gradient += VectorCode.Block)
            (Vector512.Load(gradient) & ~Vector512.LessThanOrEqual(Vector512.Load(value), Vector512<float>.Zero)).Store(gradient);
    }

    /// <summary>Multiplies values, or gradients, by factors [rows, Columns].</summary>
    public void Multiply(int rows, ReadOnlySpan<float> factors, bool gradients)
    {
        for (var row = 0; row < rows; row++)
        {
            var to = new Span<float>(gradients ? GradientRow(row) : Row(row), Columns);
            TensorPrimitives.Multiply(to, factors.Slice(row * Columns, Columns), to);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _values.Dispose();
        _gradients.Dispose();
    }
}
