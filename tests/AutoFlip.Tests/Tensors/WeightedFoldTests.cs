using CsCheck;

namespace AutoFlip.Tests;

public class WeightedFoldTests
{
    [Fact]
    public void The_mean_of_one_vector_is_that_vector_to_the_bit() => Gen.Float.Array.Sample(values =>
    {
        var fold = new WeightedFold(values.Length);
        fold.Add(values, 3);
        return fold.Mean.SequenceEqual(values) || values.Any(float.IsNaN);
    });

    [Fact]
    public void The_mean_of_equal_vectors_is_that_vector_to_the_bit() =>
        Gen.Select(Gen.Float[-1e6f, 1e6f].Array[1, 40], Gen.Int[1, 5000].Array[1, 9]).Sample((values, weights) =>
        {
            var fold = new WeightedFold(values.Length);
            foreach (var weight in weights) fold.Add(values, weight);
            return fold.Mean.SequenceEqual(values);
        });

    [Fact]
    public void It_is_the_weighted_mean() =>
        Gen.Select(Gen.Float[-1, 1].Array[37].Array[1, 8], Gen.Int[1, 5000].Array[8]).Sample((vectors, weights) =>
        {
            var fold = new WeightedFold(37);
            for (var k = 0; k < vectors.Length; k++) fold.Add(vectors[k], weights[k]);

            var total = weights.Take(vectors.Length).Sum();
            for (var i = 0; i < 37; i++)
            {
                var want = vectors.Select((vector, k) => (double)vector[i] * weights[k]).Sum() / total;
                Assert.Equal(want, fold.Mean[i], 1e-6); // 8 roundings of at most 2^-24 each
            }
        });

    [Fact]
    public void By_hand()
    {
        var fold = new WeightedFold(2);
        fold.Add([0, 8], 1);
        fold.Add([4, 0], 3); // (0*1 + 4*3) / 4 = 3, (8*1 + 0*3) / 4 = 2

        Assert.Equal([3, 2], fold.Mean.ToArray());
        Assert.Equal(4, fold.TotalWeight);
    }

    [Fact]
    public void Wrong_lengths_and_weights_are_refused()
    {
        var fold = new WeightedFold(2);

        Assert.Throws<ArgumentException>(() => fold.Add([1], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => fold.Add([1, 2], 0));
    }
}
