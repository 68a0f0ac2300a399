using CsCheck;

namespace AutoFlip.Tests;

public class MetricTests
{
    const float NaN = float.NaN, Infinity = float.PositiveInfinity;

    static readonly Metric[] All = [.. Catalog.Metrics.Select(entry => entry.Value(new Experiment()))];

    static readonly Metric[] OfClasses = [.. All.Where(metric => metric.Refuses(Two) is null || metric.Refuses(Classes(5)) is null)];

    static LearningTask Two => Classes(2);

    static LearningTask Numbers => LearningTask.Regression;

    static LearningTask Sequences => LearningTask.Labelling([.. Classes(7).ClassNames]);

    public static LearningTask Classes(int count) =>
        LearningTask.Classification([.. Enumerable.Range(0, Math.Max(count, 2)).Select(c => $"{c}")]);

    // Four samples of three classes. Predictions by highest score: 0, 1, 1, 2; truth: 0, 0, 1, 2.
    static readonly float[] Scores =
    [
        3, 1, 0,
        0, 2, 1,
        1, 5, 2,
        0, 0, 4,
    ];

    static readonly int[] Targets = [0, 0, 1, 2];

    [Fact]
    public void Catalogue_names_are_the_metrics_own_names() =>
        Assert.Equal(Catalog.Metrics.Names, All.Select(metric => metric.Name));

    [Fact]
    public void Counting_metrics_of_a_hand_made_table_are_exact()
    {
        // class 0: 1 hit, predicted 1, true 2: precision 1,   recall 1/2, F1 2/3
        // class 1: 1 hit, predicted 2, true 1: precision 1/2, recall 1,   F1 2/3
        // class 2: 1 hit, predicted 1, true 1: precision 1,   recall 1,   F1 1
        // weighted by 2, 1, 1 of 4:            precision 7/8, recall 3/4, F1 3/4
        Assert.Equal(3.0 / 4, new Acc1().Of(Scores, 3, Targets));
        Assert.Equal(7.0 / 8, new Precision().Of(Scores, 3, Targets));
        Assert.Equal(3.0 / 4, new Recall().Of(Scores, 3, Targets));
        Assert.Equal(3.0 / 4, new F1().Of(Scores, 3, Targets)!.Value, 1e-15);
    }

    [Fact]
    public void Precision_weighs_both_classes_of_one_output()
    {
        // Scores from 0 on are class 1: predicted 1, 1, 0, 1; true 1, 0, 0, 0.
        // class 1: 1 hit of 3 predicted, true once; class 0: 1 hit of 1 predicted, true 3 times: (1/3 + 3 * 1) / 4 = 5/6
        Assert.Equal(5.0 / 6, new Precision().Of([0f, 2f, -1f, 3f], 1, [1, 0, 0, 0])!.Value, 1e-15);
    }

    [Fact]
    public void Acc1_prefers_the_lower_and_acc5_the_higher_of_tied_classes()
    {
        float[] equal = [1, 1, 1, 1, 1, 1];

        Assert.Equal(1, new Acc1().Of(equal, 6, [0]));
        Assert.Equal(0, new Acc1().Of(equal, 6, [1]));
        Assert.Equal(0, new Acc5().Of(equal, 6, [0]));
        Assert.Equal(1, new Acc5().Of(equal, 6, [1]));
    }

    [Fact]
    public void Acc5_of_five_classes_is_one() => Assert.Equal(1, new Acc5().Of([5f, 4, 3, 2, 1], 5, [4]));

    [Theory]
    [InlineData(2), InlineData(4)]
    public void Acc5_refuses_fewer_than_five_classes_with_a_reason_and_has_no_value(int classes)
    {
        Assert.Contains("at least 5 classes", new Acc5().Refuses(Classes(classes)), StringComparison.Ordinal);
        Assert.Null(new Acc5().Of(new float[classes], classes, [0]));
    }

