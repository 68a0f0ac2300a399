namespace AutoFlip.Tests;

/// <summary>Changes a switch of the whole process, which no operation on the processor reads while other tests run: each of them has a
/// deterministic algorithm there.</summary>
public class TorchContextTests
{
    [Fact]
    public void Deterministic_algorithms_are_switched_by_the_names_that_libtorch_exports()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The names are those of Linux.");
        Assert.False(TorchContext.IsDeterministic);

        Assert.True(TorchContext.TrySetDeterministic(true));
        var on = TorchContext.IsDeterministic;
        Assert.True(TorchContext.TrySetDeterministic(false));

        Assert.True(on);
        Assert.False(TorchContext.IsDeterministic);
    }
}
