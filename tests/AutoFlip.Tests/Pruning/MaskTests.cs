using CsCheck;

namespace AutoFlip.Tests;

public class MaskTests
{
    /// <summary>Few distinct values, so that most tie; any length around the word size.</summary>
    static readonly Gen<(float[] Scores, int Keep)> Tied =
        from scores in Gen.Float[-2, 2].Select(value => MathF.Round(value)).Array[0, 300]
        from keep in Gen.Int[0, scores.Length]
        select (scores, keep);

    static readonly Gen<(float[] Values, Mask Mask)> Masked =
        from values in Gen.Float[-1, 1].Array[0, 300]
        from scores in Gen.Float[0, 1].Array[values.Length]
        from keep in Gen.Int[0, values.Length]
        select (values, Mask.KeepHighest(scores, keep));

    [Fact]
    public void Highest_are_kept_and_ties_fall_to_the_lower_index() => Tied.Sample(sample =>
    {
        var mask = Mask.KeepHighest(sample.Scores, sample.Keep);

        var want = sample.Scores.Select((score, index) => (score, index)).OrderByDescending(pair => pair.score).ThenBy(pair => pair.index)
            .Take(sample.Keep).Select(pair => pair.index).ToHashSet(); // a stable sort is the definition
        return mask.Kept == sample.Keep && Enumerable.Range(0, mask.Count).All(i => mask[i] == want.Contains(i));
    });

    [Fact]
    public void Order_holds_over_all_magnitudes_signs_and_infinities()
    {
        float[] ascending = [float.NegativeInfinity, -1e30f, -1, -1e-38f, -float.Epsilon, 0, float.Epsilon, 1e-38f, 1, 1e30f, float.PositiveInfinity];

        for (var keep = 0; keep <= ascending.Length; keep++)
            Assert.Equal(keep, Enumerable.Range(0, ascending.Length).SkipWhile(i => !Mask.KeepHighest(ascending, keep)[i]).Count());
    }

    [Fact]
    public void Zero_and_minus_zero_tie() => Assert.True(Mask.KeepHighest([-0f, 0f], 1)[0]);

    [Fact]
    public void A_NaN_score_is_refused() => Assert.Throws<ArgumentException>(() => Mask.KeepHighest([1, float.NaN, 2], 1));

    [Fact]
    public void Masking_twice_is_masking_once_and_removed_values_are_plus_zero() => Masked.Sample(sample =>
    {
        var once = (float[])sample.Values.Clone();
        sample.Mask.Apply(once);
        var twice = (float[])once.Clone();
        sample.Mask.Apply(twice);

        return once.SequenceEqual(twice)
            && Enumerable.Range(0, once.Length).All(i => BitConverter.SingleToInt32Bits(once[i]) == (sample.Mask[i] ? BitConverter.SingleToInt32Bits(sample.Values[i]) : 0));
    });

    [Fact]
    public void Scatter_of_gather_is_masking() => Masked.Sample(sample =>
    {
        var kept = new float[sample.Mask.Kept];
        sample.Mask.Gather(sample.Values, kept);
        var back = new float[sample.Values.Length];
        sample.Mask.Scatter(kept, back);

        var masked = (float[])sample.Values.Clone();
        sample.Mask.Apply(masked);
        return back.SequenceEqual(masked);
    });

    [Fact]
    public void Expanding_keeps_the_servers_own_values_where_nothing_came()
    {
        var layout = WeightLayout.Create([("w", [3], TensorRole.Weight), ("s", [2], TensorRole.Statistic)]);
        var own = new Weights(layout, [10, 20, 30, 40, 50]);

        var expanded = Mask.FromBits([0b101], 3).Expand([1, 3, 4, 5], own);

        Assert.Equal([1, 20, 3, 4, 5], expanded.Values.ToArray());
    }

    [Fact]
    public void A_dense_mask_keeps_everything()
    {
        foreach (var count in new[] { 0, 1, 63, 64, 65, 128 })
        {
            var mask = Mask.Dense(count);

            Assert.True(mask.IsDense);
            Assert.Equal(1, mask.Density);
            Assert.Equal(Mask.KeepHighest(new float[count], count), mask);
        }
    }

    [Fact]
    public void Bits_beyond_the_last_parameter_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Mask.FromBits([0b1000], 3));
        Assert.Throws<ArgumentException>(() => Mask.FromBits([], 3));
    }
}
