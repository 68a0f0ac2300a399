namespace AutoFlip.Tests;

public class WireMaskTests
{
    /// <summary>The same five bits over 2 + 3 and over 3 + 2 weights: a client that has one must not take it for the other.</summary>
    [Fact]
    public void Masks_of_equal_bits_over_different_tensors_have_different_names()
    {
        static string? NameOf(int first, int second) => WireMask.NameOf(Mask.OfWeights(
            WeightLayout.Create([("a", [first], TensorRole.Weight), ("b", [second], TensorRole.Weight)]),
            Selection.FromBits([0b10110], 5)));

        Assert.Equal(NameOf(2, 3), NameOf(2, 3));
        Assert.NotEqual(NameOf(2, 3), NameOf(3, 2));
    }
}
