using CsCheck;

namespace AutoFlip.Tests;

/// <summary>Random networks that own kernels train, with weights and a batch.</summary>
static class KernelNetworks
{
    static readonly Gen<int> Kernels = Gen.OneOf(Gen.Const(1), Gen.Const(3), Gen.Const(5));

    /// <summary>Up to three convolutions of any widths and sides, with and without padding and pooling, and up to three linear
    /// layers.</summary>
    public static readonly Gen<Network> Any =
        from channels in Gen.Int[1, 4]
        from height in Gen.Int[7, 19]
        from width in Gen.Int[7, 19]
        from convolutions in Gen.Select(Gen.Int[1, 40], Kernels, Gen.Int[0, 2], Gen.Int[0, 2]).Array[0, 3]
        from cells in Gen.OneOf(Gen.Const(0), Gen.Const(1), Gen.Const(3))
        from linear in Gen.Int[1, 40].Array[0, 2]
        from dropout in Gen.OneOf(Gen.Const(0.0), Gen.Const(0.5))
        select Build(new(channels, height, width), convolutions, cells, linear, dropout);

    static Network Build(
        SampleShape input, (int Outputs, int Kernel, int Padding, int Pool)[] convolutions, int cells, int[] linear, double dropout)
    {
        var (height, width) = (input.Height, input.Width);
        var builder = new NetworkBuilder("chain", input);
        foreach (var (outputs, kernel, padding, pool) in convolutions)
        {
            (height, width) = (height + 2 * padding - kernel + 1, width + 2 * padding - kernel + 1);
            if (height < 2 || width < 2) break;
            builder = builder.Conv2d(outputs, kernel, padding: padding);
            builder = pool switch
            {
                0 => builder.ReLU(),
                1 => builder.ReLU().MaxPool2d(2),
                _ => builder.MaxPool2d(2, padding: 1).ReLU(),
            };
            if (pool > 0) (height, width) = ((height + 2 * (pool - 1) - 2) / 2 + 1, (width + 2 * (pool - 1) - 2) / 2 + 1);
            if (height < 2 || width < 2) break;
        }
        if (cells > 0 && convolutions.Length > 0) builder = builder.AdaptiveAvgPool2d(cells);
        builder = builder.Flatten();
        foreach (var neurons in linear) builder = builder.Linear(neurons).ReLU().Dropout(dropout);
        return builder.Linear(3).Build(3);
    }

    /// <summary>Whole numbers from -2 to 2: sums of their products are exact in float32.</summary>
    public static float[] Whole(int count, KeyedRandom random) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.Next(5) - 2))];

    /// <summary>Numbers in [-1, 1), times a factor.</summary>
    public static float[] Real(int count, double factor, KeyedRandom random) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)((2 * random.NextDouble() - 1) * factor))];
}
