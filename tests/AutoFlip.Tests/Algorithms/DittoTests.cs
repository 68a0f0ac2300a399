namespace AutoFlip.Tests;

public class DittoTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment with
    {
        Algorithm = "ditto",
        Optimizer = "SGD",
        LearningRate = 0.1,
        Pruner = "none",
        ServerMomentum = 0,
        EvaluateEvery = 1,
    };

    static readonly Network Network = new NetworkBuilder("norm", new SampleShape(1, 4, 4))
        .Conv2d(6, 3).BatchNorm2d().ReLU().Flatten().Linear(3).Build(3);

    public static TheoryData<string, Experiment> Experiments => new()
    {
        { "plain", Tiny },
        { "momentum of client and server", Tiny with { Momentum = 0.9, ServerMomentum = 0.9 } },
        { "Adam and clipping", Tiny with { Optimizer = "Adam", LearningRate = 0.01, MaxGradientNorm = 0.5 } },
        { "masks by reports of the training", Tiny with { Pruner = "autoflip", DenseRounds = 2, UnitMultiple = 1 } },
        { "int8", Tiny with { WireUp = WireFormat.Int8, WireDown = WireFormat.Int8 } },
    };

    /// <summary>Losses |w + b - t| with a target far above have gradients -1 of w and of b (input 1). From v = w_t = 0 with λ = 1 and
    /// η = 1/2: g = -1 + v, so v = 0.5, 0.75, 0.875, on its way to 1 = 1/λ, where loss and pull balance.</summary>
    [Fact]
    public void The_pull_balances_the_loss()
    {
        var network = TaskCodecTests.Linear(1);
        using var workspace = new Workspace(new Sgd());
        var memory = new RememberedVectors();
        float[] seen = [.. Enumerable.Range(1, 3).Select(round =>
        {
            var task = new ClientTask(ClientWork.Train, round, 0.5, Weights.Zeros(network.Layout), Mask.Dense(network.Layout));
            var training = new LocalTraining(
                new Experiment { BatchSize = 0 }, workspace, Catalog.Criteria["L1Loss"], network, task, client: 0,
                new VectorSet(1, [1], Targets.Numbers([1000])), new[] { 0 }, memory, default);

            new Ditto(0) { Lambda = 1 }.ClientUpdate(training, epochs: 2);

            Assert.Equal([1, 1], training.Values.ToArray()); // the global path: two steps of 1/2
            Assert.Equal(2, training.Steps);
            Assert.Equal(3, training.SamplesSeen);
            var own = memory.Read("personal")!;
            Assert.Equal(own[0], own[1]);
            return own[0];
        })];

        Assert.Equal([0.5f, 0.75f, 0.875f], seen);
    }

    [Theory, MemberData(nameof(Experiments))]
    public async Task The_global_path_is_FedAvg_to_the_bit_with_its_figures_and_masks(string name, Experiment experiment)
    {
        var (own, average) = (
            await TinyFederation.RunAsync(experiment, network: Network),
            await TinyFederation.RunAsync(experiment with { Algorithm = "fedavg" }, network: Network));

        Assert.Equal(average.Rounds.Select(Facts), own.Rounds.Select(Facts));
        Assert.Every(own.Rounds, round => Assert.True(round.Report.ClientsPersonalIn!["loss"].Equal > 0, name));

        static object Facts(RoundResult round) =>
            (round.State.Server.Weights.Sha256(), round.Mask.Values.Sha256, round.Report.ClientsUpdated["loss"].Equal,
                round.Report.ClientsEvaluatedIn!["loss"].Equal, round.Report.ClientsEvaluatedOut!["loss"].Equal);
    }

    /// <summary>Without shuffling and augmentation, draws do not matter: then λ = 0 gives what the client's own epochs give from the first
    /// model received on, one of its rounds after another.</summary>
    [Fact]
    public async Task Without_a_pull_a_clients_model_is_trained_alone()
    {
        var experiment = (Tiny with { NoShuffle = true }).WithOption("lambda", 0.0).WithOption("personalEpochs", 2);
        var (data, store) = (TinyFederation.Data(experiment), new VolatileStore());
        data = data with { Train = new Unaugmented(data.Train) };

        var outcome = await TinyFederation.RunAsync(experiment, network: Network, store: store, data: data);

        using var workspace = Workspace.Of(experiment);
        for (var client = 0; client < experiment.Clients; client++)
        {
            Weights? alone = null;
            foreach (var round in outcome.Rounds.Where(round => round.Report.Cohort.Contains(client)))
            {
                alone ??= round.Start; // the first model received
                var training = new LocalTraining(
                    experiment, workspace, Catalog.Criteria[experiment.Criterion], Network,
                    new ClientTask(ClientWork.Train, round.Report.Round, round.Report.LearningRate, alone, Mask.Dense(alone.Layout)),
                    client, data.Train, data.Clients[client].Train, new NoMemory(), default);
                training.Run(epochs: 2);
                alone = new(alone.Layout, training.Values.ToArray());
            }

            if (alone is null) Assert.Null(store.Before(client, "personal", 99));
            else Assert.Equal(alone.Values.ToArray(), store.Before(client, "personal", 99)!.Values.ToArray());
        }
    }

    /// <summary>η = 0.1: the pull of λ = 10 takes the whole way back in each step, so that a client's model is one step from w_t.</summary>
    [Fact]
    public async Task A_strong_pull_keeps_a_clients_model_at_the_received_one()
    {
        var distances = new List<double>();
        foreach (var lambda in (double[])[0, 1, 10])
        {
            var store = new VolatileStore();
            var outcome = await TinyFederation.RunAsync(
                (Tiny with { CohortFraction = 1, Rounds = 6 }).WithOption("lambda", lambda), network: Network, store: store);
            distances.Add(Distance(store.Before(0, "personal", 99)!.Values.Span, outcome.Rounds[^1].Start.Values));
        }

        Assert.True(distances[0] > distances[1] && distances[1] > 3 * distances[2], string.Join(' ', distances));

        static double Distance(ReadOnlySpan<float> one, ReadOnlySpan<float> other)
        {
            var sum = 0.0;
            for (var i = 0; i < Network.Layout.ParameterCount; i++) sum += Math.Pow(one[i] - other[i], 2);
            return Math.Sqrt(sum);
        }
    }

    [Fact]
    public async Task A_clients_model_has_the_mask_of_the_round()
    {
        var store = new VolatileStore();
        var experiment = Tiny with { Pruner = "random", Pruning = PruningKind.Unstructured, DenseRounds = 2, CohortFraction = 1 };

        var outcome = await TinyFederation.RunAsync(experiment, network: Network, store: store);

        var mask = outcome.Rounds[^1].Mask;
        Assert.False(mask.IsDense);
        var own = store.Before(0, "personal", 99)!;
        Assert.Equal(mask.Values, own.Kept);
        Assert.DoesNotContain(0, own.Values.ToArray()[..mask.Kept]); // all that is kept has been trained
    }

    [Theory, InlineData(10.1, true), InlineData(9.9, false)]
    public void A_pull_that_overshoots_is_refused_under_SGD(double weight, bool isRefused)
    {
        foreach (var (algorithm, option) in (ReadOnlySpan<(string, string)>)[("ditto", "lambda"), ("fedprox", "mu"), ("feddyn", "alpha")])
        {
            var experiment = (FinishedRuns.Small with
            {
                Algorithm = algorithm,
                Optimizer = "SGD",
                LearningRate = 0.1,
                MaskRefresh = MaskRefresh.Once
            }).WithOption(option, weight);

            Assert.Equal(
                isRefused, ExperimentRules.Violations(experiment).Any(line => line.EndsWith("Accepted: a product of at most 1.")));
            Assert.Empty(ExperimentRules.Violations(experiment with { Optimizer = "Adam" }));
        }
    }
}
