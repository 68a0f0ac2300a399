namespace AutoFlip.Tests;

/// <summary>
/// Exact vectors, then distributions. Every stream has a fixed seed, so a test of a distribution passes always or never; bounds
/// are about five standard errors, which a right implementation misses for one seed in a million.
/// </summary>
public class KeyedRandomTests
{
    [Theory]
    // xoshiro256** on a state from SplitMix64, worked out in Python from the authors' definitions; the same script gives their
    // published sequences: 11520, 0, 1509978240, 1215971899390074240 from the state 1, 2, 3, 4, and e220a8397b1dcdaf,
    // 6e789e6aa1b965f4, 06c45d188009454f, f88bb8a8724c81ec for SplitMix64 from 0.
    [InlineData(
        0UL, new ulong[] { 0x99EC5F36CB75F2B4, 0xBF6E1F784956452A, 0x1A5F849D4933E6E0, 0x6AA594F1262D2D2C, 0xBBA5AD4A1F842E59 },
        0x7AAC8C483A2EDD2F)]
    [InlineData(
        42UL, new ulong[] { 0x15780B2E0C2EC716, 0x6104D9866D113A7E, 0xAE17533239E499A1, 0xECB8AD4703B360A1, 0xFDE6DC7FE2EC5E64 },
        0x8DE5848C61AB8968)]
    [InlineData(
        ulong.MaxValue, new ulong[] { 0x8F5520D52A7EAD08, 0xC476A018CAA1802D, 0x81DE31C0D260469E, 0xBF658D7E065F3C2F, 0x913593FDA1BCA32A },
        0xC3C93EA5CDE434CC)]
    public void Stream_is_xoshiro256_starstar_seeded_by_SplitMix64(ulong seed, ulong[] first, ulong thousandth)
    {
        var random = new KeyedRandom(seed);

        var drawn = Draw(1000, random.NextUInt64);

        Assert.Equal(first, drawn[..5]);
        Assert.Equal(thousandth, drawn[^1]);
    }

    [Fact]
    public void Doubles_singles_and_integers_are_the_leading_bits()
    {
        // From the vector of seed 42: (x >> 11) / 2^53, (x >> 40) / 2^24, and the upper half of (x >> 32) * 10.
        Assert.Equal([0.08386297105988216, 0.3789802506626686], Draw(2, new KeyedRandom(42).NextDouble));
        Assert.Equal([0.08386296033859253f, 0.37898021936416626f], Draw(2, new KeyedRandom(42).NextSingle));
        var random = new KeyedRandom(42);
        Assert.Equal([0, 3, 6, 9, 9, 7, 7, 8], Draw(8, () => random.Next(10)));
    }

    [Fact]
    public void Uniform_numbers_stay_in_their_range()
    {
        var random = new KeyedRandom(1);

        Assert.Every(Draw(10_000, random.NextDouble), drawn => Assert.InRange(drawn, 0, Math.BitDecrement(1.0)));
        Assert.Every(Draw(10_000, random.NextSingle), drawn => Assert.InRange(drawn, 0, MathF.BitDecrement(1f)));
        Assert.Every(Draw(10_000, () => random.NextDouble(-3, -2)), drawn => Assert.InRange(drawn, -3, Math.BitDecrement(-2.0)));
    }

    [Fact]
    public void Doubles_and_singles_are_uniform()
    {
        var random = new KeyedRandom(2);

        AssertUniform(Draw(100_000, () => (int)(random.NextDouble() * 100)), 100);
        AssertUniform(Draw(100_000, () => (int)(random.NextSingle() * 100)), 100);
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(7), InlineData(100)]
    public void Integers_are_uniform_below_their_bound(int bound)
    {
        var random = new KeyedRandom(3);

        AssertUniform(Draw(50_000, () => random.Next(bound)), bound);
    }

    [Fact]
    public void Integers_below_a_large_bound_have_no_bias()
    {
        // 2^32 / (3 * 2^29) = 8/3: scaling 32 bits without rejection would favour two of every three neighbours by three to two.
        const int bound = 3 << 29;
        var random = new KeyedRandom(4);

        var drawn = Draw(50_000, () => random.Next(bound));

        AssertUniform([.. drawn.Select(value => value % 3)], 3);
        AssertUniform([.. drawn.Select(value => (int)(value / (bound / 16.0)))], 16);
    }

