using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>Every external, touched once: when one of these fails, nothing else is worth reading.</summary>
public class TinyTests
{
    [Fact]
    public void Libtorch_loads_and_convolves()
    {
        using var scope = torch.NewDisposeScope();

        var output = torch.nn.functional.conv2d(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 3, 3));

        Assert.Equal(9f, output.item<float>());
    }
}
