namespace AutoFlip.Tests;

public class FedRtsPrunerTests
{
    static readonly FedRtsPruner Paper = new(new PruningPlan(0.5m, 0, 1, 1))
    {
        AdjustmentInterval = 1_000,
        AdjustmentRatio = 0.5,
        AdjustmentEnd = 1_000_000,
    };

    /// <summary>The posteriors of two kept weights after one round; two others are removed, so that half of the kept ones, κ = 1, is
    /// voted for.</summary>
    static (float[] A, float[] B) After(FedRtsPruner pruner, float[] aggregate, params float[][] clients)
    {
        var network = TaskCodecTests.Linear(4);
        var fold = pruner.BeginReports(null, 0, new(1, 1, network) { Kept = Swaps.OfLayer(1, 1, 0, 0).KeptParameters() })!;
        foreach (var (k, values) in clients.Index()) fold.Add(Reply(k, 1, [.. values, 0]));
        var memory = fold.End(new Weights(network.Layout, [.. aggregate, 0, 0, 0]));
        Assert.Equal([1f, 1, 1], memory[2..5]);
        return (memory[..2], memory[5..7]);
    }

    static ClientReply Reply(int client, int samples, float[] values, params float[] report) => new()
    {
        Client = client,
        Examples = samples,
        ValueBytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray(),
        Report = report
    };

    /// <summary>w = (2, 1), both clients (1, 2), κ = 1, γ = .25, λ = 10. The aggregate votes for the first, clients for the second: by the
    /// paper's equation 3 X = (.25, .75), so a = 1 + 10X = (3.5, 8.5) and b = 1 + 10(1 - X) = (8.5, 3.5). With γ on the clients, as in
    /// appendix B.1 and the public code, X = (.75, .25).</summary>
    [Theory, InlineData(0.25, 3.5f, 8.5f), InlineData(0.75, 8.5f, 3.5f)]
    public void Outcomes_of_the_aggregate_and_of_clients(double share, float first, float second)
    {
        var (a, b) = After(Paper with { AggregateShare = share }, [2, 1], [1, 2], [1, 2]);

        Assert.Equal([first, second], a);
        Assert.Equal([second, first], b);
    }

    /// <summary>Clients of 1 and 3 samples vote for the first and the second: γ = 0 leaves X = (1/4, 3/4).</summary>
    [Fact]
    public void Clients_weigh_by_their_samples()
    {
        var network = TaskCodecTests.Linear(4);
        var kept = Swaps.OfLayer(1, 1, 0, 0).KeptParameters();
        var fold = (Paper with { AggregateShare = 0 }).BeginReports(null, 0, new(1, 1, network) { Kept = kept })!;
        fold.Add(Reply(0, 1, [2, 1, 0]));
        fold.Add(Reply(1, 3, [1, -2, 0]));

        Assert.Equal([3.5f, 8.5f, 1, 1, 1, 8.5f, 3.5f, 1, 1, 1], fold.End(Weights.Zeros(network.Layout)));
    }

    /// <summary>In floats γ + (1 - γ) n / n is a little above 1 for some γ and n. What always wins has b = 1 for ever.</summary>
    [Fact]
    public void Posteriors_never_fall() => CsCheck.Check.Sample(
        CsCheck.Gen.Select(CsCheck.Gen.Double[0, 1], CsCheck.Gen.Int[1, 60]), (share, samples) =>
    {
        var network = TaskCodecTests.Linear(4);
        var pruner = Paper with { AggregateShare = share, OutcomeWeight = 1e6 };
        var fold = pruner.BeginReports(null, 0, new(1, 1, network) { Kept = Swaps.OfLayer(1, 1, 0, 0).KeptParameters() })!;
        fold.Add(Reply(0, samples, [2, 1, 0]));

        Assert.Every(fold.End(new Weights(network.Layout, [2, 1, 0, 0, 0])), value => Assert.InRange(value, 1, 1e6f + 1));
    });