    [Fact]
    public void Each_task_has_its_metrics()
    {
        string[] Fitting(LearningTask task) => [.. All.Where(metric => metric.Refuses(task) is null).Select(metric => metric.Name)];

        Assert.Equal(["acc1", "acc5", "auroc", "f1", "precision", "recall", "seqacc"], Fitting(Classes(10)));
        Assert.Equal(["acc1", "auroc", "auprc", "youdenj", "f1", "precision", "recall", "seqacc"], Fitting(Two));
        Assert.Equal(["acc1", "acc5", "auroc", "f1", "precision", "recall", "seqacc"], Fitting(Sequences));
        Assert.Equal(["mse", "mae", "mape", "rmse", "r2", "d2"], Fitting(Numbers));
        Assert.Equal(["mse", "mae", "mape", "rmse"], All.Where(metric => metric.LowerIsBetter).Select(metric => metric.Name));
    }

    [Fact]
    public void What_is_ignored_counts_nowhere()
    {
        float[] padded = [.. Scores, 9, 9, 9, NaN, 0, 0];
        int[] classes = [.. Targets, AutoFlip.Targets.Ignored, AutoFlip.Targets.Ignored];

        Assert.Every(OfClasses, metric => Assert.Equal(metric.Of(Scores, 3, Targets), metric.Of(padded, 3, classes)));
        Assert.Equal(3.0 / 4, new SeqAcc().Of(padded, 3, classes));
    }

    [Fact]
    public void Macro_counts_every_class_that_occurs_alike()
    {
        // Predictions 0, 1, 1, 3; truth 0, 0, 1, 1: class 3 occurs as a prediction, class 2 not at all.
        // recall 1/2, 1/2, 0: 1/3; precision 1, 1/2, 0: 1/2; F1 2/3, 1/2, 0: 7/18
        float[] scores = [3, 1, 0, 0, 0, 2, 1, 0, 1, 5, 2, 0, 0, 0, 4, 5];
        int[] classes = [0, 0, 1, 1];

        Assert.Equal(1.0 / 3, new Recall(Average.Macro).Of(scores, 4, classes)!.Value, 1e-15);
        Assert.Equal(1.0 / 2, new Precision(Average.Macro).Of(scores, 4, classes)!.Value, 1e-15);
        Assert.Equal(7.0 / 18, new F1(Average.Macro).Of(scores, 4, classes)!.Value, 1e-15);
    }

    [Theory]
    [InlineData(0, 0.75), InlineData(1.5, 1.0), InlineData(float.NegativeInfinity, 0.5)]
    public void A_single_output_means_class_1_from_the_cut_off_on(float cutOff, double accuracy) =>
        Assert.Equal(accuracy, new Acc1().Of([-1, 1, 1.5f, 2], 1, [0, 0, 1, 1], cutOff));

    [Fact]
    public void Average_precision_of_a_hand_made_ranking_is_exact()
    {
        // From the highest score down: 1 of class 1 (P 1, R 1/3), then a tie of one each (P 2/3, R 2/3), then
        // one of 0, then one of 1 (P 3/5, R 1).
        Assert.Equal((1 + 2.0 / 3 + 3.0 / 5) / 3, new Auprc().Of([4f, 3, 3, 2, 1], 1, [1, 1, 0, 0, 1])!.Value, 1e-15);
        Assert.Null(new Auprc().Of([1f, 2], 1, [0, 0]));
    }

    [Fact]
    public void Youdens_threshold_is_a_probability_and_undefined_where_chance_is_as_good()
    {
        // From 2 on: 2 of 2 positives, 1 of 2 negatives (J 1/2); from 3 on: 1 of 2, 0 of 2 (J 1/2): the higher of equals.
        Assert.Equal(1 / (1 + Math.Exp(-3)), new YoudenJ().Of([3f, 2, 2, 1], 1, [1, 1, 0, 0])!.Value, 1e-15);
        Assert.Null(new YoudenJ().Of([1f, 2], 1, [1, 0]));
        Assert.Null(new YoudenJ().Of([1f, 2], 1, [1, 1]));
    }

