using System.Collections.Immutable;

namespace AutoFlip.Tests;

/// <summary>Laws that every algorithm of the catalogue keeps, whatever its formula.</summary>
[Trait("speed", "slow")]
public sealed class EveryAlgorithmTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    /// <summary>Every algorithm as it is; and with each option that is a switch the other way, as in "scaffold fullGradient".</summary>
    public static TheoryData<string> Names =>
    [
        .. from entry in Catalog.Algorithms
           from option in MethodOption.Of(entry.Value(new())).Where(option => option.Default is bool).Select(option => $" {option.Name}")
               .Prepend("")
           select entry.Key + option,
    ];

    public void Dispose() => _folder.Dispose();

    /// <summary>Seven of eight clients a round (Bulyan needs seven), plain SGD, and a mask from round 2 on, if the algorithm can have
    /// one.</summary>
    static Experiment Tiny(string name) => Accepted(name, TinyFederation.Experiment with
    {
        Optimizer = "SGD",
        LearningRate = 0.1,
        Clients = 8,
        CohortFraction = 0.88,
        Rounds = 5,
        DenseRounds = 1,
        Pruner = "random",
        PruneFraction = 0.5m,
        UnitMultiple = 1,
    });

    static Experiment Accepted(string name, Experiment experiment)
    {
        var words = name.Split(' ');
        experiment = experiment with { Algorithm = words[0] };
        foreach (var option in words[1..])
            experiment = experiment.WithOption(option, !(bool)MethodOptions.All.First(all => all.Option.Name == option).Option.Default);
        return Violations(experiment).Any() ? experiment with { Pruner = Experiment.NoPruner } : experiment;
    }

    static IEnumerable<string> Violations(Experiment experiment) =>
        ExperimentRules.Violations(experiment with { Dataset = "Digits", Criterion = "auto", Metrics = ["auto"] });

    [Theory, MemberData(nameof(Names))]
    public void An_algorithm_runs_with_plain_SGD(string name) => Assert.Empty(Violations(Tiny(name)));

    /// <summary>Partial work counts under every algorithm, and is as reproducible as whole work. Plain FedAvg's is counted beside it:
    /// without the passes that an algorithm adds.</summary>
    [Theory, MemberData(nameof(Names))]
    public async Task Stragglers_do_a_part_of_the_work_whatever_the_number_of_workers(string name)
    {
        var experiment = Tiny(name) with { LocalEpochs = 3, StragglerFraction = 1, Rounds = 2 };
        var slow = await TinyFederation.RunAsync(experiment);
        var all = await TinyFederation.RunAsync(experiment with { StragglerFraction = 0 });
        var three = await TinyFederation.RunAsync(experiment, workers: 3);
        var plain = await TinyFederation.RunAsync(experiment with { Algorithm = "fedavg" });

        Assert.Equal(
            plain.Rounds.Select(round => (long?)round.Report.TrainSamples), slow.Rounds.Select(round => round.Report.DenseTrainSamples));
        Assert.Equal(slow.Global.Sha256(), three.Global.Sha256());
        Assert.NotEqual(slow.Global.Sha256(), all.Global.Sha256());
        Assert.Every(slow.Rounds.Zip(all.Rounds), rounds =>
        {
            Assert.Empty(rounds.First.Report.Failures);
            Assert.InRange(rounds.First.Report.TrainSamples, 1, rounds.Second.Report.TrainSamples - 1);
        });
    }

    /// <summary>Removed units and removed weights, of a network with running statistics: what is removed is exactly 0 in the model and in
    /// every vector of the server; or the model's value stays what it was, to the bit.</summary>
    [Theory, MemberData(nameof(Names))]
    public async Task What_a_mask_removed_never_moves(string name)
    {
        var network = new NetworkBuilder("norm", new SampleShape(1, 4, 4)).Conv2d(6, 3).BatchNorm2d().ReLU().Flatten().Linear(3).Build(3);
        foreach (var pruning in (PruningKind[])[PruningKind.Structured, PruningKind.Unstructured])
            foreach (var regrow in Enum.GetValues<Regrow>())
            {
                var experiment = Tiny(name) with { Pruning = pruning, Regrow = regrow };

                var outcome = await TinyFederation.RunAsync(experiment, network: network);

                var masked = outcome.Rounds.Where(round => !round.Mask.IsDense).ToArray();
                Assert.Equal(experiment.IsDense ? 0 : 4, masked.Length);
                foreach (var (_, state, mask, start) in masked)
                    foreach (var i in Enumerable.Range(0, mask.Layout.Count).Where(i => !mask.Values[i]))
                    {
                        Assert.Equal(regrow == Regrow.Zero ? 0 : start.Values[i], state.Server.Weights.Values[i]);
                        foreach (var (slot, values) in state.Server.Slots) Assert.True(values.Values[i] == 0, $"{slot} at {i}");
                    }
            }
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Statistics_stay_in_the_range_of_the_clients(string name)
    {
        var network = new NetworkBuilder("norm", new SampleShape(1, 4, 4)).Conv2d(6, 3).BatchNorm2d().ReLU().Flatten().Linear(3).Build(3);
        var count = network.Layout.Count - network.Layout.ParameterCount;
        List<(int Examples, float[] Statistics)> replies = [];

        var outcome = await TinyFederation.RunAsync(
            Tiny(name) with { Pruner = Experiment.NoPruner, Rounds = 2 }, network: network,
            wrap: inner => Tap.Look(inner, (task, reply) =>
            {
                if (task is { Work: ClientWork.Train, Round: 2 }) replies.Add((reply.Examples, reply.Values[^count..].ToArray()));
            }));

        var travels = Catalog.Resolve(Tiny(name)).Algorithm.Travels(network);
        if (!travels[network.Layout.Count - 1]) return; // they are each client's own: FedBnTests
        for (var i = 0; i < count; i++)
        {
            var (least, most) = (replies.Min(reply => reply.Statistics[i]), replies.Max(reply => reply.Statistics[i]));
            Assert.InRange(outcome.Global.Statistics[i], least - 1e-6f, most + 1e-6f);
        }
    }

    /// <summary>One client leaves its numbers out, or claims others: the run goes on, and the model stays finite.</summary>
    [Theory, MemberData(nameof(Names))]
    public async Task Numbers_of_a_liar_do_not_poison_the_model(string name)
    {
        foreach (var lie in (double?[])[null, 0, -1, 1e300, -1e300, double.Epsilon])
        {
            var outcome = await TinyFederation.RunAsync(
                Tiny(name) with { Rounds = 2 },
                wrap: inner => Tap.Replace(inner, reply => reply.Client != 1 ? reply : reply with
                {
                    Numbers = lie is { } number
                        ? reply.Numbers.ToImmutableSortedDictionary(own => own.Key, _ => number, StringComparer.Ordinal)
                        : ClientOutcome.None.Numbers,
                }));

            Assert.Every(outcome.Global.ToArray(), value => Assert.InRange(value, -100, 100));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public async Task One_worker_and_two_give_the_same_model(string name) => Assert.Equal(
        (await TinyFederation.RunAsync(Tiny(name), workers: 1)).Global.Sha256(),
        (await TinyFederation.RunAsync(Tiny(name), workers: 2)).Global.Sha256());

    /// <summary>In every wire format, after every round: dense, the first under a mask, and later.</summary>
    [Theory, MemberData(nameof(Names))]
    public void A_run_that_was_stopped_and_resumed_ends_in_the_same_model(string name)
    {
        foreach (var wire in Enum.GetValues<WireFormat>())
        {
            var experiment = Recorded(name) with { WireDown = wire, WireUp = wire };

            var whole = ResumedRuns.Unbroken(experiment, _folder[$"{wire}"]);

            for (var after = 1; after < experiment.Rounds; after++)
                Assert.Equal(whole, ResumedRuns.Resumed(experiment, _folder[$"{wire}-{after}"], after));
        }
    }

    /// <summary>What a client keeps is what the algorithm declares: vectors of the length of the model, and local values.</summary>
    [Theory, MemberData(nameof(Names))]
    public void A_client_keeps_the_vectors_that_the_algorithm_declares(string name)
    {
        var experiment = Recorded(name) with { Pruner = Experiment.NoPruner };
        ResumedRuns.Unbroken(experiment, _folder["run"]);
        var memory = Path.Combine(Assert.Single(Directory.GetDirectories(_folder["run"])), "checkpoints/clients-memory");
        var network = Catalog.Models[experiment.Model](new SampleShape(1, 8, 8), 10, ModelOptions.Of(experiment));
        var algorithm = Catalog.Algorithms[experiment.Algorithm](experiment);
        var local = network.Layout.Count - algorithm.Travels(network).Kept;

        int[] declared = [.. Enumerable.Repeat(network.Layout.Count, algorithm.Remembers), .. local > 0 ? (int[])[local] : []];

        if (declared is []) Assert.False(Directory.Exists(memory));
        else
            Assert.Every(Directory.GetDirectories(memory), client => Assert.Equal(
                declared,
                from path in Directory.GetFiles(client)
                group path by Path.GetExtension(path) into files
                let kept = KeptVector.FromBytes(File.ReadAllBytes(files.First()), network.Layout).Values.Length
                orderby kept descending
                select kept));
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Replies_have_the_vectors_and_numbers_that_the_algorithm_declares(string name)
    {
        var algorithm = Catalog.Resolve(Tiny(name)).Algorithm;
        List<ClientReply> replies = [];

        await TinyFederation.RunAsync(
            Tiny(name) with { Rounds = 2 },
            wrap: inner => Tap.Look(inner, (task, reply) =>
            {
                if (task.Work == ClientWork.Train) replies.Add(reply);
            }));

        Assert.Equal(14, replies.Count);
        Assert.Every(replies, reply => Assert.Equal(algorithm.Returns, reply.Vectors.Keys));
        Assert.Every(replies, reply => Assert.Equal(algorithm.ReturnedNumbers, reply.Numbers.Keys));
    }

    static Experiment Recorded(string name) => Accepted(name, FinishedRuns.Small with
    {
        Optimizer = "SGD",
        LearningRate = 0.05,
        ServerMomentum = 0.9,
        Clients = 8,
        CohortFraction = 0.88,
        Rounds = 4,
        LocalEpochs = 2,
        EvaluateEvery = 4,
        DenseRounds = 1,
        Pruner = "random",
    });
}
