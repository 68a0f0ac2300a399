namespace AutoFlip.Tests;

public class ModelTests
{
    static readonly SampleShape Cifar = new(3, 24, 24);

    public static IEnumerable<TheoryDataRow<string>> Names => SmallModels.Names;

    public static IEnumerable<TheoryDataRow<string>> Binary => Names.Where(row => !SmallModels.ScoresTokens(row.Data));

    [Theory, MemberData(nameof(Binary))]
    public void Model_with_one_output_ends_with_a_single_logit(string name)
    {
        var network = SmallModels.Create(name, outputs: 1);

        Assert.Equal([1], network.Nodes[^1].OutputShape);
        Assert.IsNotType<LogSoftmax>(network.Nodes[^1].Layer);
    }

    [Theory, MemberData(nameof(Names))]
    public void Model_keeps_its_name(string name) =>
        Assert.Equal(name, SmallModels.Create(name).Name);

    /// <summary>Whatever the sample's size, there is a network or one sentence that names model, reason and option.</summary>
    [Theory, MemberData(nameof(Names))]
    public void Model_on_small_images_works_or_is_refused_in_one_sentence(string name)
    {
        foreach (var side in new[] { 1, 2, 3, 5, 8, 15, 16, 17, 31 })
        {
            var input = new SampleShape(3, side, side);
            try
            {
                Assert.Equal(input, Catalog.Models[name](input, 10, SmallModels.Of(name).Options with { EmbeddingCount = 10 }).Input);
            }
            catch (AutoFlipException refused)
            {
                Assert.Equal(ExitCode.BadRequest, refused.Code);
                Assert.StartsWith($"Experiment.Model {name}: ", refused.Message, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', refused.Message);
                Assert.True(refused.Message.IndexOf("Experiment.", 2, StringComparison.Ordinal) > 0, refused.Message); // what to do
            }
        }
    }

    /// <summary>On their authors' images and classes, in millions.</summary>
    [Theory]
    [InlineData("MobileNet", 224, 1000, 56.5)] // MobileNetV3-Small
    [InlineData("SqueezeNet", 224, 1000, 349)] // version 1.1
    [InlineData("WideResNet", 32, 10, 5240)] // 28 deep, 10 wide
    public void Multiply_accumulates_are_the_published_ones(string name, int side, int classes, double millions)
    {
        var network = Catalog.Models[name](new SampleShape(3, side, side), classes, new ModelOptions());

        Assert.InRange(network.MacsPerSample / 1e6 / millions, 0.98, 1.02);
    }

    [Fact]
    public void SqueezeNet_rectifies_classes_but_not_a_single_logit()
    {
        bool Rectifies(int outputs) => SqueezeNet.Create(new(3, 32, 32), outputs, new ModelOptions()).Nodes.Any(node =>
            node is { Name: "classifier.2", Layer: ReLU });

        Assert.True(Rectifies(2));
        Assert.False(Rectifies(1));
    }

    [Theory, InlineData(4), InlineData(9), InlineData(12), InlineData(-2)]
    public void WideResNet_of_an_impossible_depth_is_refused(int depth)
    {
        var error = Assert.Throws<AutoFlipException>(() => WideResNet.Create(Cifar, 10, new ModelOptions { Depth = depth }));

        Assert.Equal(
            $"Experiment.Depth: '{depth}' is not accepted. Accepted: 6n + 4 layers: 10, 16, 22, 28, 34, 40 and so on, up to 4096.",
            error.Message);
    }

    [Fact]
    public void WideResNet_drops_out_between_the_convolutions_of_every_block()
    {
        var network = WideResNet.Create(Cifar, 10, new ModelOptions { Depth = 16, WidenFactor = 1, Dropout = 0.3 });

        // 16 = 6 * 2 + 4: two blocks in each of three stages. 16 k channels with k = 1 come in as they
        // go out, so block 1.0 has no shortcut.
        Assert.Equal(
            ["block1.0.dropout", "block1.1.dropout", "block2.0.dropout", "block2.1.dropout", "block3.0.dropout", "block3.1.dropout"],
            network.Nodes.Where(node => node.Layer is Dropout { Rate: 0.3 }).Select(node => node.Name));
        Assert.Equal(
            ["block2.0.convShortcut", "block3.0.convShortcut"],
            network.Nodes.Select(node => node.Name).Where(node => node.Contains("Shortcut", StringComparison.Ordinal)));
    }

    /// <summary>VGG9 has widths 64, 128, 256, 256, 512, 512, 4096, 4096; a tenth is 6.4, 12.8, 25.6, 51.2 and 409.6; a thousandth below a
    /// half but for 0.512 and 4.096.</summary>
    [Theory]
    [InlineData(1, 64, 128, 256, 256, 512, 512, 4096, 4096)]
    [InlineData(0.1, 6, 13, 26, 26, 51, 51, 410, 410)]
    [InlineData(0.001, 1, 1, 1, 1, 1, 1, 4, 4)]
    [InlineData(2, 128, 256, 512, 512, 1024, 1024, 8192, 8192)]
    public void Width_multiplier_scales_every_width_that_is_not_fixed(double factor, params int[] widths)
    {
        var network = Catalog.Models["VGG9"](new(3, 32, 32), 10, new ModelOptions { WidthMultiplier = factor });

        Assert.Equal([3, .. widths, 10], network.Groups.Select(group => group.Width));
    }

    [Fact]
    public void Width_multiplier_and_hidden_size_are_two_ways_to_one_network() => Assert.Equal(
        TwoNn.Create(Cifar, 10, new ModelOptions { HiddenSize = 16 }).Layout,
        Catalog.Models["TwoNN"](Cifar, 10, new ModelOptions { HiddenSize = 32, WidthMultiplier = 0.5 }).Layout);

    /// <summary>It is no wide network with channels missing: layer normalisation counts the channels that there are.</summary>
    [Fact]
    public void Width_multiplier_makes_a_network_that_was_never_wider()
    {
        var network = Catalog.Models["MobileViT"](new(3, 64, 64), 10, new ModelOptions { WidthMultiplier = 0.5 });

        Assert.Every(
            network.Nodes.Where(node => node.Layer is LayerNorm),
            node => Assert.Equal(node.OutputShape[1], ((LayerNorm)node.Layer!).Width));
    }

    [Fact]
    public void TwoNN_takes_any_number_of_channels()
    {
        var network = TwoNn.Create(Cifar, 10, new ModelOptions { HiddenSize = 32 });

        Assert.Equal([32, 3 * 24 * 24], network.Layout["features.1.weight"].Shape);
    }

    [Fact]
    public void LogReg_flattens_images()
    {
        var network = LogReg.Create(Cifar, 10, new ModelOptions());

        Assert.Equal([10, 1728], network.Layout["classifier.0.weight"].Shape);
    }

    [Fact]
    public void TwoCNN_counts_its_multiply_accumulates()
    {
        // 3x24x24, h = 32. Convolution 1: 24+2-4 = 22 pixels a side, 22*22 * 32 * 3*5*5 = 1,161,600. Pooling: (22+2-2)/2+1 = 12.
        // Convolution 2: 10 a side, 10*10 * 64 * 32*5*5 = 5,120,000. Pooled to 6, adapted to 7: 64*49 = 3136 features.
        // Classifier: 3136*512 = 1,605,632 and 512*10 = 5,120.
        var network = TwoCnn.Create(Cifar, 10, new ModelOptions { HiddenSize = 32 });

        var macs = network.Nodes.Where(node => node.Macs > 0).Select(node => (node.Name, node.Macs));
        Assert.Equal([("features.0", 1_161_600), ("features.3", 5_120_000), ("classifier.2", 1_605_632), ("classifier.4", 5_120)], macs);
        Assert.Equal(7_892_352, network.MacsPerSample);
    }

    [Fact]
    public void TwoCNN_counts_its_activations()
    {
        // input 3*24*24; convolution and ReLU 32*22*22 twice; pool 32*12*12; convolution and ReLU 64*10*10 twice; pool 64*6*6;
        // adapted 64*7*7, flattened the same; 512 twice; 10.
        var network = TwoCnn.Create(Cifar, 10, new ModelOptions { HiddenSize = 32 });

        long[] want = [1728, 15488, 15488, 4608, 6400, 6400, 2304, 3136, 3136, 512, 512, 10];
        Assert.Equal(want, network.Nodes.Select(node => node.ActivationCount));
        Assert.Equal(want.Sum(), network.ActivationsPerSample);
    }

    [Fact]
    public void TwoCNN_on_tiny_images_is_refused_by_layer()
    {
        // 1x1, padded to 3x3, is smaller than the 5x5 kernel.
        var error = Assert.Throws<AutoFlipException>(() => TwoCnn.Create(new(3, 1, 1), 10, new ModelOptions()));

        Assert.Equal(ExitCode.BadRequest, error.Code);
        Assert.StartsWith(
            "Experiment.Model TwoCNN: layer features.0 (Conv2d) cannot work on 3x1x1: its window of 5 is larger than", error.Message);
        Assert.Contains("Experiment.Resize", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LeNet_without_half_a_hidden_unit_is_refused()
    {
        var error = Assert.Throws<AutoFlipException>(() => LeNet.Create(Cifar, 10, new ModelOptions { HiddenSize = 1 }));

        Assert.Contains("classifier.5", error.Message, StringComparison.Ordinal);
        Assert.Contains("Experiment.HiddenSize", error.Message, StringComparison.Ordinal);
    }
}
