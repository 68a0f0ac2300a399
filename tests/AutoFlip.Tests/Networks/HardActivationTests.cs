using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>Activations of light networks: values and slopes by hand.</summary>
public class HardActivationTests
{
    static readonly double[] Points = [-4, -2, 0, 1, 4, 7];

    /// <summary>Slope 1 between 0 and 6.</summary>
    [Fact]
    public void ReLU6_is_the_identity_between_0_and_6() => Check(new ReLU6(), [0, 0, 0, 1, 4, 6], [0, 0, 0, 1, 1, 0]);

    /// <summary>(x + 3) / 6 between -3 and 3: 1/6, 1/2, 2/3.</summary>
    [Fact]
    public void HardSigmoid_is_a_line_between_minus_3_and_3() =>
        Check(new HardSigmoid(), [0, 1 / 6.0, 1 / 2.0, 2 / 3.0, 1, 1], [0, 1 / 6.0, 1 / 6.0, 1 / 6.0, 0, 0]);

    /// <summary>x (x + 3) / 6 between -3 and 3: -1/3, 0, 2/3; its slope is (2x + 3) / 6: -1/6, 1/2, 5/6.</summary>
    [Fact]
    public void HardSwish_is_a_parabola_between_minus_3_and_3() =>
        Check(new HardSwish(), [0, -1 / 3.0, 0, 2 / 3.0, 4, 7], [0, -1 / 6.0, 1 / 2.0, 5 / 6.0, 1, 1]);

    /// <summary>Rows (1, 2, 3) and (4, 5, 6), a 1x2 kernel (10, 1) with a column of zeros on either side: 10 x left + right.</summary>
    [Fact]
    public void Convolution_with_a_flat_kernel_pads_columns_only()
    {
        var network = new NetworkBuilder("test", new(1, 2, 3)).Conv2d(1, new(1, 2), padding: new(0, 1), bias: false).Flatten().Build(8);

        Assert.Equal([1, 12, 23, 30, 4, 45, 56, 60], Networks.Run(network, [10, 1], [1, 2, 3, 4, 5, 6]));
        Assert.Equal(8 * 2, network.MacsPerSample); // 2 x 4 pixels, 2 weights
    }

    /// <summary>Windows of 3, two apart, over squares of pixels that count upwards.</summary>
    [Theory]
    [InlineData(2, 1)] // begins in the image, although it ends behind it
    [InlineData(3, 1)]
    [InlineData(4, 2)] // 0..2 and 2..4, of which 4 is outside
    [InlineData(5, 2)]
    [InlineData(18, 9)]
    public void Pooling_with_a_ceiling_counts_windows_that_begin_in_the_image(int side, int windows)
    {
        var network = new NetworkBuilder("test", new(1, side, side)).Then(new MaxPool2d(3, 2, Ceiling: true)).Flatten()
            .Build(windows * windows);

        var outputs = Networks.Run(network, [], [.. Enumerable.Range(0, side * side).Select(i => (double)i)]);

        Assert.Equal(windows * windows, outputs.Length);
        Assert.Equal(side * side - 1, outputs[^1]); // the last pixel is in the last window
    }

    /// <summary>3 pixels, windows of 1, 4 apart: rounding up, a second would begin at pixel 4, where nothing is.</summary>
    [Fact]
    public void Pooling_never_begins_behind_the_image() => Assert.Equal(
        [1, 1, 1],
        new NetworkBuilder("test", new(1, 3, 3)).Then(new MaxPool2d(1, 4, Ceiling: true)).Flatten().Build(1).Nodes[1].OutputShape);

    /// <remarks>In torch the slope 1/6 of HardSigmoid is the float, in doubles too: 3e-8 off.</remarks>
    static void Check(Layer layer, double[] values, double[] slopes)
    {
        using var scope = torch.NewDisposeScope();
        var network = new NetworkBuilder("test", new(Points.Length, 1, 1)).Flatten().Then(layer).Build(Points.Length);
        using var module = new NetworkModule<double>(network);
        var input = torch.tensor(Points, [1, Points.Length, 1, 1]).requires_grad_();

        var outputs = module.Forward(input, training: true);
        outputs.sum().backward();

        Near(values, outputs, 1e-12);
        Near(slopes, input.grad!, 1e-7);

        static void Near(double[] want, torch.Tensor got, double tolerance)
        {
            foreach (var (a, b) in want.Zip(got.flatten().data<double>().ToArray())) Assert.Equal(a, b, tolerance);
        }
    }
}
