namespace AutoFlip.Tests;

/// <summary>Networks that our own kernels train, and the choice between them and torch.</summary>
public class KernelPlanTests
{
    [Fact]
    public void Plain_chains_of_the_zoo_have_a_plan()
    {
        var planned = Catalog.Models.Names.Where(name => NetworkOf(name) is { } network && KernelPlan.Of(network) is not null).Order();

        Assert.Equal(
            ["FEMNISTCNN", "LeNet", "LogReg", "NIIDBenchCNN", "SimpleCNN", "TwoCNN", "TwoNN", "VGG11", "VGG13", "VGG9"], planned);
    }

    static Network? NetworkOf(string model)
    {
        try
        {
            return Catalog.Models[model](new(3, 32, 32), 10, new ModelOptions { WidthMultiplier = 0.125 });
        }
        catch (AutoFlipException) // it reads texts
        {
            return null;
        }
    }
}
