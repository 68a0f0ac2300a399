namespace AutoFlip.Tests;

public class WeightsTests
{
    static readonly WeightLayout Layout = WeightLayout.Create(
        [("w", [2, 2], TensorRole.Weight), ("mean", [2], TensorRole.Statistic), ("b", [1], TensorRole.Bias)]);

    static readonly float[] Values = [1, -2, 0.5f, 0, 3, -0f, 10]; // w, b, mean

    [Fact]
    public void Parts_are_views_of_one_vector()
    {
        var weights = new Weights(Layout, [.. Values]);

        Assert.Equal(Values, weights.Values);
        Assert.Equal([1, -2, 0.5f, 0, 3], weights.Parameters);
        Assert.Equal([0, 10], weights.Statistics);
        Assert.Equal([1, -2, 0.5f, 0], weights["w"]);
        Assert.Equal([3], weights["b"]);
        Assert.Equal([0, 10], weights["mean"]);
    }

    [Fact]
    public void Vector_is_wrapped_and_not_copied()
    {
        float[] values = [.. Values];
        var weights = new Weights(Layout, values);

        values[0] = 7;

        Assert.Equal(7, weights.Values[0]);
    }

    [Fact]
    public void Copy_can_be_changed_without_the_weights_noticing()
    {
        var weights = new Weights(Layout, [.. Values]);

        weights.ToArray()[0] = 7;

        Assert.Equal(1, weights.Values[0]);
    }

    [Fact]
    public void Vector_of_another_length_is_refused()
    {
        var failure = Assert.Throws<ArgumentException>(() => new Weights(Layout, new float[6]));

        Assert.Contains("holds 7 values, the vector 6", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Zeros_are_zero() => Assert.Equal(new float[7], Weights.Zeros(Layout).Values);

    [Fact]
    public void Sha256_is_that_of_the_little_endian_values() =>
        // hashlib.sha256(struct.pack('<7f', 1, -2, 0.5, 0, 3, -0.0, 10))
        Assert.Equal("7976304c7b0e3a4248c0221372e4ba4c971ff0f6f4e5e63fae76d7f50f0b1df0", new Weights(Layout, [.. Values]).Sha256());

    [Fact]
    public void Sha256_tells_bits_apart_that_compare_equal()
    {
        float[] positive = [.. Values];
        positive[5] = 0f;

        Assert.NotEqual(new Weights(Layout, [.. Values]).Sha256(), new Weights(Layout, positive).Sha256());
    }
}
