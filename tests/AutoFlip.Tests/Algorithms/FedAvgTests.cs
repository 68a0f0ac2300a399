using System.Text.Json;

namespace AutoFlip.Tests;

public class FedAvgTests
{
    static readonly JsonElement Golden = GoldenFile.Read("prune.json").GetProperty("fedavg");

    public static TheoryData<string> Cases => [.. Golden.Items().Select(c => c.GetProperty("id").GetString()!)];

    [Theory, MemberData(nameof(Cases))]
    public void Rounds_equal_golden(string id)
    {
        var golden = Golden.Items().Single(c => c.GetProperty("id").GetString() == id);
        var algorithm = new FedAvg(golden.GetProperty("beta").GetDouble());
        var state = algorithm.Initialize(new Weights(Layout(golden.GetProperty("w0").GetArrayLength()), golden.GetProperty("w0").Floats()));

        foreach (var round in golden.GetProperty("rounds").Items())
        {
            var fold = new WeightedFold(state.Weights.Values.Length);
            foreach (var (client, examples) in round.GetProperty("clients").Items().Zip(round.GetProperty("examples").Ints()))
                fold.Add(client.Floats(), examples);
            state = algorithm.ServerUpdate(state, new Weights(state.Weights.Layout, [.. fold.Mean]));

            AssertClose(round.GetProperty("w").Doubles(), state.Weights.Values);
            if (algorithm.Beta > 0) AssertClose(round.GetProperty("v").Doubles(), state.Slots.Values.Single().Values);
        }
    }

    [Fact]
    public void Without_momentum_the_next_weights_are_the_mean_to_the_bit()
    {
        var layout = Layout(2);
        var mean = new Weights(layout, [0.1f, -7e20f]);

        var next = new FedAvg(0).ServerUpdate(new FedAvg(0).Initialize(new Weights(layout, [3e9f, 0.3f])), mean);

        Assert.Equal(mean.Values.ToArray(), next.Weights.Values.ToArray());
        Assert.Empty(next.Slots);
    }

    [Fact]
    public void Statistics_become_the_mean_at_once()
    {
        var layout = WeightLayout.Create([("w", [1], TensorRole.Weight), ("var", [1], TensorRole.Statistic)]);
        var algorithm = new FedAvg(0.9);

        var next = algorithm.ServerUpdate(algorithm.Initialize(new Weights(layout, [1, 1])), new Weights(layout, [0, 0.25f]));

        Assert.Equal(0.9f, next.Weights.Values[0], 1e-6f); // w - (1 - 0.9)(1 - 0)
        Assert.Equal(0.25f, next.Weights.Values[1]);
    }

    [Fact]
    public void A_new_mask_clears_the_momentum_of_what_it_removes_and_keeps_or_zeroes_the_weight()
    {
        var layout = Layout(2);
        var algorithm = new FedAvg(0.5);
        // v = 0.5, w = 0.5
        var state = algorithm.ServerUpdate(algorithm.Initialize(new Weights(layout, [1, 1])), new Weights(layout, [0, 0]));
        var mask = FirstOf(layout);

        var kept = state.Masked(mask, Regrow.Keep);
        var zeroed = state.Masked(mask, Regrow.Zero);

        Assert.Equal([0.5f, 0], kept.Slots.Values.Single().Values.ToArray());
        Assert.Equal([0.5f, 0.5f], kept.Weights.Values.ToArray());
        Assert.Equal([0.5f, 0], zeroed.Weights.Values.ToArray());
    }

    [Fact]
    public void A_removed_weight_does_not_move()
    {
        var algorithm = new FedAvg(0.9);
        var state = algorithm.Initialize(new Weights(Layout(2), [0.7f, 0.7f])).Masked(FirstOf(Layout(2)), Regrow.Keep);

        for (var round = 0; round < 5; round++)
            state = algorithm.ServerUpdate(state, FirstOf(Layout(2)).Expand([round], state.Weights));

        Assert.Equal(0.7f, state.Weights.Values[1]);
    }

    static Mask FirstOf(WeightLayout layout) => Mask.OfWeights(layout, Selection.FromBits([0b01], 2));

    static WeightLayout Layout(int count) => WeightLayout.Create([("w", [count], TensorRole.Weight)]);

    static void AssertClose(double[] want, ReadOnlySpan<float> got)
    {
        Assert.Equal(want.Length, got.Length);
        for (var i = 0; i < want.Length; i++) Assert.Equal(want[i], got[i], 1e-6 * Math.Max(1, Math.Abs(want[i])));
    }
}
