using CsCheck;

namespace AutoFlip.Tests;

/// <summary>Axes and where names go.</summary>
public sealed class RulerTests
{
    static string[] Texts(Ruler ruler) => [.. ruler.Ticks.Select(tick => tick.Text)];

    [Theory]
    [InlineData(AxisUnit.Bytes, 4.5e9, "sent (GB)", "0 1 2 3 4")]
    [InlineData(AxisUnit.Bytes, 999, "sent (B)", "0 200 400 600 800 1000")]
    [InlineData(AxisUnit.Bytes, 1000, "sent (kB)", "0.0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(AxisUnit.Share, 0.5, "sent (%)", "0 10 20 30 40 50")]
    [InlineData(AxisUnit.Seconds, 90, "sent (s)", "0 20 40 60 80")]
    [InlineData(AxisUnit.Seconds, 0.05, "sent (ms)", "0 10 20 30 40 50")]
    [InlineData(AxisUnit.Seconds, 3000, "sent (min)", "0 10 20 30 40 50")]
    [InlineData(AxisUnit.Seconds, 36000, "sent (h)", "0 2 4 6 8 10")]
    [InlineData(AxisUnit.Macs, 5e13, "sent (×10¹²)", "0 10 20 30 40 50")]
    [InlineData(AxisUnit.Count, 3, "sent", "0 1 2 3")]
    [InlineData(AxisUnit.Count, 20_000, "sent", "0 5,000 10,000 15,000 20,000")]
    [InlineData(AxisUnit.Number, 5e-7, "sent (×1e-7)", "0 1 2 3 4 5")]
    [InlineData(AxisUnit.Number, 0.5, "sent", "0.0 0.1 0.2 0.3 0.4 0.5")]
    public void Ticks_are_round_numbers_in_a_fitting_unit(AxisUnit unit, double most, string label, string ticks)
    {
        var ruler = Ruler.Of(new Axis("sent", unit), 0, most);

        Assert.Equal(label, ruler.Label);
        Assert.Equal(ticks.Split(' '), Texts(ruler));
    }

    [Fact]
    public void Axis_begins_at_zero_where_little_is_lost_by_it()
    {
        Assert.Equal("0", Texts(Ruler.Of(new Axis("loss"), 4, 10))[0]);
        Assert.Equal("8.0", Texts(Ruler.Of(new Axis("loss"), 8, 10))[0]);
        Assert.Equal("0", Texts(Ruler.Of(new Axis("loss"), 8, 10, fromZero: true))[0]);
    }

    [Fact]
    public void Shares_never_reach_beyond_all_or_below_none()
    {
        var ruler = Ruler.Of(new Axis("accuracy", AxisUnit.Share), 0.01, 1);

        Assert.Equal(["0", "20", "40", "60", "80", "100"], Texts(ruler));
        Assert.InRange(ruler.Min, 0, 1e-9);
        Assert.InRange(ruler.Max, 100, 103);
    }

    [Fact]
    public void Logarithmic_axis_has_ticks_at_powers_of_ten()
    {
        Assert.Equal(["0.01", "0.1", "1", "10", "100"], Texts(Ruler.Of(new Axis("loss") { IsLogarithmic = true }, 0.01, 100)));
        // few decades: more of each
        Assert.Equal(["2", "5", "10", "20", "50", "100"], Texts(Ruler.Of(new Axis("loss") { IsLogarithmic = true }, 1.5, 150)));
        Assert.Equal("1e-9", Texts(Ruler.Of(new Axis("loss") { IsLogarithmic = true }, 1e-10, 1e10))[0]);
        Assert.Equal(-2, Ruler.Of(new Axis("loss") { IsLogarithmic = true }, 0.01, 100).Of(0.01), 1e-12);
    }

    [Fact]
    public void Axis_of_counts_shows_a_whole_number_however_short() =>
        Assert.Equal(["16", "17"], Texts(Ruler.Of(new Axis("x", AxisUnit.Count), 16.72, 16.721)));

    [Fact]
    public void Ticks_are_within_the_axis_ascending_and_read_differently() =>
        Gen.Select(Gen.Double[-1e9, 1e9], Gen.Double[1e-6, 1e9], Gen.Enum<AxisUnit>()).Sample((least, range, unit) =>
    {
        if (unit != AxisUnit.Number) least = Math.Abs(least);
        var ruler = Ruler.Of(new Axis("x", unit), least, least + range);

        Assert.True(ruler.Min < ruler.Max);
        Assert.InRange(ruler.Place(least), -1e-9, 1 + 1e-9);
        Assert.InRange(ruler.Place(least + range), -1e-9, 1 + 1e-9);
        Assert.InRange(ruler.Ticks.Length, unit == AxisUnit.Count ? 1 : 2, 12);
        Assert.Every(
            ruler.Ticks,
            tick => Assert.InRange(
                tick.At, ruler.Min - 1e-6 * Math.Abs(ruler.Max - ruler.Min), ruler.Max + 1e-6 * Math.Abs(ruler.Max - ruler.Min)));
        Assert.Equal(ruler.Ticks.OrderBy(tick => tick.At), ruler.Ticks);
        Assert.Distinct(Texts(ruler));
    });

    [Fact]
    public void Names_stay_where_they_want_to_be_if_they_fit() =>
        Assert.Equal([20, 60, 90], Key.Spread([20, 60, 90], [20, 20, 20], 0, 100));

    [Fact]
    public void Names_that_meet_share_the_room_around_their_middle()
    {
        Assert.Equal([40, 60], Key.Spread([50, 50], [20, 20], 0, 100)); // from 30 to 70
        Assert.Equal([10, 30, 50], Key.Spread([0, 0, 0], [20, 20, 20], 0, 100)); // no higher than the top
        Assert.Equal([70, 90], Key.Spread([99, 99], [20, 20], 0, 100));
    }

    [Fact]
    public void Names_never_overlap_and_keep_their_order() =>
        Gen.Select(Gen.Double[0, 300].Array[1, 12], Gen.Double[10, 25]).Sample((wanted, height) =>
    {
        Array.Sort(wanted);
        double[] heights = [.. wanted.Select(_ => height)];

        var middles = Key.Spread(wanted, heights, 0, 300);

        Assert.All(middles.Zip(middles.Skip(1)), pair => Assert.True(pair.Second - pair.First >= height - 1e-9), throwIfEmpty: false);
        Assert.Every(middles, middle => Assert.InRange(middle, height / 2 - 1e-9, 300 - height / 2 + 1e-9));
    });
}
