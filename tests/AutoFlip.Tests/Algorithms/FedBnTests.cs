namespace AutoFlip.Tests;

public class FedBnTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment with
    {
        Algorithm = "fedbn",
        Pruner = "none",
        ServerMomentum = 0,
        EvaluateEvery = 1,
    };

    static readonly Network Network = new NetworkBuilder("norm", new SampleShape(1, 4, 4))
        .Sequence("f", f => f.Conv2d(6, 3).BatchNorm2d().ReLU().Conv2d(4, 1).BatchNorm2d().ReLU().Flatten())
        .Sequence("c", c => c.Linear(5).Linear(3))
        .Build(3);

    [Theory, InlineData(0.0), InlineData(0.9)]
    public async Task A_network_without_batch_normalisation_is_trained_by_FedAvg_to_the_bit(double momentum)
    {
        var experiment = Tiny with { ServerMomentum = momentum };

        var (own, average) = (
            await TinyFederation.RunAsync(experiment), await TinyFederation.RunAsync(experiment with { Algorithm = "fedavg" }));

        Assert.Equal(average.Rounds.Select(HashOf), own.Rounds.Select(HashOf));
    }

    [Fact]
    public void Scale_offset_mean_and_variance_of_batch_normalisation_stay_and_nothing_else()
    {
        var travels = new FedBn(0).Travels(Network);

        string[] local = [.. Network.Layout.Entries.Where(entry => !travels[entry.Offset]).Select(entry => entry.Name)];
        Assert.Equal(
            ["f.1.weight", "f.1.bias", "f.4.weight", "f.4.bias",
                "f.1.running_mean", "f.1.running_var", "f.4.running_mean", "f.4.running_var"], local);
        Assert.Equal(Network.Layout.Count - 4 * (6 + 4), travels.Kept);
    }

    [Theory, InlineData(WireFormat.Fp32), InlineData(WireFormat.Int8)]
    public async Task Each_client_has_its_own_and_the_server_the_initial_ones(WireFormat wire)
    {
        var store = new VolatileStore();
        var experiment = Tiny with { WireUp = wire, WireDown = wire, CohortFraction = 1 };

        var outcome = await TinyFederation.RunAsync(experiment, network: Network, store: store);

        var kept = Enumerable.Range(0, experiment.Clients).Select(client => store.Before(client, "local", 99)!).ToArray();
        Assert.Every(kept, vector => Assert.Equal(4 * (6 + 4), vector.Values.Length));
        Assert.Equal(kept.Length, kept.Select(vector => vector.Values.Span[0]).Distinct().Count());
        Assert.Equal([1, 1, 1, 1, 1, 1], outcome.Global["f.1.weight"].ToArray());
        Assert.Equal([0, 0, 0, 0, 0, 0], outcome.Global["f.1.running_mean"].ToArray());
        Assert.Equal([1, 1, 1, 1, 1, 1], outcome.Global["f.1.running_var"].ToArray());
        Assert.Every(kept, vector => Assert.True(vector.Values.Span[^1] is > 0 and not 1)); // a running variance
    }

    /// <summary>Units are removed from round 2 on. What a client keeps is of the units that are left, and it goes on from what it had of
    /// them.</summary>
    [Fact]
    public async Task Removed_units_are_cut_from_what_clients_keep()
    {
        var store = new VolatileStore();
        var experiment = Tiny with
        {
            Pruner = "random",
            Pruning = PruningKind.Structured,
            PruneFraction = 0.5m,
            UnitMultiple = 1,
            DenseRounds = 2,
            CohortFraction = 1,
            LearningRate = 1e-9, // values stay where they are, nearly; running statistics do not
        };
        var dense = new Dictionary<int, float[]>();

        var outcome = await TinyFederation.RunAsync(experiment, network: Network, store: store, inspect: round =>
        {
            for (var client = 0; client < experiment.Clients; client++)
                if (round.State.Round == 2)
                    dense.Add(client, store.Before(client, "local", 99)!.Kept.Scatter(store.Before(client, "local", 99)!.Values.Span));
        });

        var mask = outcome.Rounds[^1].Mask;
        Assert.NotNull(mask.Units);
        var scales = Network.Layout["f.1.running_var"];
        for (var client = 0; client < experiment.Clients; client++)
        {
            var saved = store.Before(client, "local", 99)!;
            Assert.Equal(mask.Values.Except(new FedBn(0).Travels(Network)), saved.Kept);
            var full = saved.Kept.Scatter(saved.Values.Span);
            for (var i = scales.Offset; i < scales.Range.End.Value; i++)
                if (mask.Values[i]) Assert.Equal(dense[client][i], full[i], 0.2f); // its variance, and not that of another unit or 1
        }
    }

    /// <summary>A value that another mask removed has no past: it starts from the initial one, not from 0, which is no variance.</summary>
    [Fact]
    public void Under_another_mask_a_client_has_its_own_values_where_both_keep_them_and_else_the_initial_ones()
    {
        var experiment = Tiny;
        var method = Catalog.Resolve(experiment) with { Algorithm = new FedBn(0) };
        var values = new LocalValues(experiment, method, Network);
        var initial = method.Draw(experiment, Network);
        Assert.Equal(6, Network.Groups[1].Width);
        var store = new VolatileStore();
        var (one, other) = (Received(Without(0)), Received(Without(3)));
        var trained = one.Task.Weights.ToArray();
        for (var i = 0; i < trained.Length; i++) trained[i] = 100 + i;
        new StoredMemory(store, one, client: 4, before: 1).WriteLocal(trained);

        var own = LocalValues.Own(values.Initial(other), new StoredMemory(store, other, client: 4, before: 2));

        var small = other.Mask.Small.Layout["f.1.running_var"];
        var before = one.Mask.Small.Layout["f.1.running_var"];
        var variance = own.Task.Weights["f.1.running_var"].ToArray(); // of units 0, 1, 2, 4, 5; there were 1, 2, 3, 4, 5
        Assert.Equal([1, 100 + before.Offset, 101 + before.Offset, 103 + before.Offset, 104 + before.Offset], variance);
        Assert.Equal(5, small.Length);
        Assert.Equal(initial["f.1.running_var"][0], variance[0]);

        ReceivedTask Received(Units units)
        {
            var mask = new ReceivedMask(
                Network, units, Selection.All(units.Small.Layout.Count), method.Algorithm.Travels(Network));
            return new(mask, new ClientTask(ClientWork.Train, 1, 0, Weights.Zeros(units.Small.Layout), mask.Mask), Id: 0);
        }

        static Units Without(int unit) => new(Network, [.. Network.Groups.Select((group, g) => g == 1
            ? Selection.Of([.. Enumerable.Range(0, group.Width).Select(i => i != unit)])
            : Selection.All(group.Width))]);
    }

    static string HashOf(RoundResult round) => round.State.Server.Weights.Sha256();
}
