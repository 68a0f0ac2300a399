namespace AutoFlip.Tests;

/// <summary>How guidance is distributed, and what of it is kept.</summary>
public sealed class GuidanceReportTests
{
    static readonly Network Network = Catalog.Models["TwoNN"](new SampleShape(1, 1, 2), 3, new ModelOptions { HiddenSize = 2 });

    [Fact]
    public void Weights_are_counted_by_orders_of_magnitude()
    {
        var guidance = new float[Network.Layout.ParameterCount];
        // The first tensor, 2x2: 0, 1e-8, 1.2e-4, 1. log10 from -8 to 0 in 32 bins of 1/4: -8 is in bin 0, -3.92 in bin 16, 0 in the last.
        ((float[])[0, 1e-8f, 1.2e-4f, 1]).CopyTo(guidance, 0);
        bool[] kept = [.. Enumerable.Range(0, guidance.Length).Select(i => i is not (0 or 2))];

        var report = GuidanceReport.Of(Network, guidance, Mask.OfWeights(Network.Layout, Selection.Of(kept)), "deviation", 5, 3);

        // biases are not pruned by themselves
        Assert.Equal(("deviation", 5, 3, 3), (report.Guidance, report.Explorers, report.Round, report.Tensors.Length));
        var first = report.Tensors[0];
        Assert.Equal((1, 0), (first.Zeros, first.ZerosKept));
        Assert.Equal((-8.0, 0.0), (Math.Round(first.Min, 6), Math.Round(first.Max, 6)));
        Assert.Equal([0, 16, 31], Enumerable.Range(0, GuidanceHistogram.Bins).Where(bin => first.Count[bin] == 1));
        Assert.Equal([0, 31], Enumerable.Range(0, GuidanceHistogram.Bins).Where(bin => first.Kept[bin] == 1));
    }

    [Fact]
    public void Tensor_that_nothing_is_known_about_is_all_zeros()
    {
        var first = GuidanceReport.Of(
            Network, new float[Network.Layout.ParameterCount], Mask.Dense(Network.Layout), "deviation", 1, 1).Tensors[0];

        Assert.Equal((0.0, 0.0, 4, 4, 0), (first.Min, first.Max, first.Zeros, first.ZerosKept, first.Count.Sum()));
    }
}