    /// <summary>Before an adjustment, of (1, 1, 0, 0) with half of two swapped: removed weights have X = γ/2 + (1 - γ) Σ p X, here
    /// .25 + .5 · (1/4, 3/4).</summary>
    [Fact]
    public void Removed_weights_are_judged_before_an_adjustment()
    {
        var (network, mask) = (TaskCodecTests.Linear(4), Swaps.OfLayer(1, 1, 0, 0));
        var fold = (Paper with { AdjustmentInterval = 1 }).BeginReports(null, 2, new(1, 1, network) { Kept = mask.KeptParameters() })!;
        fold.Add(Reply(0, 1, [2, 1, 0], 1, 0));
        fold.Add(Reply(1, 3, [2, 1, 0], 0, 1));

        var memory = fold.End(new Weights(network.Layout, [1, 2, 0, 0, 0]));

        Assert.Equal([6, 6, 4.75f, 7.25f], memory[..4]); // kept: X = .5 of the clients and .5 of the aggregate
        Assert.Equal([6, 6, 7.25f, 4.75f], memory[5..9]);
    }

    [Fact]
    public async Task Posteriors_grow_by_the_weight_of_each_outcome_and_only_then()
    {
        var outcome = await TinyFederation.RunAsync(Swaps.Of("fedrts"));

        Assert.Null(outcome.Rounds[0].State.Memory); // dense
        var count = outcome.Global.Layout.ParameterCount;
        var updates = new int[count];
        foreach (var round in outcome.Rounds.Skip(1))
        {
            foreach (var layer in LayerCounts.LayersOf(round.Mask.Layout))
                for (var i = layer.Offset; i < layer.Offset + layer.Length; i++)
                    if (round.Mask.Values[i] || round.State.Round is 3 or 5 or 7) updates[i]++; // adjusted in 4, 6 and 8
            var memory = round.State.Memory!;
            for (var i = 0; i < count; i++) Assert.Equal(10f * updates[i], memory[i] + memory[count + i] - 2, 1e-3f);
        }
    }

    /// <summary>With λ → ∞ a posterior is near 0 or 1, whatever is drawn: those with an outcome of 1 stay.</summary>
    [Fact]
    public void A_large_weight_decides()
    {
        var (network, before) = (TaskCodecTests.Linear(6), Swaps.OfLayer(1, 1, 1, 0, 0, 0));
        float[] sure = [1e6f, 1, 1, 1e6f, 1, 1e6f, 1], against = [1, 1e6f, 1e6f, 1, 1e6f, 1, 1];

        for (var seed = 0ul; seed < 50; seed++)
        {
            var mask = Paper.Prune(new(network, 11, [], null, new Seeds(seed))
            {
                First = 1,
                Weights = Weights.Zeros(network.Layout),
                Before = before,
                Memory = (float[])[.. sure, .. against]
            });
            Assert.Equal([0, 3, 5, 6], Enumerable.Range(0, 7).Where(i => mask.Values[i]));
        }
    }

    /// <summary>Beta(1, 1) is uniform: mean 1/2 and variance 1/12. Beta(3.5, 8.5): 3.5/12, and 3.5 · 8.5 / (12² · 13) = .0159. Of 40,000
    /// draws the mean errs by .0015 and .0006.</summary>
    [Theory, InlineData(1, 1, 0.5, 1 / 12.0), InlineData(3.5, 8.5, 3.5 / 12, 0.0159), InlineData(0.5, 0.5, 0.5, 0.125)]
    public void Draws_have_mean_and_variance_of_a_beta(double a, double b, double mean, double variance)
    {
        var random = new KeyedRandom(8);
        double[] draws = [.. Enumerable.Range(0, 40_000).Select(_ => random.NextBeta(a, b))];

        Assert.Every(draws, draw => Assert.InRange(draw, 0, 1));
        Assert.Equal(mean, draws.Average(), 0.008);
        Assert.Equal(variance, draws.Average(draw => (draw - mean) * (draw - mean)), 0.003);
    }
}
