using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>Draws one weight tensor: a matrix or convolution kernel.</summary>
/// <param name="values">The tensor, row by row; all values are written.</param>
/// <param name="shape">Two or more sizes, outputs first.</param>
/// <param name="gain">Factor on the standard deviation, above 0; some schemes ignore it.</param>
/// <param name="random">The tensor's own stream.</param>
public delegate void Initializer(Span<float> values, ImmutableArray<int> shape, double gain, KeyedRandom random);

/// <summary>A scheme of w_0.</summary>
/// <param name="Weights">Draws matrices and kernels.</param>
/// <param name="Offsets">Draws offsets of convolutions and linear layers, from the shape of the layer's weights; null: they start at
/// 0.</param>
public sealed record InitializationScheme(Initializer Weights, Initializer? Offsets = null);

/// <summary>The schemes of w_0.</summary>
/// <remarks>
/// With r the product of a kernel's sides (1 for a matrix): fan_in = shape[1] r, fan_out = shape[0] r. Offsets start at 0 unless the scheme
/// draws them, normalisation
/// at scale 1, offset 0, mean 0, variance 1 (AutoFLIP's reference draws the scale from N(1, gain^2), which starts 16 % of the channels
/// inverted: a slip, not followed). Embeddings and recurrent layers start as PyTorch starts them, whatever the scheme: there the
/// reference leaves them alone.
/// </remarks>
public static class Initialization
{
    /// <summary>Rows orthogonalised against each other before the rest is: their vectors stay in the cache.</summary>
    const int Panel = 32;

    /// <summary>Draws all tensors of a network by a scheme without offsets.</summary>
    public static Weights Draw(Network network, Initializer scheme, double gain, Seeds seeds) =>
        Draw(network, new InitializationScheme(scheme), gain, seeds);

    /// <summary>Draws all tensors of a network.</summary>
    /// <param name="network">The architecture.</param>
    /// <param name="scheme">For matrices, kernels and perhaps offsets; the rest starts at constants.</param>
    /// <param name="gain">Handed to the scheme.</param>
    /// <param name="seeds">The run's generators: each tensor has its own stream, so that no draw depends on another tensor's size.</param>
    public static Weights Draw(Network network, InitializationScheme scheme, double gain, Seeds seeds)
    {
        var values = new float[network.Layout.Count];
        var part = 0;
        foreach (var node in network.Nodes)
        {
            for (var i = 0; i < node.Tensors.Length; i++)
            {
                var entry = network.Layout[node.Tensors[i]];
                var tensor = values.AsSpan(entry.Range);
                var random = seeds.For(Purpose.Initialization, part: part++);
                if (scheme.Offsets is { } offsets && entry.Role == TensorRole.Bias && node.Layer!.DrawsOffsets)
                    offsets(tensor, network.Layout[node.Tensors[0]].Shape, gain, random);
                else node.Layer!.Start(i, entry, tensor, scheme.Weights, gain, random);
            }
        }
        return new Weights(network.Layout, values);
    }

    /// <summary>Uniform between -b and b, with b = 1 / sqrt(fan_in), for weights and offsets alike. The gain is ignored.</summary>
    /// <remarks>Source: PyTorch's <c>reset_parameters</c> of convolutions and linear layers (there: Kaiming's uniform scheme with slope
    /// sqrt(5)).</remarks>
    public static void Torch(Span<float> values, ImmutableArray<int> shape, double gain, KeyedRandom random)
    {
        var bound = 1 / Math.Sqrt(shape.Skip(1).Aggregate(1.0, (product, size) => product * size));
        foreach (ref var value in values) value = (float)random.NextDouble(-bound, bound);
    }

    /// <summary>N(0, gain^2).</summary>
    public static void Normal(Span<float> values, ImmutableArray<int> shape, double gain, KeyedRandom random) =>
        Gaussian(values, gain, random);

    /// <summary>N(0, s^2) with s = gain sqrt(2 / (fan_in + fan_out)).</summary>
    /// <remarks>Source: Glorot and Bengio 2010, AISTATS.</remarks>
    public static void Xavier(Span<float> values, ImmutableArray<int> shape, double gain, KeyedRandom random) =>
        Gaussian(values, gain * Math.Sqrt(2 / FanSum(shape)), random);

    /// <summary>Uniform between -b and b, with b = sqrt(6 / (fan_in + fan_out)). The gain is ignored, as in AutoFLIP's reference.</summary>
    /// <remarks>Source: Glorot and Bengio 2010, AISTATS.</remarks>
    public static void XavierUniform(Span<float> values, ImmutableArray<int> shape, double gain, KeyedRandom random)
    {
        var bound = Math.Sqrt(6 / FanSum(shape));
        foreach (ref var value in values) value = (float)random.NextDouble(-bound, bound);
    }

    /// <summary>N(0, s^2) with s = sqrt(2 / fan_in). The gain is ignored, as in AutoFLIP's reference.</summary>
    /// <remarks>Source: He et al. 2015, arXiv:1502.01852.</remarks>
    public static void Kaiming(Span<float> values, ImmutableArray<int> shape, double gain, KeyedRandom random) =>
        Gaussian(values, Math.Sqrt(2.0 / (values.Length / shape[0])), random);

    /// <summary>As a matrix [shape[0], rest]: uniform among those with W W^T = gain^2 I (wide) or W^T W = gain^2 I (tall).</summary>
    /// <remarks>
    /// Modified Gram-Schmidt in double on a Gaussian matrix, whose condition is mild enough to leave an error near 1e-12. Dividing by
    /// positive norms makes the result uniform (Haar). Cost for n x m, n at most m: 2 n^2 m operations and 8 n m bytes; seconds for
    /// millions of weights, minutes for VGG's hundred millions.
    /// <para>Source: Saxe et al. 2014, arXiv:1312.6120; Björck 1967, BIT 7, for the error.</para>
    /// </remarks>
    public static void Orthogonal(Span<float> values, ImmutableArray<int> shape, double gain, KeyedRandom random)
    {
        int rows = shape[0], columns = values.Length / shape[0];
        int count = Math.Min(rows, columns), length = Math.Max(rows, columns);
        var vectors = new double[count][];
        for (var i = 0; i < count; i++)
        {
            vectors[i] = new double[length];
            foreach (ref var value in vectors[i].AsSpan()) value = random.NextGaussian();
        }

        for (var first = 0; first < count; first += Panel)
        {
            for (var j = first; j < count; j++)
            {
                for (var i = first; i < Math.Min(j, first + Panel); i++)
                    TensorPrimitives.MultiplyAdd(vectors[i], -TensorPrimitives.Dot<double>(vectors[i], vectors[j]), vectors[j], vectors[j]);
                if (j < first + Panel) TensorPrimitives.Divide(vectors[j], TensorPrimitives.Norm<double>(vectors[j]), vectors[j]);
            }
        }

        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
                values[row * columns + column] = (float)(gain * (rows <= columns ? vectors[row][column] : vectors[column][row]));
    }

    /// <summary>The standard deviation at which BERT starts all weights.</summary>
    internal const double OfBert = 0.02;

    internal static void Gaussian(Span<float> values, double deviation, KeyedRandom random)
    {
        foreach (ref var value in values) value = (float)(deviation * random.NextGaussian());
    }

    /// <summary>fan_in + fan_out.</summary>
    static double FanSum(ImmutableArray<int> shape) =>
        (shape[0] + shape[1]) * shape.Skip(2).Aggregate(1.0, (product, size) => product * size);
}
