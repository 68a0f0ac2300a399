using CsCheck;
using static AutoFlip.Tests.RobustRules;

namespace AutoFlip.Tests;

/// <summary>Laws of robust rules.</summary>
public class RobustLawsTests
{
    // Several tiles of 512 and 2048 coordinates would slow the properties; one test has them.
    static readonly Gen<float[][]> Honest = Gen.Float[-1, 1].Array[5].Array[7, 12];

    public static TheoryData<int> Rules => [.. Enumerable.Range(0, All.Count)];

    [Fact]
    public void Without_trimming_or_clipping_parameters_are_those_of_FedAvg_over_equal_clients_to_the_bit()
    {
        RobustAlgorithm[] plain =
        [
            new TrimmedMean { Trim = 0 }, new MultiKrum { Byzantine = 0 }, new NormClipping { ClipNorm = double.PositiveInfinity },
            new CentredClipping { ClipNorm = double.PositiveInfinity },
        ];
        Honest.Sample(replies => Assert.Every(
            plain, algorithm => Assert.Equal(Aggregate(new FedAvg(0), replies), Aggregate(algorithm, replies))));
    }

    /// <summary>Geometric median and clipping sum in float32 or in the order of the cohort: 1e-6. The others choose or sort.</summary>
    [Theory, MemberData(nameof(Rules))]
    public void Order_and_sample_counts_of_replies_do_not_matter(int rule)
    {
        var algorithm = All[rule];
        var sums = algorithm is MultiKrum or GeometricMedian or NormClipping or CentredClipping;
        // Bulyan's last choices tie where f ≤ 2
        if (algorithm is Bulyan) algorithm = new Bulyan { Byzantine = 3 };
        // of values that tie the lower index counts, so none do here
        Gen.Select(Gen.Int[15, 18], Gen.ULong).Sample((count, seed) =>
        {
            var random = new KeyedRandom(seed);
            float[][] replies = [.. Enumerable.Range(0, count).Select(
                _ => Enumerable.Range(0, 5).Select(_ => (float)random.NextGaussian()).ToArray())];
            float[][] shuffled = [.. replies];
            random.Shuffle<float[]>(shuffled);
            var layout = Parameters(5);
            float[] Run(float[][] of, Func<int, int> examples) => Next(
                algorithm, algorithm.Initialize(Weights.Zeros(layout)), Mask.Dense(layout), of, examples).Weights.ToArray();

            var (plain, other) = (Run(replies, _ => 1), Run(shuffled, client => client == 3 ? int.MaxValue : 1 + client));
            if (!sums) Assert.Equal(plain, other);
            for (var i = 0; i < 5; i++) Assert.Equal(plain[i], other[i], 1e-6f);
        }, iter: 40);
    }

    /// <summary>Replies and shifts on a grid of 2^-8, so that differences are exact and ties stay ties.</summary>
    [Theory, MemberData(nameof(Rules))]
    public void A_shift_of_all_replies_and_of_the_model_shifts_the_result(int rule) =>
        Gen.Select(Gen.Int[-256, 256].Array[5].Array[7, 12], Gen.Int[-256, 256].Array[5]).Sample((grid, by) =>
        {
            var (algorithm, layout) = (All[rule], Parameters(5));
            float[] Run(float[] shift) => Next(
                algorithm, algorithm.Initialize(new Weights(layout, [.. shift])), Mask.Dense(layout),
                [.. grid.Select(reply => reply.Zip(shift, (value, s) => value / 256f + s).ToArray())]).Weights.ToArray();

            var (plain, shifted) = (Run(new float[5]), Run([.. by.Select(value => value / 256f)]));
            for (var i = 0; i < 5; i++) Assert.Equal(plain[i] + by[i] / 256f, shifted[i], 1e-6f);
        }, iter: 40);

    [Fact]
    public void One_liar_does_not_take_the_result_out_of_the_others_range_and_takes_FedAvg_far_out() =>
        Gen.Select(Honest, Gen.Bool.Array[5], Gen.Int[0, 7]).Sample((honest, signs, place) =>
        {
            var replies = honest.ToList();
            replies.Insert(Math.Min(place, honest.Length), [.. signs.Select(sign => sign ? 1e30f : -1e30f)]);
            float[][] all = [.. replies];

            foreach (RobustAlgorithm algorithm in (RobustAlgorithm[])
                [new CoordinateMedian(), new TrimmedMean { Trim = 0.15 }, new Krum(), new MultiKrum(), new Bulyan()])
                Assert.Every(
                    Aggregate(algorithm, all).Index(),
                    value => Assert.InRange(value.Item, honest.Min(reply => reply[value.Index]), honest.Max(reply => reply[value.Index])));
            Assert.Every(Aggregate(new FedAvg(0), all), value => Assert.True(Math.Abs(value) > 1e28f));
        }, iter: 60);