    [Theory]
    [InlineData(0), InlineData(-1), InlineData(int.MinValue)]
    public void Integers_need_a_positive_bound(int bound) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyedRandom(1).Next(bound));

    [Fact]
    public void Gaussians_have_the_moments_and_tails_of_a_standard_normal()
    {
        const int n = 200_000;
        var random = new KeyedRandom(5);

        var drawn = Draw(n, random.NextGaussian);

        // Standard errors of the k-th moment: sqrt((E x^2k - (E x^k)^2) / n) with E x^2, x^4, x^6, x^8 = 1, 3, 15, 105.
        Assert.Equal(0, drawn.Average(), 5 * Math.Sqrt(1.0 / n));
        Assert.Equal(1, drawn.Average(x => x * x), 5 * Math.Sqrt(2.0 / n));
        Assert.Equal(0, drawn.Average(x => x * x * x), 5 * Math.Sqrt(15.0 / n));
        Assert.Equal(3, drawn.Average(x => x * x * x * x), 5 * Math.Sqrt(96.0 / n));
        // P(|x| > 1.959964) = 0.05, P(|x| > 3.290527) = 0.001
        Assert.Equal(0.05, drawn.Average(x => Math.Abs(x) > 1.959964 ? 1 : 0), 5 * Math.Sqrt(0.05 * 0.95 / n));
        Assert.Equal(0.001, drawn.Average(x => Math.Abs(x) > 3.290527 ? 1 : 0), 5 * Math.Sqrt(0.001 * 0.999 / n));
    }

    [Fact]
    public void Neighbouring_gaussians_are_uncorrelated()
    {
        const int n = 200_000;
        var random = new KeyedRandom(6);

        var drawn = Draw(n, random.NextGaussian); // both values of one Box-Muller pair stand side by side

        Assert.Equal(0, drawn.Zip(drawn.Skip(1), (a, b) => a * b).Average(), 5 * Math.Sqrt(1.0 / n));
        Assert.Equal(1, drawn.Zip(drawn.Skip(1), (a, b) => a * a * b * b).Average(), 5 * Math.Sqrt(8.0 / n)); // Var x²y² = 3 * 3 - 1
    }

    [Theory]
    [InlineData(0.05), InlineData(0.5), InlineData(1), InlineData(2.5), InlineData(40)]
    public void Gammas_have_the_moments_of_their_shape(double shape)
    {
        const int n = 1_000_000; // enough to see an exponent that is two percent off
        var random = new KeyedRandom(7);

        var drawn = Draw(n, () => random.NextGamma(shape));

        // Mean and variance are the shape k; the fourth central moment is 3k² + 6k, so the variance of (x - k)² is 2k² + 6k.
        Assert.Every(drawn, x => Assert.True(x >= 0 && double.IsFinite(x)));
        Assert.Equal(shape, drawn.Average(), 5 * Math.Sqrt(shape / n));
        Assert.Equal(shape, drawn.Average(x => (x - shape) * (x - shape)), 5 * Math.Sqrt((2 * shape * shape + 6 * shape) / n));
    }

    /// <summary>Marsaglia and Tsang: d (1 + x / sqrt(9 d))³ with d = 2.5 - 1/3, x being the stream's first normal
    /// number, which is accepted here.</summary>
    [Fact]
    public void A_gamma_rises_with_the_normal_number_that_it_is_drawn_from()
    {
        double x = new KeyedRandom(4).NextGaussian(), d = 2.5 - 1.0 / 3, root = 1 + x / Math.Sqrt(9 * d);

        Assert.Equal(d * root * root * root, new KeyedRandom(4).NextGamma(2.5), 1e-12);
    }

    [Fact]
    public void Gamma_of_shape_one_is_exponential()
    {
        var random = new KeyedRandom(8);

        AssertUniform(Draw(50_000, () => (int)(20 * Math.Exp(-random.NextGamma(1)))), 20);
    }

    [Theory]
    [InlineData(0.0), InlineData(-1.0)]
    public void Gamma_needs_a_positive_shape(double shape) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyedRandom(1).NextGamma(shape));

    [Theory]
    [InlineData(0), InlineData(1), InlineData(2), InlineData(1000)]
    public void Permutation_holds_every_index_once(int count) =>
        Assert.Equal(Enumerable.Range(0, count), new KeyedRandom(9).Permutation(count).Order());

    [Fact]
    public void Permutations_are_equally_likely()
    {
        var random = new KeyedRandom(10);

        // A permutation of four as a number in base 4, and that by rank among the 24.
        var drawn = Draw(48_000, () => random.Permutation(4).Aggregate(0, (code, index) => code * 4 + index));
        var rank = drawn.Distinct().Order().Select((code, place) => (code, place)).ToDictionary(pair => pair.code, pair => pair.place);

        AssertUniform([.. drawn.Select(code => rank[code])], 24);
    }

    [Fact]
    public void Shuffle_keeps_the_items()
    {
        int[] items = [1, 1, 2, 3, 5, 8];

        new KeyedRandom(11).Shuffle(items.AsSpan());

        Assert.Equal([1, 1, 2, 3, 5, 8], items.Order());
    }

    /// <summary>Pearson's chi-square: with d = bins - 1 degrees of freedom it has mean d and variance 2d.</summary>
    static void AssertUniform(int[] drawn, int bins)
    {
        var counts = new int[bins];
        foreach (var bin in drawn) counts[bin]++;
        var expected = (double)drawn.Length / bins;

        var statistic = counts.Sum(count => (count - expected) * (count - expected) / expected);

        var freedom = bins - 1;
        Assert.InRange(statistic, Math.Max(0, freedom - 5 * Math.Sqrt(2 * freedom)), freedom + 5 * Math.Sqrt(2 * freedom) + 5);
    }

    static T[] Draw<T>(int count, Func<T> draw)
    {
        var drawn = new T[count];
        for (var i = 0; i < count; i++) drawn[i] = draw();
        return drawn;
    }
}
