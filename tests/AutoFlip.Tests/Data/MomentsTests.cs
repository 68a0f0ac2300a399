using CsCheck;

namespace AutoFlip.Tests;

public class MomentsTests
{
    [Fact]
    public void Moments_are_mean_and_deviation()
    {
        var moments = Of([2, 4, 4, 4, 5, 5, 7, 9]);

        // squares: 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32 = 8 * 4
        Assert.Equal((8, 5.0, 2.0), (moments.Count, moments.Mean, moments.Deviation));
        Assert.Equal((0, 0.0, 0.0), (default(Moments).Count, default(Moments).Mean, default(Moments).Deviation));
    }

    [Fact]
    public void Moments_of_parts_are_those_of_the_whole() =>
        Gen.Select(Gen.Double[-100, 100].Array[0, 20], Gen.Double[-100, 100].Array[0, 20]).Sample((a, b) =>
        {
            var (whole, parts) = (Of([.. a, .. b]), Of(a) + Of(b));
            return whole.Count == parts.Count && Math.Abs(whole.Mean - parts.Mean) < 1e-9
                && Math.Abs(whole.Deviation - parts.Deviation) < 1e-6;
        });

    [Fact]
    public void A_small_spread_around_a_large_mean_is_kept() => // 1e8 squared is 1e16: one more would be lost in a sum of squares
        Assert.Equal(1, (Of([1e8 - 1]) + Of([1e8 + 1])).Deviation);

    static Moments Of(double[] values)
    {
        var moments = new Moments();
        foreach (var value in values) moments.Add(value);
        return moments;
    }
}
