namespace AutoFlip.Tests;

/// <summary>Small cases in which a slip of one would give another value.</summary>
public class MetricEdgeTests
{
    /// <summary>Median 2: deviations 1 + 0 + 4 = 5, left 3.</summary>
    [Fact]
    public void Median_of_an_odd_number_is_the_middle_one() => Assert.Equal(1 - 3.0 / 5, new D2().Of([1, 2, 3], [1, 2, 6])!.Value, 1e-12);

    /// <summary>Mean 1: squares 1 + 1 = 2, left 1.</summary>
    [Fact]
    public void Two_samples_have_a_variance() => Assert.Equal(1 - 1.0 / 2, new R2().Of([0, 1], [0, 2])!.Value, 1e-12);

    /// <summary>The first is wrong, the second does not count, the third is right.</summary>
    [Fact]
    public void A_single_ignored_target_is_left_out() =>
        Assert.Equal(1.0 / 2, new Acc1().Of([0, 1, 1, 0, 1, 0], 2, [0, Targets.Ignored, 0]));

    [Fact]
    public void An_undefined_score_of_the_first_class_makes_a_prediction_wrong() => Assert.Equal(0, new Acc1().Of([float.NaN, 1], 2, [0]));

    [Fact]
    public void Main_metric_is_acc1_or_the_first()
    {
        Assert.Equal("acc1", Metric.MainOf(new Experiment { Metrics = ["f1", "acc1"] }));
        Assert.Equal("f1", Metric.MainOf(new Experiment { Metrics = ["f1", "precision"] }));
    }
}
