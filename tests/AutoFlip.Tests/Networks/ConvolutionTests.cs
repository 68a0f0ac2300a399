using System.Numerics;
using System.Numerics.Tensors;
using CsCheck;
using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>Kernels of one pixel that take steps, from few channels: what oneDNN 3.7 writes past a buffer for (docs/decisions/0039).
/// Batches are large enough for that to show, so a process of its own runs this for each instruction set
/// (<see cref="InstructionSetTests"/>).</summary>
public class SteppingConvolutionTests
{
    [Fact]
    public void Values_and_gradients_are_those_of_double_precision()
    {
        foreach (var channels in (int[])[1, 2, 3, 4, 7, 8, 12, 15, 16, 24])
            foreach (var outputs in (int[])[8, 16])
                ConvolutionTests.Check(
                    new Conv2d(outputs, new(1, 1), Stride: 2, Bias: false), new SampleShape(channels, 16, 16), count: 64,
                    new KeyedRandom((ulong)(channels + outputs)));
        // images large enough for AVX-512 to write past the buffer's slack
        foreach (var (channels, outputs) in ((int, int)[])[(4, 8), (15, 16)])
            ConvolutionTests.Check(
                new Conv2d(outputs, new(1, 1), Stride: 2, Bias: false), new SampleShape(channels, 128, 128), count: 32,
                new KeyedRandom((ulong)channels));
    }
}

/// <summary>Convolutions of every shape in single precision, which other kernels of libtorch compute than those in double: the machine's
/// own check that they can be trusted (docs/decisions/0030).</summary>
public class ConvolutionTests
{
    /// <summary>A layer, and the image that it reads.</summary>
    static readonly Gen<(Conv2d Layer, SampleShape Input)> Cases = Gen.Select(
        Gen.Frequency((3, Gen.Const(1)), (1, Gen.Int[2, 6])), Gen.Select(Gen.Int[1, 36], Gen.Int[1, 36]),
        Gen.Select(Gen.Int[1, 7], Gen.Int[1, 7]),
        Gen.Int[1, 3], Gen.Int[0, 2], Gen.Select(Gen.Int[0, 12], Gen.Int[0, 12]), Gen.Bool,
        (groups, width, kernel, stride, padding, more, bias) => (
            new Conv2d(
                groups * width.Item2, new(kernel.Item1, kernel.Item2), stride, new(padding, padding), bias,
                groups == 1 ? null : width.Item1),
            new SampleShape(groups * width.Item1, kernel.Item1 + more.Item1, kernel.Item2 + more.Item2)));

    /// <summary>Sums of at most 36·7·7 products forwards, and 5·18·18 backwards, of either sign: float32's roundings add up to some 1e-6 of
    /// the largest. A kernel that is wrong is wrong by the size of a product.</summary>
    [Fact]
    public void Values_and_gradients_are_those_of_double_precision() =>
        Gen.Select(Cases, Gen.Int[1, 5], Gen.UInt).Sample((one, count, seed) =>
    {
        Check(one.Layer, one.Input, count, new KeyedRandom(seed));
    }, iter: 300);

    /// <summary>Compares a layer's outputs and gradients with double precision.</summary>
    internal static void Check(Conv2d layer, SampleShape input, int count, KeyedRandom random)
    {
        var network = new NetworkBuilder("one", input) // the first layer's gradients go through the second's
            .Conv2d(input.Channels, 1, bias: false).Then(layer).Flatten()
            .Build(layer.Channels * Places(input.Height, layer.Kernel.Height, layer) * Places(input.Width, layer.Kernel.Width, layer));
        var weights = LawNetworks.Fill(network, random);
        var samples = LawNetworks.Samples(network, random, count);

        var want = Compute<double>(network, weights, samples);
        var got = Compute<float>(network, weights, samples);

        foreach (var (wanted, value) in want.Zip(got))
            Assert.True(
                TensorPrimitives.Distance<double>(wanted, value) <= 1e-4 * TensorPrimitives.Norm<double>(wanted),
                $"{layer} on {input}, batch of {count}: off by "
                + $"{TensorPrimitives.Distance<double>(wanted, value) / TensorPrimitives.Norm<double>(wanted):g2}");
    }

    static int Places(int side, int kernel, Conv2d layer) => (side + 2 * layer.Padding.Height - kernel) / layer.Stride + 1;

    static double[][] Compute<T>(Network network, Weights weights, double[] samples) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        torch.set_num_threads(1);
        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<T>(network);
        TensorPrimitives.ConvertTruncating<float, T>(weights.Values, module.Values);
        var (channels, height, width) = network.Input;
        var input = torch.tensor(samples, [samples.Length / network.Input.Length, channels, height, width]).to_type(ElementType.Of<T>());

        var output = module.Forward(input, training: true);
        output.sum().backward();

        return [
            [.. output.to_type(torch.ScalarType.Float64).data<double>()],
            Array.ConvertAll(module.Gradients.ToArray(), double.CreateChecked)];
    }
}
