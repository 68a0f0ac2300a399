using static AutoFlip.Tests.RobustRules;

namespace AutoFlip.Tests;

/// <summary>Robust rules on numbers worked out by hand.</summary>
public class RobustNumbersTests
{
    const float Error = 1e-6f; // a few roundings of float32

    /// <summary>Sorted 1 2 3 4 100: the third. Of 1 2 3 100 the middle two are 2 and 3.</summary>
    [Fact]
    public void Median_is_the_middle_value_or_the_mean_of_two()
    {
        Assert.Equal(3, Aggregate(new CoordinateMedian(), 100, 2, 1, 4, 3));
        Assert.Equal(2.5f, Aggregate(new CoordinateMedian(), 100, 2, 1, 3));
        Assert.Equal(7, Aggregate(new CoordinateMedian(), 7));
        Assert.Equal([3f, -1f], Aggregate(new CoordinateMedian(), [1, -2], [3, 5], [9, -1]));
    }

    /// <summary>β = 0.2 of 5 drops ⌊1⌋ at each end: (2 + 3 + 4) / 3. Of 9 it drops ⌊1.8⌋ = 1: 2 ... 8.</summary>
    [Fact]
    public void Trimmed_mean_drops_both_ends()
    {
        Assert.Equal(3, Aggregate(new TrimmedMean(), 100, 2, 1, 4, 3));
        Assert.Equal(5, Aggregate(new TrimmedMean(), 1, 2, 3, 4, 5, 6, 7, 8, 90));
        Assert.Equal(3, Aggregate(new TrimmedMean { Trim = 0.4 }, 100, 2, -900, 4, 3));
        Assert.Equal(3, Aggregate(new TrimmedMean { Trim = 0.4999999999 }, 2, 4)); // of 2 one at each end would leave none
    }

    /// <summary>n - f - 2 = 2 nearest of 0, 1, 1.5, 2.5, 100: scores 1 + 2.25, 1 + 0.25, 0.25 + 1, 1 + 2.25, 97.5² + 98.5². The second
    /// and the third are equal: the lower index wins.</summary>
    [Fact]
    public void Krum_takes_the_reply_with_the_nearest_neighbours_and_of_two_the_first()
    {
        Assert.Equal(1, Aggregate(new Krum(), 0, 1, 1.5f, 2.5f, 100));
        Assert.Equal(1.5f, Aggregate(new Krum(), 0, 1.5f, 1, 2.5f, 100));
    }

    /// <summary>Squared distances to the three nearest: (0, 2) has 1 + 5 + 9 = 15, (2, 1) has 4 + 5 + 8 = 17, the others more. Sums of
    /// fourth powers would be 107 and 105: a known error.</summary>
    [Fact]
    public void Krum_sums_squared_distances() =>
        Assert.Equal([0f, 2f], Aggregate(new Krum(), [0, 2], [0, 5], [4, 5], [4, 3], [0, 1], [2, 1]));

    /// <summary>Scores as above. The best two are 1 and 1.5; the best four, n - f, all but 100: 5 / 4.</summary>
    [Fact]
    public void Multi_krum_averages_the_best()
    {
        float[] replies = [0, 1, 1.5f, 2.5f, 100];

        Assert.Equal(1, Aggregate(new MultiKrum { Selected = 1 }, replies));
        Assert.Equal(1.25f, Aggregate(new MultiKrum { Selected = 2 }, replies), Error);
        Assert.Equal(2.5f / 3, Aggregate(new MultiKrum { Selected = 3 }, replies), Error); // 0 before 2.5, of equal scores
        Assert.Equal(1.25f, Aggregate(new MultiKrum(), replies), Error);
    }

    /// <summary>
    /// Of 1 ... 6 and 100 with f = 1, θ = 5 are chosen. Four nearest: 3 and 4 score 1 + 1 + 4 + 4, so 3. Then of 1 2 4 5 6 100, three
    /// nearest: 4 scores 1 + 4 + 4 = 9. Of 1 2 5 6 100, two: 2 and 5 score 1 + 9, so 2. Of 1 5 6 100, one: 5 and 6, so 5. Of 1 6 100, one:
    /// 1 and 6 score 25, so 1. Chosen 1 ... 5; the three nearest the median 3 are 2 3 4.
    /// </summary>
    [Fact]
    public void Bulyan_averages_about_the_median_of_repeated_picks()
    {
        Assert.Equal(3, Aggregate(new Bulyan(), 1, 2, 3, 4, 5, 6, 100), Error);
    }

