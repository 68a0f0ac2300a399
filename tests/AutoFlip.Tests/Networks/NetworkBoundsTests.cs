namespace AutoFlip.Tests;

/// <summary>Networks that cannot be are refused while they are written down, after work that does not
/// grow with what was asked for.</summary>
public sealed class NetworkBoundsTests
{
    static string Refusal(Func<Network> build)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = Assert.Throws<AutoFlipException>(build);
        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400_000_000);
        return refused.Message;
    }

    [Fact]
    public void Two_billion_recurrent_layers_are_refused_at_the_32768th() => Assert.Equal(
        "Experiment.Model GRUClassifier: it would have more than 32768 layers. Choose fewer Experiment.LayerCount, "
        + "or a smaller Experiment.Depth.",
        Refusal(() => GruClassifier.Create(new(1, 4, 4), 3, new ModelOptions { HiddenSize = 1, LayerCount = int.MaxValue })));

    /// <summary>Two layers of 65,536: 2^32 weights.</summary>
    [Fact]
    public void Weights_are_counted_tensor_by_tensor() => Assert.StartsWith(
        "Experiment.Model TwoNN: it would have more than 2147483647 parameters. Choose a smaller Experiment.HiddenSize",
        Refusal(() => TwoNn.Create(new(1, 4, 4), 3, new ModelOptions { HiddenSize = 1 << 16 })), StringComparison.Ordinal);

    /// <summary>4,000 channels on 1024 x 1024 pixels: 4.2e9 values for each sample, of 108,000 weights.</summary>
    [Fact]
    public void Values_of_one_sample_are_counted_too() => Assert.Contains(
        "layer features.0 (Conv2d) cannot work on 3x1024x1024: it would put out more than 2147483647 values for a sample.",
        Refusal(() => ResNet.Create10(new(3, 1024, 1024), 3, new ModelOptions { HiddenSize = 4000 })), StringComparison.Ordinal);

    /// <summary>2,000 neurons, 2 * 10^6 values wide: times 16 every width would be 32,000 and the first matrix 6.4e10.</summary>
    [Fact]
    public void Width_multiplier_cannot_overflow() => Assert.Contains(
        "it would have more than 2147483647 parameters.",
        Refusal(() => Catalog.Models["TwoNN"](new(1000, 20, 100), 3, new ModelOptions { HiddenSize = 1000, WidthMultiplier = 16 })),
        StringComparison.Ordinal);

    /// <summary>The greatest depth, 4096 = 6 * 682 + 4: 3 * 682 blocks of at most 9 layers, and 6 besides.</summary>
    [Fact]
    public void Deepest_accepted_network_can_be_built()
    {
        var network = WideResNet.Create(new(1, 8, 8), 3, new ModelOptions { Depth = 4096, WidenFactor = 1 });

        Assert.InRange(network.Nodes.Length, 3 * 682 * 6, GraphDraft.MostLayers);
    }
}
