using CsCheck;

namespace AutoFlip.Tests;

public class MetricTests
{
    const float NaN = float.NaN, Infinity = float.PositiveInfinity;

    public static TheoryData<string> All => [.. Catalog.Metrics.Names];

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
        Assert.All(Catalog.Metrics, pair => Assert.Equal(pair.Key, pair.Value.Name));

    [Fact]
    public void Counting_metrics_of_a_hand_made_table_are_exact()
    {
        // class 0: 1 hit, predicted 1, true 2: precision 1,   recall 1/2, F1 2/3
        // class 1: 1 hit, predicted 2, true 1: precision 1/2, recall 1,   F1 2/3
        // class 2: 1 hit, predicted 1, true 1: precision 1,   recall 1,   F1 1
        // weighted by 2, 1, 1 of 4:            precision 7/8, recall 3/4, F1 3/4
        Assert.Equal(3.0 / 4, new Acc1().Compute(Scores, 3, Targets));
        Assert.Equal(7.0 / 8, new Precision().Compute(Scores, 3, Targets));
        Assert.Equal(3.0 / 4, new Recall().Compute(Scores, 3, Targets));
        Assert.Equal(3.0 / 4, new F1().Compute(Scores, 3, Targets)!.Value, 1e-15);
    }

    [Fact]
    public void Precision_weighs_both_classes_of_one_output()
    {
        // Scores from 0 on are class 1: predicted 1, 1, 0, 1; true 1, 0, 0, 0.
        // class 1: 1 hit of 3 predicted, true once; class 0: 1 hit of 1 predicted, true 3 times: (1/3 + 3 * 1) / 4 = 5/6
        Assert.Equal(5.0 / 6, new Precision().Compute([0f, 2f, -1f, 3f], 1, [1, 0, 0, 0])!.Value, 1e-15);
    }

    [Fact]
    public void Acc1_prefers_the_lower_and_acc5_the_higher_of_tied_classes()
    {
        float[] equal = [1, 1, 1, 1, 1, 1];

        Assert.Equal(1, new Acc1().Compute(equal, 6, [0]));
        Assert.Equal(0, new Acc1().Compute(equal, 6, [1]));
        Assert.Equal(0, new Acc5().Compute(equal, 6, [0]));
        Assert.Equal(1, new Acc5().Compute(equal, 6, [1]));
    }

    [Fact]
    public void Acc5_of_five_classes_is_one() => Assert.Equal(1, new Acc5().Compute([5f, 4, 3, 2, 1], 5, [4]));

    [Theory]
    [InlineData(1), InlineData(2), InlineData(4)]
    public void Acc5_refuses_fewer_than_five_classes_with_a_reason_and_has_no_value(int classes)
    {
        Assert.Contains("at least 5 classes", new Acc5().Refuses(classes), StringComparison.Ordinal);
        Assert.Null(new Acc5().Compute(new float[classes], classes, [0]));
    }

    [Fact]
    public void Only_acc5_refuses_a_number_of_classes()
    {
        Assert.All(Catalog.Metrics, pair => Assert.Null(pair.Value.Refuses(5)));
        Assert.Equal(["acc5"], Catalog.Metrics.Where(pair => pair.Value.Refuses(2) is not null).Select(pair => pair.Key));
    }

    [Theory]
    // one pair won, one tied, of four: positives 2 and 1, negatives 1 and 3: (2 > 1), (1 = 1) half, the rest lost: 1.5 / 4
    [InlineData(new float[] { 2, 1, 1, 3 }, new[] { 1, 1, 0, 0 }, 0.375)]
    [InlineData(new float[] { 1, 2, 3 }, new[] { 0, 0, 1 }, 1.0)]
    [InlineData(new float[] { 1, 2, 3 }, new[] { 1, 0, 0 }, 0.0)]
    [InlineData(new float[] { 7, 7, 7 }, new[] { 1, 0, 1 }, 0.5)]
    [InlineData(new[] { 200f, 300f, -Infinity, Infinity }, new[] { 0, 1, 0, 1 }, 1.0)] // a sigmoid in float32 would tie 200 and 300
    public void Auroc_of_one_output_counts_pairs(float[] scores, int[] targets, double expected) =>
        Assert.Equal(expected, new Auroc().Compute(scores, 1, targets));

    [Fact]
    public void Auroc_of_rows_with_the_same_scores_in_another_order_is_a_tie()
    {
        // Both rows hold 0.2, 2.4 and 1.4. Class 0 has 0.2 in both, but adding up the softmax in another order changes the last bit
        // of its float64 probability (0.07493369585450456 and ...50); that must not decide between the rows.
        float[] scores = [0.2f, 2.4f, 1.4f, 0.2f, 1.4f, 2.4f];

        // Row 0 is of class 0, row 1 of class 1. Class 0: a tie, 1/2. Class 1: its own row has 1.4, the other 2.4: 0. Mean 1/4.
        Assert.Equal(0.25, new Auroc().Compute(scores, 3, [0, 1]));
    }

