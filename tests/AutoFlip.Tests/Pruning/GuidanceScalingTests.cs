using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using CsCheck;

namespace AutoFlip.Tests;

public class GuidanceScalingTests
{
    static readonly JsonElement Golden = GoldenFile.Read("prune.json");

    public static TheoryData<string> Cases => [.. Golden.GetProperty("cases").Items().Select(c => c.GetProperty("id").GetString()!)];

    [Theory, MemberData(nameof(Cases))]
    public void Guidance_and_masks_equal_golden(string id)
    {
        var golden = Golden.GetProperty("cases").Items().Single(c => c.GetProperty("id").GetString() == id);
        var layout = LayoutOf(golden);
        var deviation = MeanDeviation(golden);

        foreach (var (name, scale) in new[] { ("minmax", GuidanceScale.MinMax), ("robust", GuidanceScale.Robust) })
        {
            var guidance = (float[])deviation.Clone();
            GuidanceScaling.Scale(layout, guidance, scale);

            var want = golden.GetProperty(name).GetProperty("guidance").Doubles();
            Assert.Equal(want.Length, guidance.Length);
            for (var i = 0; i < want.Length; i++) Assert.Equal(want[i], guidance[i], 2e-5 * Math.Max(1, Math.Abs(want[i])));
            foreach (var mask in golden.GetProperty(name).GetProperty("masks").Items())
            {
                var keep = PruningPlan.KeptCount(mask.GetProperty("fraction").GetDecimal(), guidance.Length);
                Assert.Equal(mask.GetProperty("kept").GetInt32(), keep);
                Assert.Equal(mask.GetProperty("mask").GetString(), Text(Selection.Highest(guidance, keep)));
            }
        }
    }

    [Fact]
    public void Kept_counts_are_exact_decimals()
    {
        foreach (var count in Golden.GetProperty("kept_counts").Items())
            Assert.Equal(
                count.GetProperty("kept").GetInt32(),
                PruningPlan.KeptCount(count.GetProperty("fraction").GetDecimal(), count.GetProperty("n").GetInt32()));
    }

    [Fact]
    public void A_tensor_that_moved_evenly_gets_guidance_zero()
    {
        var layout = WeightLayout.Create([("a", [3], TensorRole.Weight), ("b", [1], TensorRole.Bias)]);
        float[] scores = [2, 2, 2, 5];

        GuidanceScaling.Scale(layout, scores, GuidanceScale.MinMax);

        Assert.Equal([0, 0, 0, 0], scores);
    }

    /// <summary>Mean 4: 2/4, 6/4. Ranks over 4: the two 1s share (1 + 2)/2 = 1.5, 5 has 3, 9 has 4; a half less, over 4.</summary>
    [Fact]
    public void Mean_and_rank_equal_hand_numbers()
    {
        float[] moved = [2, 6];
        float[] tied = [5, 1, 1, 9];

        GuidanceScaling.Scale(moved, GuidanceScale.Mean);
        GuidanceScaling.Scale(tied, GuidanceScale.Rank);

        Assert.Equal([0.5f, 1.5f], moved);
        Assert.Equal([0.625f, 0.25f, 0.25f, 0.875f], tied);
    }

    [Fact]
    public void None_changes_nothing()
    {
        float[] scores = [2, 6, 0];

        GuidanceScaling.Scale(scores, GuidanceScale.None);

        Assert.Equal([2, 6, 0], scores);
    }

    [Fact]
    public void Mean_of_a_tensor_that_did_not_move_is_one_everywhere()
    {
        float[] still = [0, 0];

        GuidanceScaling.Scale(still, GuidanceScale.Mean);

        Assert.Equal([1, 1], still);
    }

    [Fact]
    public void No_scale_changes_an_order_within_a_tensor() =>
        Gen.Select(Gen.Float[0, 100].Array[1, 50], Gen.Enum<GuidanceScale>()).Sample((values, scale) =>
    {
        var scaled = (float[])values.Clone();
        GuidanceScaling.Scale(scaled, scale);

        for (var i = 0; i < values.Length; i++)
            for (var j = 0; j < values.Length; j++)
                if (values[i] <= values[j]) Assert.True(scaled[i] <= scaled[j]);
    });

    /// <summary>The defect of the reference that Rank and Mean are there for: one large value empties its tensor.</summary>
    [Fact]
    public void Under_minmax_one_large_value_condemns_its_tensor_and_under_rank_each_loses_the_same_share()
    {
        var layout = WeightLayout.Create([("a", [4], TensorRole.Weight), ("b", [4], TensorRole.Weight)]);
        float[] scores = [1, 2, 3, 1000, 1, 2, 3, 4]; // minmax: 0, .001, .002, 1 against 0, .33, .67, 1

        Assert.Equal("00010111", Kept(GuidanceScale.MinMax));
        Assert.Equal("00110011", Kept(GuidanceScale.Rank));
        string Kept(GuidanceScale scale)
        {
            var scaled = (float[])scores.Clone();
            GuidanceScaling.Scale(layout, scaled, scale);
            return Text(Selection.Highest(scaled, 4));
        }
    }

    [Fact]
    public void By_default_single_weights_are_compared_as_they_are_and_units_by_rank()
    {
        var layout = WeightLayout.Create([("a", [2], TensorRole.Weight), ("b", [2], TensorRole.Weight)]);
        float[] weights = [1, 2, 30, 40], units = [1, 30];

        GuidanceScaling.Scale(layout, weights, new Experiment().GuidanceNormalization);
        GuidanceScaling.Scale(units, new Experiment().GuidanceNormalization);

        Assert.Equal([1, 2, 30, 40], weights);
        Assert.Equal([0.25f, 0.75f], units);
    }

    static WeightLayout LayoutOf(JsonElement golden) => WeightLayout.Create(
        golden.GetProperty("layout").Items().Select(tensor =>
            (tensor.GetProperty("name").GetString()!, ImmutableArray.Create(tensor.GetProperty("shape").Ints()), TensorRole.Weight)));

    /// <summary>As the engine computes it: each explorer's scores, then their mean, in float.</summary>
    static float[] MeanDeviation(JsonElement golden)
    {
        var initial = golden.GetProperty("w0").Floats();
        var log = new MemoryScores();
        var explorers = golden.GetProperty("explorers").Items().ToArray();
        for (var c = 0; c < explorers.Length; c++)
        {
            var scores = new float[initial.Length];
            DeviationGuidance.Deviation(explorers[c].Floats(), initial, scores);
            log.Add(new ClientReply { Client = c, ValueBytes = MemoryMarshal.AsBytes<float>(scores).ToArray() });
        }
        return log.Mean(log.Explorers);
    }

    static string Text(Selection mask) => string.Concat(Enumerable.Range(0, mask.Count).Select(i => mask[i] ? '1' : '0'));
}
