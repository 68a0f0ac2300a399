using AutoFlip.Bench;

namespace AutoFlip.Tests;

/// <summary>The network of pfl-research's benchmarks of images.</summary>
public class SimpleCnnTests
{
    static readonly Network Published = SimpleCnn.Create(new(3, 32, 32), 10, new ModelOptions());

    [Fact]
    public void It_has_the_published_parameters()
    {
        // Without padding 32 pixels a side become 30, 28 and, pooled, 14: 64 * 14 * 14 = 12,544 features. 3 * 9 * 32 + 32 = 896;
        // 32 * 9 * 64 + 64 = 18,496; 12,544 * 128 + 128 = 1,605,760; 128 * 10 + 10 = 1,290.
        Assert.Equal(896 + 18_496 + 1_605_760 + 1_290, Published.Layout.ParameterCount);
        Assert.Equal(1_626_442, Published.Layout.ParameterCount);
        Assert.Equal([128, 12_544], Published.Layout["classifier.1.weight"].Shape);
    }

    [Fact]
    public void It_counts_its_multiply_accumulates()
    {
        // 30 * 30 * 32 * 27 = 777,600; 28 * 28 * 64 * 288 = 14,450,688; 12,544 * 128 = 1,605,632; 128 * 10 = 1,280.
        Assert.Equal(777_600 + 14_450_688 + 1_605_632 + 1_280, Published.MacsPerSample);
    }

    [Theory, InlineData(0), InlineData(0.9)]
    public void Its_dropout_is_the_published_whatever_the_option_is(double option)
    {
        var network = SimpleCnn.Create(new(3, 32, 32), 10, new ModelOptions { Dropout = option });

        Assert.Equal(
            [("features.5", 0.25), ("classifier.3", 0.5)],
            network.Nodes.Where(node => node.Layer is Dropout).Select(node => (node.Name, ((Dropout)node.Layer!).Rate)));
    }

    [Fact]
    public void Units_of_every_hidden_layer_can_be_removed()
    {
        Assert.Equal(
            [("features.0", 32), ("features.2", 64), ("classifier.1", 128)],
            Published.Groups.Where(group => !group.IsFixed).Select(group => (group.Name, group.Width)));

        var small = new Narrowed(0.5m).Of(Published).Small;

        // 3 * 9 * 16 + 16 = 448; 16 * 9 * 32 + 32 = 4,640; 32 * 14 * 14 * 64 + 64 = 401,472; 64 * 10 + 10 = 650
        Assert.Equal(448 + 4_640 + 401_472 + 650, small.Layout.ParameterCount);
        Assert.NotNull(KernelPlan.Of(small)); // own kernels train it too
    }

    /// <summary>6 pixels become 4 and 2, which are pooled to 1; of 5 there would be 1 pixel to pool.</summary>
    [Fact]
    public void Images_have_six_pixels_a_side_or_are_refused_by_layer()
    {
        var smallest = SimpleCnn.Create(new(1, 6, 6), 2, new ModelOptions());
        Assert.Equal([64, 1, 1], smallest.Nodes.Single(node => node.Name == "features.4").OutputShape);

        var error = Assert.Throws<AutoFlipException>(() => SimpleCnn.Create(new(1, 5, 5), 2, new ModelOptions()));

        Assert.StartsWith("Experiment.Model SimpleCNN: layer features.4 (MaxPool2d) cannot", error.Message, StringComparison.Ordinal);
    }
}