    [Theory]
    // one pair won, one tied, of four: positives 2 and 1, negatives 1 and 3: (2 > 1), (1 = 1) half, the rest lost: 1.5 / 4
    [InlineData(new float[] { 2, 1, 1, 3 }, new[] { 1, 1, 0, 0 }, 0.375)]
    [InlineData(new float[] { 1, 2, 3 }, new[] { 0, 0, 1 }, 1.0)]
    [InlineData(new float[] { 1, 2, 3 }, new[] { 1, 0, 0 }, 0.0)]
    [InlineData(new float[] { 7, 7, 7 }, new[] { 1, 0, 1 }, 0.5)]
    [InlineData(new[] { 200f, 300f, -Infinity, Infinity }, new[] { 0, 1, 0, 1 }, 1.0)] // a sigmoid in float32 would tie 200 and 300
    public void Auroc_of_one_output_counts_pairs(float[] scores, int[] targets, double expected) =>
        Assert.Equal(expected, new Auroc().Of(scores, 1, targets));

    [Fact]
    public void Auroc_of_rows_with_the_same_scores_in_another_order_is_a_tie()
    {
        // Both rows hold 0.2, 2.4 and 1.4. Class 0 has 0.2 in both, but adding up the softmax in another order changes the last bit
        // of its float64 probability (0.07493369585450456 and ...50); that must not decide between the rows.
        float[] scores = [0.2f, 2.4f, 1.4f, 0.2f, 1.4f, 2.4f];

        // Row 0 is of class 0, row 1 of class 1. Class 0: a tie, 1/2. Class 1: its own row has 1.4, the other 2.4: 0. Mean 1/4.
        Assert.Equal(0.25, new Auroc().Of(scores, 3, [0, 1]));
    }

    [Fact]
    public void Auroc_is_undefined_for_a_single_class()
    {
        Assert.Null(new Auroc().Of([1f, 2f], 1, [1, 1]));
        Assert.Null(new Auroc().Of([1f, 2f, 3f, 4f], 2, [0, 0]));
    }

    [Fact]
    public void No_samples_have_no_value() => Assert.Every(All, metric =>
    {
        Assert.Null(metric.Of([], 7, []));
        Assert.Null(metric.Compute(Predictions.OfNumbers([], 1, [])));
    });

    [Fact]
    public void A_sample_with_a_NaN_score_is_missed_and_auroc_undefined()
    {
        // Of two samples of class 0 the second has a NaN, not even at the true class: 1 of 2; its class is "never predicted" there.
        float[] scores = [9, 1, 1, 1, 1, 1, 9, 1, NaN, 1, 1, 1];
        int[] targets = [0, 0];

        Assert.Equal(0.5, new Acc1().Of(scores, 6, targets));
        Assert.Equal(0.5, new Acc5().Of(scores, 6, targets));
        Assert.Equal(0.5, new Recall().Of(scores, 6, targets));
        Assert.Equal(1, new Precision().Of(scores, 6, targets)); // predicted once, rightly
        Assert.Equal(2.0 / 3, new F1().Of(scores, 6, targets)!.Value, 1e-15); // 2 * 1 / (1 + 2)
        Assert.Null(new Auroc().Of(scores, 6, [0, 1]));
    }

    [Fact]
    public void A_model_that_has_diverged_scores_nothing()
    {
        float[] scores = [.. Enumerable.Repeat(NaN, 12)];

        foreach (var name in (string[])["acc1", "acc5", "f1", "precision", "recall"])
            Assert.Equal(0, Catalog.Metrics[name](new()).Of(scores, 6, [0, 1]));
        Assert.Equal(0, new Acc1().Of([NaN, NaN], 1, [0, 1]));
        Assert.Null(new Auroc().Of(scores, 6, [0, 1]));
    }

    [Fact]
    public void Infinite_scores_count_as_numbers_and_undo_only_the_softmax()
    {
        float[] scores = [Infinity, 1, 2, -Infinity];

        Assert.Equal(1, new Acc1().Of(scores, 2, [0, 0]));
        Assert.Null(new Auroc().Of(scores, 2, [0, 1]));
        Assert.Equal(1, new Auroc().Of([0f, -Infinity, -Infinity, 0f], 2, [0, 1]));
    }