    /// <summary>
    /// The geometric median leaves the box of the honest replies, but not a ball: with a share a &lt; 1/2 of liars it is at most
    /// 2 (1 - a) / (1 - 2a) · max ‖x_k - c‖ from any c (Minsker 2015, lemma 2.1; here c is the honest mean).
    /// </summary>
    [Fact]
    public void One_liar_moves_the_geometric_median_by_a_bounded_distance() =>
        Gen.Select(Honest, Gen.Bool.Array[5], Gen.Int[0, 7]).Sample((honest, signs, place) =>
        {
            var replies = honest.ToList();
            replies.Insert(Math.Min(place, honest.Length), [.. signs.Select(sign => sign ? 1e30f : -1e30f)]);

            var median = Aggregate(new GeometricMedian(), [.. replies]);

            var mean = Aggregate(new FedAvg(0), honest);
            var (radius, share) = (honest.Max(reply => Distance(reply, mean)), 1.0 / replies.Count);
            Assert.InRange(Distance(median, mean), 0, 2 * (1 - share) / (1 - 2 * share) * radius + 1e-5);
        }, iter: 60);

    /// <summary>A reply clipped to τ moves the mean of n by τ/n.</summary>
    [Fact]
    public void One_liar_moves_a_clipped_mean_by_a_share_of_the_bound() =>
        Honest.Sample(honest =>
        {
            float[][] nobody = [.. honest, new float[5]], liar = [.. honest, [1e30f, -1e30f, 1e30f, 0, 0]];
            foreach (RobustAlgorithm algorithm in (RobustAlgorithm[])
                [new NormClipping { ClipNorm = 0.5 }, new CentredClipping { ClipNorm = 0.5 }])
                Assert.Equal(0.5 / liar.Length, Distance(Aggregate(algorithm, nobody), Aggregate(algorithm, liar)), 1e-6);
        }, iter: 40);

    [Theory, MemberData(nameof(Rules))]
    public void Removed_parameters_do_not_move_and_nothing_is_kept_of_them(int rule)
    {
        var (algorithm, layout) = (All[rule], Parameters(200));
        var mask = Mask.OfWeights(layout, Selection.Of([.. Enumerable.Range(0, 200).Select(i => i % 3 != 0)]));
        var random = new KeyedRandom(4);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.NextGaussian())];
        var state = algorithm.Initialize(new Weights(layout, Draw(200))).Masked(mask, Regrow.Keep);

        var next = Next(algorithm, state, mask, [.. Enumerable.Range(0, 7).Select(_ => Draw(mask.Kept))]);
        next = Next(algorithm, next, mask, [.. Enumerable.Range(0, 7).Select(_ => Draw(mask.Kept))]);

        for (var i = 0; i < 200; i += 3)
        {
            Assert.Equal(state.Weights.Values[i], next.Weights.Values[i]);
            foreach (var slot in next.Slots.Values) Assert.Equal(0, slot.Values[i]);
        }
        Assert.NotEqual(state.Weights.Values[1], next.Weights.Values[1]);
    }

    [Theory, MemberData(nameof(Rules))]
    public void Running_statistics_become_the_coordinate_median(int rule)
    {
        var algorithm = All[rule];
        var layout = WeightLayout.Create([("w", [2], TensorRole.Weight), ("var", [1], TensorRole.Statistic)]);

        var next = Next(
            algorithm, algorithm.Initialize(new Weights(layout, [0, 0, 1])), Mask.Dense(layout),
            [.. ((float[])[5, 2, 1e30f, 1, 4, 3, 6]).Select((value, i) => new[] { i * i, 1f, value })]);

        Assert.Equal(4, next.Weights.Values[2]);
        foreach (var slot in next.Slots.Values) Assert.Equal(0, slot.Values[2]);
    }

    /// <summary>Against the definition, over several tiles, with lengths that no vector divides.</summary>
    [Fact]
    public void Long_vectors_are_aggregated_as_by_the_definition()
    {
        const int Length = 4_999;
        var random = new KeyedRandom(9);
        foreach (var count in (int[])[1, 2, 3, 4, 8, 13, 33])
        {
            float[][] replies = [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, Length)
                .Select(_ => (float)random.NextGaussian()).ToArray())];

            var median = Aggregate(new CoordinateMedian(), replies);
            var trimmed = count >= 5 ? Aggregate(new TrimmedMean(), replies) : null;

            for (var i = 0; i < Length; i++)
            {
                double[] sorted = [.. replies.Select(reply => (double)reply[i]).Order()];
                Assert.Equal((float)((sorted[(count - 1) / 2] + sorted[count / 2]) / 2), median[i]);
                if (trimmed is not null) Assert.Equal(sorted[(count / 5)..^(count / 5)].Average(), trimmed[i], 1e-6);
            }
            for (var i = 1; i < count; i++)
                Assert.Equal(
                    replies[i].Zip(replies[0], (a, b) => (double)(a - b) * (a - b)).Sum(), ReplyDistances.Squared(replies[i], replies[0]),
                    1e-9 * Length);
        }
    }

    static double Distance(float[] left, float[] right) =>
        Math.Sqrt(left.Zip(right, (a, b) => ((double)a - b) * ((double)a - b)).Sum());
}
