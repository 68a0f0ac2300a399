using CsCheck;

namespace AutoFlip.Tests;

public class CoverageFoldTests
{
    static readonly WeightLayout Four = WeightLayout.Create([("w", [4], TensorRole.Weight)]);

    /// <summary>Four units. A trains the first two and returns (1, 1), B all and returns (3, 3, 3, 3), with as many samples:
    /// (2, 2, 3, 3). With three times as many samples for B: (1·1 + 3·3) / 4 = 2.5.</summary>
    [Theory, InlineData(1, 2), InlineData(3, 2.5)]
    public void A_value_is_the_mean_over_those_that_have_it(int samples, float shared)
    {
        var fold = FoldOf([9, 9, 9, 9], client => client == 0 ? Prefix(2) : Mask.Dense(Four));
        fold.Add(Reply(0, 1, [1, 1]));
        fold.Add(Reply(1, samples, [3, 3, 3, 3]));

        Assert.Equal([shared, shared, 3, 3], fold.End().Weights.Values);
    }

    /// <summary>METHODS of FedDST: (2, ·) with 1 sample and (6, 8) with 3: (1·2 + 3·6) / 4 = 5, and 8.</summary>
    [Fact]
    public void A_value_that_nobody_trained_stays_the_servers()
    {
        var fold = FoldOf([9, 9, 9, 7], client => Prefix(client + 1));
        fold.Add(Reply(0, 1, [2]));
        fold.Add(Reply(1, 3, [6, 8]));

        Assert.Equal([5, 8, 9, 7], fold.End().Weights.Values);
    }

    /// <summary>Of the same masks it is the mean of FedAvg, and momentum is applied to it, to the bit.</summary>
    [Fact]
    public void Of_equal_masks_it_is_the_mean_of_all_to_the_bit() =>
        Gen.Select(Gen.Int[1, 70], Gen.Int[1, 6], Gen.ULong, Gen.Double[0, 0.99]).Sample((length, clients, seed, momentum) =>
        {
            var layout = WeightLayout.Create([("w", [length], TensorRole.Weight), ("s", [2], TensorRole.Statistic)]);
            var random = new KeyedRandom(seed);
            var mask = Mask.OfWeights(layout, Selection.Of([.. Enumerable.Range(0, length).Select(_ => random.Next(3) > 0)]));
            var algorithm = new FedAvg(momentum);
            var state = algorithm.Initialize(new Weights(layout, Values(layout.Count, random)));
            var facts = new RoundFacts(1, clients, clients, 0.1, mask);
            var (plain, covering) = (algorithm.BeginRound(state, facts), algorithm.BeginRound(state, facts with { SubModels = _ => mask }));
            for (var client = 0; client < clients; client++)
            {
                var reply = Reply(client, 1 + random.Next(50), Values(mask.Values.Kept, random));
                plain.Add(reply);
                covering.Add(reply);
            }

            Assert.IsType<CoverageFold>(covering);
            Assert.Equal(plain.End().Weights.Values, covering.End().Weights.Values);
        });

    static RoundFold FoldOf(float[] weights, Func<int, Mask> masks)
    {
        var algorithm = new FedAvg(0);
        return algorithm.BeginRound(
            algorithm.Initialize(new Weights(Four, weights)), new(1, 2, 2, 0.1, Mask.Dense(Four)) { SubModels = masks });
    }

    static Mask Prefix(int kept) => Mask.OfWeights(Four, Selection.Of([.. Enumerable.Range(0, 4).Select(place => place < kept)]));

    static float[] Values(int count, KeyedRandom random) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];

    static ClientReply Reply(int client, int samples, float[] values) => new()
    {
        Client = client,
        Examples = samples,
        ValueBytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray(),
    };
}