    /// <summary>With f = 0 all are chosen and averaged. With f = 1 the five small ones are chosen, and two of them are dropped.</summary>
    [Fact]
    public void Bulyan_without_wrong_replies_is_the_mean_and_ties_keep_the_lower_value()
    {
        Assert.Equal(3.8f, Aggregate(new Bulyan { Byzantine = 0 }, 0, 2, 3, 4, 10), Error);

        // median 4; 2 and 6 are both 2 off, and the 6s drop: 2 3 4
        Assert.Equal(3, Aggregate(new Bulyan(), 2, 3, 4, 6, 6, 1000, 9000), Error);
        // median 4; 10 is 6 off and drops; then 0 (4 off) is farther than 7 (3 off): 1 4 7
        Assert.Equal(4, Aggregate(new Bulyan(), 0, 1, 4, 7, 10, 1000, 9000), Error);
    }

    /// <summary>From 1: distances 1 1 2, (3 / 2) / (1 + 1 + 1/2) = 0.6; then 0.6 0.6 2.4: 1.25 / (10/3 + 5/12) = 1/3; then 3/17 and 1/11.
    /// </summary>
    [Fact]
    public void Weiszfeld_steps_lead_to_the_geometric_median()
    {
        float[][] replies = [[0], [0], [3]];
        float[] v = [1];
        foreach (var meant in (float[])[0.6f, 1 / 3f, 3 / 17f, 1 / 11f])
        {
            GeometricMedian.Step(replies, v);
            Assert.Equal(meant, v[0], Error);
        }
        Assert.InRange(Aggregate(new GeometricMedian(), replies)[0], 0, 1e-5f); // smoothing: 1e-5 / 2 at most
    }

    /// <summary>The corners of a triangle of equal sides: all angles are equal, so the geometric median is the middle.</summary>
    [Fact]
    public void Geometric_median_of_an_equilateral_triangle_is_its_middle()
    {
        var median = Aggregate(new GeometricMedian(), [0, 0], [1, 0], [0.5f, MathF.Sqrt(0.75f)]);

        Assert.Equal(0.5f, median[0], 0.01f); // four steps; the coordinate median is (0.5, 0)
        Assert.Equal(MathF.Sqrt(0.75f) / 3, median[1], 0.05f);
    }

    /// <summary>‖(3, 4)‖ = 5, so a fifth of it at τ = 1. Norms 1 2 30 have the median 2: (1 + 2 + 2) / 3.</summary>
    [Fact]
    public void Norm_clipping_shortens_long_updates()
    {
        var clipped = Aggregate(new NormClipping { ClipNorm = 1 }, [[3, 4]]);
        Assert.Equal(0.6f, clipped[0], Error);
        Assert.Equal(0.8f, clipped[1], Error);
        Assert.Equal(5 / 3f, Aggregate(new NormClipping(), 1, 2, 30), Error);
        Assert.Equal(0, Aggregate(new NormClipping(), 0, 0, 30));
    }

    /// <summary>
    /// τ = 1. Round 1: v = 0 + (0.5 + 1 - 1) / 3 = 1/6 = w. Round 2: all reply 3 above w + v = 1/3, so Δ - v = 3 is clipped to 1:
    /// v = 1/6 + 1 and w = 1/6 + v = 4/3.
    /// </summary>
    [Fact]
    public void Centred_clipping_clips_about_the_last_aggregate()
    {
        var (algorithm, layout) = (new CentredClipping { ClipNorm = 1 }, Parameters(1));
        var mask = Mask.Dense(layout);

        var first = Next(algorithm, algorithm.Initialize(Weights.Zeros(layout)), mask, [[0.5f], [3], [-4]]);
        Assert.Equal(1 / 6f, first.Weights.Values[0], Error);
        Assert.Equal(1 / 6f, first.Slots["aggregate"].Values[0], Error);

        var second = Next(algorithm, first, mask, [[10 / 3f], [10 / 3f], [10 / 3f]]);
        Assert.Equal(4 / 3f, second.Weights.Values[0], Error);
        Assert.Equal(7 / 6f, second.Slots["aggregate"].Values[0], Error);
    }
}
