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
        Assert.StartsWith("--model TwoCNN: layer features.0 (Conv2d) cannot work on 3x1x1: its window of 5 is larger than", error.Message);
        Assert.Contains("--resize", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void LeNet_without_half_a_hidden_unit_is_refused()
    {
        var error = Assert.Throws<AutoFlipException>(() => LeNet.Create(Cifar, 10, new ModelOptions { HiddenSize = 1 }));

        Assert.Contains("classifier.5", error.Message, StringComparison.Ordinal);
        Assert.Contains("--hidden-size", error.Message, StringComparison.Ordinal);
    }
}
