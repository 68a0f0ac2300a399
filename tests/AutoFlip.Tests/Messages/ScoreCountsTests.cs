using System.Runtime.InteropServices;
using CsCheck;

namespace AutoFlip.Tests;

public class ScoreCountsTests
{
    static readonly Gen<(float[] Logits, int[] Classes)> Samples =
        from count in Gen.Int[0, 40]
        from logits in Gen.Frequency(
            (20, Gen.Int[-40, 40].Select(x => x / 7f)),
            (1, Gen.OneOf<float>(float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e30f))).Array[count]
        from classes in Gen.Int[0, 1].Array[count]
        select (logits, classes);

    [Theory]
    [InlineData(new float[] { -3, -1, 2, 4 }, new[] { 0, 0, 1, 1 }, 0)] // anything between -1 and 2 separates them: one half does
    // the edges from 2 1/8 to 3 are as good, this is the nearest to 0
    [InlineData(new float[] { 1, 2, 3, 4 }, new[] { 0, 0, 1, 1 }, 2.125f)]
    [InlineData(new float[] { -4, -3, -2, -1 }, new[] { 0, 0, 1, 1 }, -2)] // those from -2 7/8 to -2
    // J is 1/2 from -0.875 to -0.5 and from 0.625 to 1: -0.5 is nearer
    [InlineData(new float[] { -1, 0.5f, -0.5f, 1 }, new[] { 0, 0, 1, 1 }, -0.5f)]
    [InlineData(new float[] { 3, 1 }, new[] { 0, 1 }, 0)] // worse than chance everywhere
    [InlineData(new float[] { 3, 1 }, new[] { 1, 1 }, 0)] // no negatives
    [InlineData(new float[] { }, new int[] { }, 0)]
    [InlineData(new float[] { -1, 1 }, new[] { 0, 1 }, 0)] // one of each: J is 1 from -0.875 to 1, of which 0 is the nearest to itself
    [InlineData(new float[] { -1, -0.625f, 0.5f, 1 }, new[] { 0, 1, 0, 1 }, 0.625f)] // -0.625 and 0.625 are as near: the higher
    [InlineData(new float[] { -16, -15.875f }, new[] { 0, 1 }, -15.875f)] // only the first edge, between the first two bins, separates them
    public void Cut_off_of_a_hand_made_table(float[] logits, int[] classes, float cutOff) =>
        Assert.Equal(cutOff, ScoreCounts.Of(logits, classes).CutOff);

    /// <summary>8 · 15.8 = 126.4 is in bin 126 + 128 = 254, 8 · 15.9 = 127.2 and everything above in the last, 255;
    /// everything below -16 is in bin 0.</summary>
    [Fact]
    public void The_first_and_the_last_bin_hold_what_lies_outside()
    {
        var counts = MemoryMarshal.Cast<byte, uint>(ScoreCounts.Of([15.8f, 15.9f, 1e9f, -16, -1e9f], [0, 0, 0, 0, 0]).Bytes);

        Assert.Equal((1u, 2u, 2u), (counts[254], counts[255], counts[0]));
    }

    [Fact]
    public void No_edge_has_a_higher_J_than_the_cut_off() => Samples.Sample(sample =>
    {
        var (logits, classes) = sample;
        float[] Own(int label) => [.. logits.Where((logit, i) => classes[i] == label && !float.IsNaN(logit))];
        var (zeros, ones) = (Own(0), Own(1));
        double J(float edge) => (double)ones.Count(logit => logit >= edge) / ones.Length - (double)zeros.Count(logit =>
            logit >= edge) / zeros.Length;
        var best = zeros is [] || ones is [] ? 0 : Enumerable.Range(-127, 255).Max(edge => J(edge / 8f));

        var cutOff = ScoreCounts.Of(logits, classes).CutOff;

        if (best > 0) Assert.Equal(best, J(cutOff), 1e-12);
        else Assert.Equal(0, cutOff);
    });

    [Fact]
    public void Counts_of_clients_add_up_to_the_counts_of_all_of_them() => Gen.Select(Samples, Samples).Sample((one, other) =>
    {
        var together = ScoreCounts.Of([.. one.Logits, .. other.Logits], [.. one.Classes, .. other.Classes]);

        Assert.Equal(together.Bytes, (ScoreCounts.Of(one.Logits, one.Classes) + ScoreCounts.Of(other.Logits, other.Classes)).Bytes);
        Assert.Equal(together.Bytes, ScoreCounts.Of(together.Bytes).Bytes);
    });

    [Fact]
    public void Counts_that_a_client_makes_up_do_not_overflow()
    {
        var absurd = ScoreCounts.Of([.. Enumerable.Repeat((byte)0xFF, ScoreCounts.Empty.Bytes.Length)]);

        Assert.Equal(absurd.Bytes, (absurd + absurd).Bytes);
        Assert.Equal(0, absurd.CutOff); // both classes are spread alike
    }
}
