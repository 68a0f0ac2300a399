using CsCheck;
using TorchSharp;

namespace AutoFlip.Tests;

public class MaskTests
{
    [Fact]
    public void Expanding_what_was_gathered_is_masking() => Gen.Select(Masks.OfAll, Gen.ULong).Sample((mask, seed) =>
    {
        var full = Masks.Values(mask.Layout, seed);
        var kept = new float[mask.Values.Kept];
        mask.Values.Gather(full.Values, kept);

        Assert.Equal(mask.Apply(full).Sha256(), mask.Expand(kept).Sha256());
    });

    /// <summary>So a small vector and a full one exchange kept values without any table.</summary>
    [Fact]
    public void Kept_values_are_the_same_in_the_same_order_seen_from_small_and_full() =>
        Gen.Select(Masks.OfAll, Gen.ULong).Sample((mask, seed) =>
    {
        var full = Masks.Values(mask.Layout, seed);
        float[] fromFull = new float[mask.Values.Kept], fromSmall = new float[mask.SmallValues.Kept];
        mask.Values.Gather(full.Values, fromFull);
        mask.SmallValues.Gather(mask.Shrink(full).Values, fromSmall);

        Assert.Equal(fromFull, fromSmall);
    });

    [Fact]
    public void Masking_twice_is_masking_once() => Gen.Select(Masks.OfAll, Gen.ULong).Sample((mask, seed) =>
        mask.Apply(mask.Apply(Masks.Values(mask.Layout, seed))).Sha256() == mask.Apply(Masks.Values(mask.Layout, seed)).Sha256());

    [Fact]
    public void Counts_fit_each_other() => Masks.OfAll.Sample(mask =>
    {
        Assert.Equal(Enumerable.Range(0, mask.Count).Count(i => mask.Values[i]), mask.Kept);
        Assert.Equal(mask.Kept == mask.Count && mask.Units is null, mask.IsDense);
        Assert.Equal(mask.Kept, mask.KeptParameters().Kept);
    });

    /// <summary>The law that makes pruning physical.</summary>
    [Fact]
    public void The_small_network_computes_what_the_masked_full_one_computes() => Gen.Select(Masks.OfAll, Gen.ULong).Sample((mask, seed) =>
    {
        torch.set_num_threads(1);
        using var scope = torch.NewDisposeScope();
        var network = mask.Units?.Network;
        if (network is null) return; // then the two are one
        var weights = Positive(Masks.Values(mask.Layout, seed));
        using var full = new NetworkModule<float>(network);
        using var small = new NetworkModule<float>(mask.Units!.Small);
        mask.Apply(weights).Values.CopyTo(full.Values);
        mask.Shrink(weights).Values.CopyTo(small.Values);
        var random = new KeyedRandom(seed);
        var input = torch.tensor(
            Enumerable.Range(0, 2 * network.Input.Length).Select(_ => random.NextSingle()).ToArray(),
            [2, network.Input.Channels, network.Input.Height, network.Input.Width]);

        var want = full.Forward(input, training: false).data<float>().ToArray();
        var got = small.Forward(input, training: false).data<float>().ToArray();

        var scale = want.Max(Math.Abs) + 1e-3;
        for (var i = 0; i < want.Length; i++) Assert.Equal(want[i], got[i], 1e-5 * scale); // sums in another order
    }, iter: 60);

    [Fact]
    public void Expanding_keeps_the_servers_own_values_where_nothing_came()
    {
        var layout = WeightLayout.Create([("w", [3], TensorRole.Weight), ("s", [2], TensorRole.Statistic)]);
        var own = new Weights(layout, [10, 20, 30, 40, 50]);

        var expanded = Mask.OfWeights(layout, Selection.FromBits([0b101], 3)).Expand([1, 3, 4, 5], own);

        Assert.Equal([1, 20, 3, 4, 5], expanded.Values.ToArray());
    }

    [Fact]
    public void A_group_cannot_lose_all_its_units_and_a_fixed_one_none()
    {
        var network = new NetworkBuilder("n", new SampleShape(1, 1, 1)).Flatten().Linear(4).ReLU().Linear(2).Build(2);
        Selection[] All() => [.. network.Groups.Select(group => Selection.All(group.Width))];
        var hidden = Enumerable.Range(0, network.Groups.Length).Single(g => !network.Groups[g].IsFixed);
        Selection[] none = All(), output = All();
        none[hidden] = Selection.FromBits([0], 4);
        output[^1] = Selection.FromBits([1], 2);

        Assert.Throws<ArgumentException>(() => new Units(network, [.. none]));
        Assert.Throws<ArgumentException>(() => new Units(network, [.. output]));
    }

    /// <summary>Variances must be positive.</summary>
    static Weights Positive(Weights weights)
    {
        var values = weights.ToArray();
        for (var i = weights.Layout.ParameterCount; i < values.Length; i++) values[i] = 0.5f + Math.Abs(values[i]);
        return new Weights(weights.Layout, values);
    }
}
