using System.Runtime.InteropServices;

namespace AutoFlip.Tests;

public class FedPerTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment with
    {
        Algorithm = "fedper",
        Pruner = "none",
        ServerMomentum = 0,
        EvaluateEvery = 1,
    };

    static readonly Network Network = TinyFederation.Network(Tiny);

    [Theory, InlineData(0.0), InlineData(0.9)]
    public async Task Without_personal_layers_it_is_FedAvg_to_the_bit(double momentum)
    {
        var experiment = Tiny with { ServerMomentum = momentum };
        var average = await TinyFederation.RunAsync(experiment with { Algorithm = "fedavg" });

        var without = await TinyFederation.RunAsync(experiment.WithOption("personalLayers", 0));
        var with = await TinyFederation.RunAsync(experiment);

        Assert.Equal(Hashes(average), Hashes(without));
        Assert.NotEqual(average.Global.Sha256(), with.Global.Sha256());
    }

    [Fact]
    public void Layers_count_from_the_output_and_have_weights()
    {
        var network = new NetworkBuilder("n", new SampleShape(1, 4, 4))
            .Sequence("f", f => f.Conv2d(3, 3).BatchNorm2d().ReLU().Conv2d(2, 1).BatchNorm2d())
            .Sequence("c", c => c.Flatten().Linear(3))
            .Build(3);

        Assert.Equal([], LocalTensors(network, 0));
        Assert.Equal(["c.1.weight", "c.1.bias"], LocalTensors(network, 1));
        Assert.Equal( // the normalisation behind a layer goes with it
            ["f.3.weight", "f.3.bias", "f.4.weight", "f.4.bias", "c.1.weight", "c.1.bias", "f.4.running_mean", "f.4.running_var"],
            LocalTensors(network, 2));
        Assert.Equal(network.Layout.Entries.Select(entry => entry.Name), LocalTensors(network, 3));
        Assert.Equal(network.Layout.Entries.Select(entry => entry.Name), LocalTensors(network, 4));
    }

    [Fact]
    public async Task The_server_keeps_the_initial_values_of_personal_layers()
    {
        var outcome = await TinyFederation.RunAsync(Tiny with { ServerMomentum = 0.9 });

        var (initial, global, travels) = (TinyFederation.Initial(Tiny), outcome.Global, new FedPer(0).Travels(Network));
        Assert.Equal(Local(initial, travels), Local(global, travels));
        Assert.NotEqual(travels.Gather(initial.Values), travels.Gather(global.Values));
    }

    /// <summary>Norms are kept where layers travel: a personal layer that the server scaled would be another one than its clients
    /// have.</summary>
    [Fact]
    public async Task Under_a_mask_the_server_keeps_the_initial_values_too()
    {
        var outcome = await TinyFederation.RunAsync(
            Tiny with { Pruner = "random", Pruning = PruningKind.Structured, PruneFraction = 0.5m, UnitMultiple = 1 });

        var (initial, global) = (TinyFederation.Initial(Tiny), outcome.Global);
        var local = Selection.All(Network.Layout.Count).Except(new FedPer(0).Travels(Network));
        var kept = Enumerable.Range(0, local.Count).Where(i => local[i] && outcome.Rounds[^1].Mask.Values[i]).ToList();
        Assert.InRange(kept.Count, 1, local.Kept - 1);
        Assert.Every(kept, i => Assert.Equal(initial.Values[i], global.Values[i]));
    }

    /// <summary>Nothing travels, so a client's model is what it would be had it trained from w_0 by itself, in its rounds.</summary>
    [Fact]
    public async Task With_all_layers_personal_every_client_trains_alone()
    {
        var (data, store) = (TinyFederation.Data(Tiny), new VolatileStore());

        var outcome = await TinyFederation.RunAsync(Tiny.WithOption("personalLayers", 9), store: store);

        Assert.Equal(TinyFederation.Initial(Tiny).Sha256(), outcome.Global.Sha256());
        using var workspace = Workspace.Of(Tiny);
        for (var client = 0; client < Tiny.Clients; client++)
        {
            var alone = TinyFederation.Initial(Tiny);
            foreach (var round in outcome.Rounds.Where(round => round.Report.Cohort.Contains(client)))
            {
                var training = new LocalTraining(
                    Tiny, workspace, Catalog.Criteria[Tiny.Criterion], Network,
                    new ClientTask(ClientWork.Train, round.Report.Round, round.Report.LearningRate, alone, Mask.Dense(alone.Layout)),
                    client, data.Train, data.Clients[client].Train, new NoMemory(), default);
                training.Run(Tiny.LocalEpochs);
                alone = new(alone.Layout, training.Values.ToArray());
            }

            Assert.Equal(alone.Sha256(), new Weights(alone.Layout, store.Before(client, "local", 99)!.Values.ToArray()).Sha256());
        }
    }

    [Fact]
    public async Task Both_ways_carry_exactly_the_shared_values()
    {
        var replies = new List<ClientReply>();
        var local = Network.Layout.Count - new FedPer(0).Travels(Network).Kept;

        var personal = await TinyFederation.RunAsync(Tiny, wrap: inner => Tap.Look(inner, (task, reply) =>
        {
            if (task.Work == ClientWork.Train) replies.Add(reply);
        }));
        var average = await TinyFederation.RunAsync(Tiny with { Algorithm = "fedavg" });

        Assert.Equal(8 * 3 + 3, local); // 8 hidden units, 3 classes
        Assert.Every(replies, reply => Assert.Equal(4 * (Network.Layout.Count - local), reply.ValueBytes.Length));
        foreach (var (one, other) in personal.Rounds.Zip(average.Rounds)) // compression saves up to a fifth of random floats
        {
            Assert.InRange(other.Report.ModelBytes - one.Report.ModelBytes, 0.7 * 4 * local, 1.1 * 4 * local);
            Assert.Equal(other.Report.DenseFp32Bytes, one.Report.DenseFp32Bytes);
        }
    }

    /// <summary>Two rounds. A mask from the initial model is the same at server and clients; one that is made later goes by weights that
    /// the server lacks, unless it goes by other scores.</summary>
    public static TheoryData<Experiment, bool> Masks => new()
    {
        { Under("fedper", "magnitude", 1), true },
        { Under("fedrep", "magnitude", 1), true },
        { Under("fedper", "synflow", 1), true },
        { Under("fedper", "flash", 1).WithOption("maskInit", MaskInit.Magnitude), true },
        { Under("fedper", "prunefl", 1).WithOption("adjustmentRatio", 0.0).WithOption("maskInit", MaskInit.Magnitude), true },
        { Under("fedrep", "magnitude", 0).WithOption("pruningSteps", 2), true },
        { Under("fedper", "magnitude", 0), false },
        { Under("fedper", "magnitude", 0).WithOption("pruningSteps", 2).WithOption("pruningInterval", 2), false }, // rounds 1 and 3
        { Under("fedper", "magnitude", 1).WithOption("personalLayers", 0), false },
        { Under("fedper", "synflow", 0), false },
        { Under("fedper", "flash", 1), false },
        { Under("fedper", "prunefl", 1).WithOption("adjustmentRatio", 0.0), false },
        { Under("fedrep", "snip", 1), false },
        { Under("fedper", "autoflip", 1), false },
        { Under("fedbn", "magnitude", 1), false }, // goes by weights, which travel
        { Under("ditto", "magnitude", 1), false }, // goes by the global model
    };

    static Experiment Under(string algorithm, string pruner, int denseRounds) =>
        FinishedRuns.Small with { Algorithm = algorithm, Pruner = pruner, DenseRounds = denseRounds };

    [Theory, MemberData(nameof(Masks))]
    public void Trained_heads_are_not_pruned_by_the_servers_untrained_one(Experiment experiment, bool isRefused) => Assert.Equal(
        isRefused
            ? [$"Experiment.Algorithm {experiment.Algorithm}: of the personal layers the server has the initial weights alone, and "
                + $"Experiment.Pruner {experiment.Pruner} would prune by them what clients have trained. Accepted: one mask of the initial "
                + "model (Experiment.DenseRounds 0), or a pruner that does not go by the server's weights."]
            : Array.Empty<string>(),
        ExperimentRules.Violations(experiment));

    /// <summary>Options out of range are named, and nothing is computed from them.</summary>
    [Fact]
    public void An_interval_of_no_rounds_is_refused_in_one_sentence() => Assert.StartsWith(
        "Options.PruningInterval: '0' is not accepted.",
        Assert.Single(ExperimentRules.Violations(Under("fedper", "magnitude", 1).WithOption("pruningInterval", 0))),
        StringComparison.Ordinal);

    /// <summary>A reply with values for all of the model does not have what is due.</summary>
    [Fact]
    public async Task A_hostile_reply_cannot_write_into_personal_layers()
    {
        var data = TinyFederation.Data(Tiny);
        using var pool = new WorkerPool(1, 1, () => Workspace.Of(Tiny));
        var honest = new InProcessChannel(
            new ClientHost(
                Tiny, Catalog.Resolve(Tiny), Network, new SimulatedData(data), new VolatileStore(), TimeProvider.System), data, pool);

        var outcome = await TinyFederation.RunAsync(
            Tiny with { CohortFraction = 1, Rounds = 1 }, channel: new Hostile(honest));

        var failure = Assert.Single(outcome.Rounds[0].Report.Failures);
        Assert.Equal((1, ClientWork.Train), (failure.Client, failure.Work));
        Assert.Contains("its answer cannot be read", failure.Reason, StringComparison.Ordinal);
        var (initial, travels) = (TinyFederation.Initial(Tiny), new FedPer(0).Travels(Network));
        Assert.Equal(Local(initial, travels), Local(outcome.Global, travels));
    }

    static string[] LocalTensors(Network network, int layers)
    {
        var travels = new FedPer(0) { PersonalLayers = layers }.Travels(network);
        Assert.Every(network.Layout.Entries, entry => // all of a tensor or nothing
            Assert.Single(Enumerable.Range(entry.Offset, entry.Length).Select(i => travels[i]).Distinct()));
        return [.. network.Layout.Entries.Where(entry => !travels[entry.Offset]).Select(entry => entry.Name)];
    }

    static float[] Local(Weights weights, Selection travels) => Selection.All(weights.Layout.Count).Except(travels).Gather(weights.Values);

    static IEnumerable<string> Hashes(TinyFederation.Outcome outcome) =>
        outcome.Rounds.Select(round => round.State.Server.Weights.Sha256());

    /// <summary>Client 1 returns a value for every parameter, personal ones included: as FedAvg would have it.</summary>
    sealed class Hostile(IMessageChannel inner) : ChannelThrough(inner)
    {
        bool _lied;

        public override async Task<Answer> SendAsync(int client, ReadOnlyMemory<byte> request, CancellationToken ct)
        {
            if (client != 1 || _lied) return await base.SendAsync(client, request, ct);
            _lied = true;
            var all = Enumerable.Repeat(1f, Network.Layout.Count).ToArray();
            var format = ValueFormat.Of(WireFormat.Fp32);
            var tensors = KeptTensors.Of(Network.Layout, Selection.All(Network.Layout.Count));
            var writer = ReplyCodec.Begin(MemoryMarshal.Read<UInt128>(request.Span[Message.HeaderLength..]), client);
            using var values = QuantizedValues.Of(format, tensors, all, new KeyedRandom(0));
            values.Write(writer);
            NamedValues.Write(writer, format, tensors, ClientOutcome.None.Vectors, ClientOutcome.None.Numbers);
            return Answer.Of(ReplyCodec.Finish(writer, new ClientReply { Client = 1, Examples = 17, TrainSamples = 17 }));
        }
    }
}
