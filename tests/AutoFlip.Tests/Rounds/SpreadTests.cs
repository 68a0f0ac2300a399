using CsCheck;

namespace AutoFlip.Tests;

public class SpreadTests
{
    /// <summary>Mean 2; squares 1 + 0 + 1 over 3 - 1.</summary>
    [Fact]
    public void Three_values_have_a_mean_and_a_sample_deviation() => Assert.Equal(new Spread(3, 2, 1), Spread.Of([1, 2, 3]));

    [Fact]
    public void One_value_has_no_deviation() => Assert.Equal(new Spread(1, 0.7, null), Spread.Of([0.7]));

    /// <summary>Of 1 and 5 the mean is 3, the deviation the root of (4 + 4) / 1.</summary>
    [Fact]
    public void What_is_not_defined_is_left_out() =>
        Assert.Equal(new Spread(2, 3, Math.Sqrt(8)), Spread.Of([null, 1, double.NaN, 5, double.PositiveInfinity]));

    [Fact]
    public void Of_nothing_there_is_no_spread()
    {
        Assert.Null(Spread.Of([]));
        Assert.Null(Spread.Of([null, double.NaN]));
    }

    [Fact]
    public void Equal_values_differ_by_exactly_nothing() =>
        Gen.Select(Gen.Double[-1e9, 1e9], Gen.Int[2, 40])
            .Sample((value, count) => Spread.Of(Enumerable.Repeat<double?>(value, count)) == new Spread(count, value, 0));

    [Fact]
    public void Shifted_values_have_a_shifted_mean_and_the_same_deviation() =>
        Gen.Select(Gen.Double[-1, 1].Array[2, 9], Gen.Double[-10, 10]).Sample((values, shift) =>
        {
            var (here, there) = (
                Spread.Of(values.Select(value => (double?)value))!, Spread.Of(values.Select(value => (double?)(value + shift)))!);
            return Math.Abs(there.Mean - here.Mean - shift) < 1e-12 && Math.Abs(there.Deviation!.Value - here.Deviation!.Value) < 1e-12;
        });

    /// <summary>Differences 2, 3, 4: mean 3, deviation 1, however far apart the pairs are; the last two pairs are incomplete.</summary>
    [Fact]
    public void Differences_are_taken_pair_by_pair() =>
        Assert.Equal(new Spread(3, 3, 1), Spread.OfDifferences([(3, 1), (50, 47), (-4, -8), (7, null), (null, 2)]));

    /// <summary>Mean -7.3 / 6; squares of deviations 7.7083, over 5 and 6 a standard error of 0.5069; t of 5 degrees is 2.5706.</summary>
    [Fact]
    public void The_interval_of_a_mean_is_students()
    {
        var over = Spread.Of([-0.6, -1.3, -3.6, -0.1, -0.6, -1.1])!;

        Assert.Equal(-1.2167, over.Mean, 1e-4);
        Assert.Equal(1.3030, over.Margin!.Value, 1e-4);
        Assert.False(over.ExcludesZero);
        Assert.True(new Spread(6, -1.2167, 0.5).ExcludesZero);
    }

    [Fact]
    public void One_repetition_has_no_interval() =>
        Assert.Equal((null, false), (new Spread(1, 3, null).Margin, new Spread(1, 3, null).ExcludesZero));
}
