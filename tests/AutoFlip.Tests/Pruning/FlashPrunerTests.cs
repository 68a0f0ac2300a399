namespace AutoFlip.Tests;

public class FlashPrunerTests
{
    static readonly Network Network = TinyFederation.Network(TinyFederation.Experiment);

    static readonly FlashPruner Flash = new(new PruningPlan(0.5m, 0, 1, 1), 1, 40, 5);

    /// <summary>Two layers of 8 weights: explorers keep (4, 2) and (2, 4), the mean is (3, 3).</summary>
    [Fact]
    public void Layer_densities_are_the_means_of_explorers()
    {
        var network = new NetworkBuilder("two", new SampleShape(1, 2, 2)).Sequence("a", f => f.Flatten().Linear(2).ReLU())
            .Linear(4, "b").Build(4); // 8 + 2, 8 + 4
        var (layout, log) = (network.Layout, new MemoryScores());
        Add(0, [1, 1, 1, 1, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0, 0, 0]);
        Add(1, [0, 0, 0, 0, 0, 0, 1, 1], [0, 0, 0, 0, 1, 1, 1, 1]);
        float[] weights = [.. Enumerable.Range(0, 22).Select(i => (i % 2 == 0 ? 1f : -1f) * i)];
        var context = new PruningContext(network, 1, [], log, new Seeds(1)) { Weights = new Weights(layout, weights) };
        var flash = Flash with { Plan = new PruningPlan(0.46m, 0, 1, 1) }; // 12 of 22: 6 weights

        var random = flash.Prune(context);
        var magnitude = (flash with { MaskInit = MaskInit.Magnitude }).Prune(context);

        Assert.Equal([3, 3], Swaps.Counts(random));
        Assert.Equal([3, 3], Swaps.Counts(magnitude));
        foreach (var layer in LayerCounts.LayersOf(layout)) // the later, the larger
            Assert.Equal([5, 6, 7], Enumerable.Range(0, layer.Length).Where(i => magnitude.Values[layer.Offset + i]));
        Assert.NotEqual(random.Values, flash.Prune(context with { Seeds = new Seeds(2) }).Values);

        void Add(int client, float[] first, float[] second)
        {
            var scores = new float[22];
            Array.Fill(scores, 1);
            first.CopyTo(scores, layout["a.1.weight"].Offset);
            second.CopyTo(scores, layout["b.weight"].Offset);
            log.Add(new ClientReply
            {
                Client = client,
                ValueBytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(scores.AsSpan()).ToArray()
            });
        }
    }

    /// <summary>Of kept (.1, 5, 4) and (.2), half goes: the least of both layers together, .1 and .2. What comes was removed before: the
    /// fourth of the first layer, or the last three of the second, each in some draw.</summary>
    [Fact]
    public void The_least_weights_of_all_layers_go_and_others_come_anywhere()
    {
        var layout = WeightLayout.Create(
            [("a", [4], TensorRole.Weight), ("b", [4], TensorRole.Weight), ("bias", [1], TensorRole.Bias)]);
        var kept = Selection.Of([true, true, true, false, true, false, false, false, true]);
        var seen = new HashSet<int>();
        for (ulong seed = 0; seed < 100; seed++)
        {
            var swapped = (Flash with { ExplorerSwapRatio = 0.5 })
                .Swapped(layout, kept, [0.1f, -5, 4, 0, -0.2f, 0, 0, 0, 0], new KeyedRandom(seed));

            Assert.Equal((5, true, true, true), (swapped.Kept, swapped[1], swapped[2], swapped[8]));
            Assert.False(swapped[0] || swapped[4]);
            seen.UnionWith(((int[])[3, 5, 6, 7]).Where(i => swapped[i]));
        }
        Assert.Equal([3, 5, 6, 7], seen.Order());
    }

    /// <summary>Explorers that return anything but masks: as many weights are kept as in any other run.</summary>
    [Theory, InlineData(1e38f), InlineData(-1e38f), InlineData(1f), InlineData(0f)]
    public void Any_scores_give_a_mask_of_the_density(float score)
    {
        var log = new MemoryScores();
        var scores = new float[Network.Layout.ParameterCount];
        scores.AsSpan(0, 100).Fill(score);
        log.Add(new ClientReply
        {
            Client = 0,
            ValueBytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(scores.AsSpan()).ToArray()
        });

        var mask = Flash.Prune(new(Network, 1, [], log, new Seeds(1)));

        Assert.Equal(PruningPlan.KeptCount(0.5m, mask.Count), mask.Kept);
    }

    /// <summary>Each explorer's mask has the run's density, whatever it has learnt, and explorers differ.</summary>
    [Theory, InlineData(1), InlineData(3)]
    public async Task Explorers_return_masks_of_the_density(int epochs)
    {
        var masks = new List<float[]>();
        var experiment = Swaps.Of("flash") with { ExplorationEpochs = epochs, Rounds = 3 };

        var outcome = await TinyFederation.RunAsync(experiment, wrap: inner => Tap.Look(inner, (task, reply) =>
        {
            if (task.Work == ClientWork.Explore) masks.Add(reply.Values.ToArray());
        }));

        var kept = PruningPlan.KeptCount(0.5m, Network.Layout.ParameterCount);
        Assert.Equal(6, masks.Count);
        Assert.Every(masks, mask => Assert.Equal(kept, mask.Count(value => value == 1)));
        Assert.Every(masks, mask => Assert.Equal(mask.Length - kept, mask.Count(value => value == 0)));
        Assert.Equal(6, masks.Select(mask => string.Concat(mask)).Distinct().Count());
        Assert.Equal(kept, outcome.Rounds[^1].Mask.Kept);
        Assert.Single(outcome.Rounds.Skip(1).Select(round => round.Report.Mask).Distinct());
    }
}