    [Fact]
    public void Mistakes_of_the_caller_are_named()
    {
        Assert.Throws<ArgumentException>(() => Predictions.OfClasses(new float[5], 3, [0, 1]));
        Assert.Throws<ArgumentException>(() => Predictions.OfNumbers(new float[5], 1, new float[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Predictions.OfClasses(new float[10], 5, [0, 5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Predictions.OfClasses(new float[10], 5, [0, -2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Predictions.OfClasses(new float[2], 1, [0, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Predictions.OfClasses([], 0, []));
        Assert.Every(All, metric => Assert.Throws<ArgumentException>(() => OfClasses.Contains(metric)
            ? metric.Compute(Predictions.OfNumbers([1], 1, [1])) : metric.Of([1f], 1, [1])));
    }

    // Few distinct scores, so that ties are common; sometimes NaN or infinite.
    static readonly Gen<float> AnyScore = Gen.Frequency(
        (20, Gen.Int[-3, 3].Select(score => (float)score)), (1, Gen.OneOf<float>(NaN, Infinity, -Infinity)));

    static Gen<(int Outputs, float[] Scores, int[] Targets)> Tables(Gen<float> score) =>
        from outputs in Gen.Int[1, 8]
        from samples in Gen.Int[0, 30]
        from scores in score.Array[outputs * samples]
        from targets in Gen.Int[0, Math.Max(outputs, 2) - 1].Array[samples]
        select (outputs, scores, targets);

    [Fact]
    public void Every_metric_of_any_scores_is_null_or_between_zero_and_one() =>
        Tables(AnyScore).Sample(table => OfClasses.All(metric =>
            metric.Of(table.Scores, table.Outputs, table.Targets) is null or (>= 0 and <= 1)));

    [Fact]
    public void Order_of_samples_does_not_matter() =>
        Gen.Select(Tables(Gen.Int[-3, 3].Select(score => (float)score)), Gen.ULong).Sample((table, seed) =>
        {
            var order = new KeyedRandom(seed).Permutation(table.Targets.Length);
            float[] scores = [.. order.SelectMany(i => table.Scores.AsSpan(i * table.Outputs, table.Outputs).ToArray())];
            int[] targets = [.. order.Select(i => table.Targets[i])];

            return OfClasses.All(metric =>
                metric.Of(scores, table.Outputs, targets) == metric.Of(table.Scores, table.Outputs, table.Targets));
        });

    [Fact]
    public void Recall_weighted_by_frequency_is_accuracy() =>
        Tables(AnyScore).Sample(table =>
        {
            var recall = new Recall().Of(table.Scores, table.Outputs, table.Targets);
            var accuracy = new Acc1().Of(table.Scores, table.Outputs, table.Targets);

            Assert.Equal(accuracy ?? -1, recall ?? -1, 1e-12);
        });

    [Fact]
    public void Auroc_of_negated_scores_is_its_complement() =>
        Tables(Gen.Int[-3, 3].Select(score => (float)score)).Where(table => table.Outputs == 1).Sample(table =>
        {
            var auroc = new Auroc().Of(table.Scores, 1, table.Targets);
            var negated = new Auroc().Of([.. table.Scores.Select(score => -score)], 1, table.Targets);

            Assert.Equal(1 - auroc ?? -1, negated ?? -1, 1e-12);
        });

    [Fact]
    public void Auroc_equals_the_count_over_all_pairs() =>
        Tables(Gen.Int[-3, 3].Select(score => (float)score)).Where(table => table.Outputs == 1).Sample(table =>
        {
            double won = 0, pairs = 0;
            for (var i = 0; i < table.Targets.Length; i++)
                for (var k = 0; k < table.Targets.Length; k++)
                {
                    if (table.Targets[i] != 1 || table.Targets[k] != 0) continue;
                    pairs++;
                    won += (Math.Sign(table.Scores[i].CompareTo(table.Scores[k])) + 1) / 2.0;
                }

            return new Auroc().Of(table.Scores, 1, table.Targets) == (pairs == 0 ? null : won / pairs);
        });
}

/// <summary>Metrics of plain arrays.</summary>
static class MetricCalls
{
    public static double? Of(this Metric metric, ReadOnlySpan<float> scores, int outputs, ReadOnlySpan<int> classes, float cutOff = 0) =>
        metric.Compute(Predictions.OfClasses(scores, outputs, classes, cutOff));

    public static double? Of(this Metric metric, ReadOnlySpan<float> predicted, ReadOnlySpan<float> truth) =>
        metric.Compute(Predictions.OfNumbers(predicted, 1, truth));
}
