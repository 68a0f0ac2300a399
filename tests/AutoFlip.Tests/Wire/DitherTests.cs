using System.Numerics;
using CsCheck;

namespace AutoFlip.Tests;

public class DitherTests
{
    /// <summary>lowbias32 with the key in between, worked out in Python from its definition. The key is the first draw of the seed
    /// (see <see cref="KeyedRandomTests"/>): its lower half is added to the index, its upper half mixed in; the upper 24 bits of
    /// the result are the number.</summary>
    [Theory]
    [InlineData(0UL, new[] { 11968011, 160487, 4702946 }, 8783021)] // key 99EC5F36 CB75F2B4
    [InlineData(42UL, new[] { 5326014, 10006397, 1548821 }, 2439069)] // key 15780B2E 0C2EC716
    [InlineData(ulong.MaxValue, new[] { 936886, 12657374, 5815253 }, 11041071)] // key 8F5520D5 2A7EAD08
    public void Dither_is_a_keyed_hash_of_the_index(ulong seed, int[] first, int far)
    {
        var dither = new Dither(new KeyedRandom(seed));

        Assert.Equal(first, Enumerable.Range(0, 3).Select(index => (int)(dither[index] * (1 << 24))));
        Assert.Equal(far, (int)(dither[1 << 30] * (1 << 24)));
    }

    [Fact]
    public void Dither_is_the_same_one_by_one_and_many_at_a_time() => Gen.Select(Gen.ULong, Gen.Int[0, 1 << 30]).Sample((seed, index) =>
    {
        var dither = new Dither(new KeyedRandom(seed));

        var many = dither.From(index);

        for (var k = 0; k < Vector<float>.Count; k++) Assert.Equal(dither[index + k], many[k]);
    });

    /// <summary>Chi-square over 64 bins and 2^16 draws: 63 degrees of freedom, deviation sqrt(126) = 11.2;
    /// five of these above or below.</summary>
    [Theory]
    [InlineData(1), InlineData(2), InlineData(3)]
    public void Dither_is_uniform_over_indices_and_over_keys(ulong seed)
    {
        const int Draws = 1 << 16, Bins = 64;
        int[] byIndex = new int[Bins], byKey = new int[Bins];
        var dither = new Dither(new KeyedRandom(seed));
        for (var i = 0; i < Draws; i++)
        {
            byIndex[(int)(dither[i] * Bins)]++;
            byKey[(int)(new Dither(new KeyedRandom(seed << 32 | (uint)i))[7] * Bins)]++;
        }

        foreach (var counts in (int[][])[byIndex, byKey])
            Assert.InRange(
                counts.Sum(count => Math.Pow(count - (double)Draws / Bins, 2) / ((double)Draws / Bins)), 63 - 5 * 11.2, 63 + 5 * 11.2);
    }
}
