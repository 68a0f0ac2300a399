namespace AutoFlip.Tests;

/// <summary>Networks of published benchmarks of federated learning.</summary>
public class BenchmarkModelTests
{
    /// <summary>32 pixels a side become 28, 14, 10 and 5: 16·25 = 400 features. 3·25·6 + 6 = 456; 6·25·16 + 16 = 2,416;
    /// 400·120 + 120 = 48,120; 120·84 + 84 = 10,164; 84·10 + 10 = 850. Of 28 pixels and one channel: 156, 2,416, 256·120 + 120 =
    /// 30,840.</summary>
    [Fact]
    public void NIID_Benchs_network_has_the_published_parameters()
    {
        Assert.Equal(456 + 2_416 + 48_120 + 10_164 + 850, NiidBenchCnn.Create(new(3, 32, 32), 10, new()).Layout.ParameterCount);
        Assert.Equal(62_006, NiidBenchCnn.Create(new(3, 32, 32), 10, new()).Layout.ParameterCount);
        Assert.Equal(156 + 2_416 + 30_840 + 10_164 + 850, NiidBenchCnn.Create(new(1, 28, 28), 10, new()).Layout.ParameterCount);
    }

    /// <summary>Kernels and offsets 640, 73,856, 295,168 and 1,180,160; scales and offsets of the normalisations 2·960; 512·10 + 10.
    /// Level b halves the widths.</summary>
    [Fact]
    public void HeteroFLs_network_has_the_published_parameters()
    {
        var network = HeteroFlCnn.Create(new(1, 28, 28), 10, new());

        Assert.Equal(640 + 73_856 + 295_168 + 1_180_160 + 1_920 + 5_130, network.Layout.ParameterCount);
        Assert.Equal(1_556_874, network.Layout.ParameterCount); // "1.56 M"
        var half = new HeteroFl { ModelRates = "0.5" }.SubModelOf(new(network, 1, 0, 1, new Seeds(1))).Small;
        Assert.Equal(320 + 18_496 + 73_856 + 295_168 + 960 + 2_570, half.Layout.ParameterCount);
    }
}