    [Fact]
    public void Auroc_is_undefined_for_a_single_class()
    {
        Assert.Null(new Auroc().Compute([1f, 2f], 1, [1, 1]));
        Assert.Null(new Auroc().Compute([1f, 2f, 3f, 4f], 2, [0, 0]));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void No_samples_have_no_value(string name)
    {
        Assert.Null(Catalog.Metrics[name].Compute([], 7, []));
        Assert.Null(Catalog.Metrics[name].Compute([], 1, []));
    }

    [Fact]
    public void A_sample_with_a_NaN_score_is_missed_and_auroc_undefined()
    {
        // Of two samples of class 0 the second has a NaN, not even at the true class: 1 of 2; its class is "never predicted" there.
        float[] scores = [9, 1, 1, 1, 1, 1, 9, 1, NaN, 1, 1, 1];
        int[] targets = [0, 0];

        Assert.Equal(0.5, new Acc1().Compute(scores, 6, targets));
        Assert.Equal(0.5, new Acc5().Compute(scores, 6, targets));
        Assert.Equal(0.5, new Recall().Compute(scores, 6, targets));
        Assert.Equal(1, new Precision().Compute(scores, 6, targets)); // predicted once, rightly
        Assert.Equal(2.0 / 3, new F1().Compute(scores, 6, targets)!.Value, 1e-15); // 2 * 1 / (1 + 2)
        Assert.Null(new Auroc().Compute(scores, 6, [0, 1]));
    }

    [Fact]
    public void A_model_that_has_diverged_scores_nothing()
    {
        float[] scores = [.. Enumerable.Repeat(NaN, 12)];

        foreach (var name in (string[])["acc1", "acc5", "f1", "precision", "recall"])
            Assert.Equal(0, Catalog.Metrics[name].Compute(scores, 6, [0, 1]));
        Assert.Equal(0, new Acc1().Compute([NaN, NaN], 1, [0, 1]));
        Assert.Null(new Auroc().Compute(scores, 6, [0, 1]));
    }

    [Fact]
    public void Infinite_scores_count_as_numbers_and_undo_only_the_softmax()
    {
        float[] scores = [Infinity, 1, 2, -Infinity];

        Assert.Equal(1, new Acc1().Compute(scores, 2, [0, 0]));
        Assert.Null(new Auroc().Compute(scores, 2, [0, 1]));
        Assert.Equal(1, new Auroc().Compute([0f, -Infinity, -Infinity, 0f], 2, [0, 1]));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Mistakes_of_the_caller_are_named(string name)
    {
        var metric = Catalog.Metrics[name];

        Assert.Throws<ArgumentException>(() => metric.Compute(new float[5], 3, [0, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => metric.Compute(new float[10], 5, [0, 5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => metric.Compute(new float[10], 5, [0, -1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => metric.Compute(new float[2], 1, [0, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => metric.Compute([], 0, []));
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
        Tables(AnyScore).Sample(table => Catalog.Metrics.All(pair =>
            pair.Value.Compute(table.Scores, table.Outputs, table.Targets) is null or (>= 0 and <= 1)));

    [Fact]
    public void Order_of_samples_does_not_matter() =>
        Gen.Select(Tables(Gen.Int[-3, 3].Select(score => (float)score)), Gen.ULong).Sample((table, seed) =>
        {
            var order = new KeyedRandom(seed).Permutation(table.Targets.Length);
            float[] scores = [.. order.SelectMany(i => table.Scores.AsSpan(i * table.Outputs, table.Outputs).ToArray())];
            int[] targets = [.. order.Select(i => table.Targets[i])];

            return Catalog.Metrics.All(pair =>
                pair.Value.Compute(scores, table.Outputs, targets) == pair.Value.Compute(table.Scores, table.Outputs, table.Targets));
        });

    [Fact]
    public void Recall_weighted_by_frequency_is_accuracy() =>
        Tables(AnyScore).Sample(table =>
        {
            var recall = new Recall().Compute(table.Scores, table.Outputs, table.Targets);
            var accuracy = new Acc1().Compute(table.Scores, table.Outputs, table.Targets);

            Assert.Equal(accuracy ?? -1, recall ?? -1, 1e-12);
        });

    [Fact]
    public void Auroc_of_negated_scores_is_its_complement() =>
        Tables(Gen.Int[-3, 3].Select(score => (float)score)).Where(table => table.Outputs == 1).Sample(table =>
        {
            var auroc = new Auroc().Compute(table.Scores, 1, table.Targets);
            var negated = new Auroc().Compute([.. table.Scores.Select(score => -score)], 1, table.Targets);

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

            return new Auroc().Compute(table.Scores, 1, table.Targets) == (pairs == 0 ? null : won / pairs);
        });
}
