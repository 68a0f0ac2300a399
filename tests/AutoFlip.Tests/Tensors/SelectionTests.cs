using CsCheck;

namespace AutoFlip.Tests;

public class SelectionTests
{
    /// <summary>Few distinct values, so that most tie; any length around the word size.</summary>
    static readonly Gen<(float[] Scores, int Keep)> Tied =
        from scores in Gen.Float[-2, 2].Select(value => MathF.Round(value)).Array[0, 300]
        from keep in Gen.Int[0, scores.Length]
        select (scores, keep);

    static readonly Gen<(float[] Values, Selection Mask)> Masked =
        from values in Gen.Float[-1, 1].Array[0, 300]
        from scores in Gen.Float[0, 1].Array[values.Length]
        from keep in Gen.Int[0, values.Length]
        select (values, Selection.Highest(scores, keep));

    [Fact]
    public void Selections_are_equal_if_they_keep_the_same_of_as_many()
    {
        Assert.Equal(Selection.Of([true, false, true]), Selection.Of([true, false, true]));
        Assert.NotEqual(Selection.Of([true, false, true]), Selection.Of([true, true, false])); // as many kept of as many
        Assert.NotEqual(Selection.Of([true, false]), Selection.Of([true, false, false])); // the same bits
    }

    [Fact]
    public void Highest_are_kept_and_ties_fall_to_the_lower_index() => Tied.Sample(sample =>
    {
        var mask = Selection.Highest(sample.Scores, sample.Keep);

        var want = sample.Scores.Select((score, index) => (score, index)).OrderByDescending(pair => pair.score).ThenBy(pair => pair.index)
            .Take(sample.Keep).Select(pair => pair.index).ToHashSet(); // a stable sort is the definition
        return mask.Kept == sample.Keep && Enumerable.Range(0, mask.Count).All(i => mask[i] == want.Contains(i));
    });

    [Fact]
    public void Order_holds_over_all_magnitudes_signs_and_infinities()
    {
        float[] ascending = [
            float.NegativeInfinity, -1e30f, -1, -1e-38f, -float.Epsilon, 0, float.Epsilon, 1e-38f, 1, 1e30f, float.PositiveInfinity];

        for (var keep = 0; keep <= ascending.Length; keep++)
            Assert.Equal(keep, Enumerable.Range(0, ascending.Length).SkipWhile(i => !Selection.Highest(ascending, keep)[i]).Count());
    }

    [Fact]
    public void Zero_and_minus_zero_tie() => Assert.True(Selection.Highest([-0f, 0f], 1)[0]);

    [Fact]
    public void A_NaN_score_is_refused() => Assert.Throws<ArgumentException>(() => Selection.Highest([1, float.NaN, 2], 1));

    [Fact]
    public void Masking_twice_is_masking_once_and_removed_values_are_plus_zero() => Masked.Sample(sample =>
    {
        var once = (float[])sample.Values.Clone();
        sample.Mask.Apply(once);
        var twice = (float[])once.Clone();
        sample.Mask.Apply(twice);

        return once.SequenceEqual(twice)
            && Enumerable.Range(0, once.Length).All(i =>
                BitConverter.SingleToInt32Bits(once[i]) == (sample.Mask[i] ? BitConverter.SingleToInt32Bits(sample.Values[i]) : 0));
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
    public void All_keeps_everything()
    {
        foreach (var count in new[] { 0, 1, 63, 64, 65, 128 })
        {
            var mask = Selection.All(count);

            Assert.True(mask.IsAll);
            Assert.Equal(Selection.Highest(new float[count], count), mask);
        }
    }

    [Fact]
    public void Bits_beyond_the_last_parameter_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Selection.FromBits([0b1000], 3));
        Assert.Throws<ArgumentException>(() => Selection.FromBits([], 3));
        Assert.Throws<ArgumentException>(() => Selection.FromBits([0, 0b10], 65)); // the bit right behind the only one of the last word
        Assert.Equal(1, Selection.FromBits([0, 0b1], 65).Kept);
    }

    [Fact]
    public void No_fewer_than_none_and_no_more_than_all_are_kept()
    {
        Assert.Throws<ArgumentOutOfRangeException>("keep", () => Selection.Highest([1, 2], -1));
        Assert.Throws<ArgumentOutOfRangeException>("keep", () => Selection.Highest([1, 2], 3));
    }

    [Fact]
    public void Kept_values_are_gathered_into_a_new_array() => Assert.Equal([1, 3], Selection.Of([true, false, true]).Gather([1, 2, 3]));

    /// <summary>Parameters 63 to 127 are those of the outer selection: seen from inside, the second word begins at bit 1, and its
    /// last bit is in the next word.</summary>
    [Fact]
    public void Bits_that_cross_a_word_are_carried_over()
    {
        var outer = Selection.Of([.. Enumerable.Range(0, 128).Select(i => i >= 63)]);

        var inner = Selection.Of([.. Enumerable.Range(0, 128).Select(i => i is 70 or 127)]).Within(outer);

        Assert.Equal([7, 64], Enumerable.Range(0, inner.Count).Where(i => inner[i])); // 70 - 63 and 127 - 63
    }

    static readonly Gen<(Selection Outer, Selection Inner)> Nested =
        from outer in Gen.Bool.Array[1, 300]
        from inner in Gen.Bool.Array[outer.Length]
        select (Selection.Of(outer), Selection.Of([.. inner.Zip(outer, (a, b) => a && b)]));

    [Fact]
    public void Seen_from_inside_and_back_is_the_same() => Nested.Sample(pair =>
        pair.Inner.Within(pair.Outer).Expand(pair.Outer).Equals(pair.Inner) && pair.Inner.Within(pair.Outer).Count == pair.Outer.Kept);

    [Fact]
    public void Gathering_in_two_steps_is_gathering_at_once() => Nested.Sample(pair =>
    {
        float[] values = [.. Enumerable.Range(0, pair.Outer.Count).Select(i => (float)i)];
        float[] outer = new float[pair.Outer.Kept], twice = new float[pair.Inner.Kept], once = new float[pair.Inner.Kept];
        pair.Outer.Gather(values, outer);
        pair.Inner.Within(pair.Outer).Gather(outer, twice);
        pair.Inner.Gather(values, once);
        return once.SequenceEqual(twice);
    });
}
