using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace AutoFlip.Tests;

public class GuidanceTests
{
    static readonly JsonElement Golden = GoldenFile.Read("prune.json");

    public static TheoryData<string> Cases => [.. Golden.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("id").GetString()!)];

    [Theory, MemberData(nameof(Cases))]
    public void Guidance_and_masks_equal_golden(string id)
    {
        var golden = Golden.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("id").GetString() == id);
        var layout = LayoutOf(golden);
        var deviation = MeanDeviation(golden);

        foreach (var (name, scale) in new[] { ("minmax", GuidanceScale.MinMax), ("robust", GuidanceScale.Robust) })
        {
            var guidance = (float[])deviation.Clone();
            Guidance.Scale(layout, guidance, scale);

            var want = golden.GetProperty(name).GetProperty("guidance").Doubles();
            for (var i = 0; i < want.Length; i++) Assert.Equal(want[i], guidance[i], 2e-5 * Math.Max(1, Math.Abs(want[i])));
            foreach (var mask in golden.GetProperty(name).GetProperty("masks").EnumerateArray())
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
        foreach (var count in Golden.GetProperty("kept_counts").EnumerateArray())
            Assert.Equal(count.GetProperty("kept").GetInt32(), PruningPlan.KeptCount(count.GetProperty("fraction").GetDecimal(), count.GetProperty("n").GetInt32()));
    }

    [Fact]
    public void A_tensor_that_moved_evenly_gets_guidance_zero()
    {
        var layout = WeightLayout.Create([("a", [3], TensorRole.Weight), ("b", [1], TensorRole.Bias)]);
        float[] scores = [2, 2, 2, 5];

        Guidance.Scale(layout, scores, GuidanceScale.MinMax);

        Assert.Equal([0, 0, 0, 0], scores);
    }

    static WeightLayout LayoutOf(JsonElement golden) => WeightLayout.Create(
        golden.GetProperty("layout").EnumerateArray().Select(tensor =>
            (tensor.GetProperty("name").GetString()!, ImmutableArray.Create(tensor.GetProperty("shape").Ints()), TensorRole.Weight)));

    /// <summary>As the engine computes it: each explorer's scores, then their mean, in float.</summary>
    static float[] MeanDeviation(JsonElement golden)
    {
        var initial = golden.GetProperty("w0").Floats();
        var log = new MemoryScores(initial.Length);
        var explorers = golden.GetProperty("explorers").EnumerateArray().ToArray();
        for (var c = 0; c < explorers.Length; c++)
        {
            var scores = new float[initial.Length];
            Guidance.Deviation(explorers[c].Floats(), initial, scores);
            log.Add(new ClientReply { Client = c, ValueBytes = MemoryMarshal.AsBytes<float>(scores).ToArray() });
        }
        return log.Mean(log.Explorers);
    }

    static string Text(Selection mask) => string.Concat(Enumerable.Range(0, mask.Count).Select(i => mask[i] ? '1' : '0'));
}
