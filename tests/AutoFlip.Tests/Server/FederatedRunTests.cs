namespace AutoFlip.Tests;

public class FederatedRunTests
{
    static readonly Experiment Tiny = TinyFederation.Experiment;

    [Fact]
    public async Task Another_seed_gives_another_model() => Assert.NotEqual(
        (await TinyFederation.RunAsync(Tiny)).Global.Sha256(), (await TinyFederation.RunAsync(Tiny with { Seed = 8 })).Global.Sha256());

    [Fact]
    public async Task It_learns()
    {
        var outcome = await TinyFederation.RunAsync(Tiny with { Pruner = "none", Rounds = 20, ServerMomentum = 0, CohortFraction = 1 });

        Assert.True(outcome.Rounds[^1].Report.ServerEvaluated!.Metrics["acc1"] > 0.9);
    }

    [Fact]
    public async Task Prune_fraction_zero_is_FedAvg_to_the_bit() => Assert.Equal(
        (await TinyFederation.RunAsync(Tiny with { Pruner = "none" })).Global.Sha256(),
        (await TinyFederation.RunAsync(Tiny with { Pruner = "autoflip", PruneFraction = 0 })).Global.Sha256());

    [Theory]
    [InlineData("autoflip", MaskRefresh.Cohort)]
    [InlineData("autoflip", MaskRefresh.Once)]
    [InlineData("random", MaskRefresh.Cohort)]
    public async Task The_mask_holds_the_exact_count_and_a_masked_weight_is_zero_after_every_round(string pruner, MaskRefresh refresh)
    {
        var masks = new HashSet<string>();
        await TinyFederation.RunAsync(Tiny with { Pruner = pruner, MaskRefresh = refresh, StructuredShare = 0.5 }, inspect: result =>
        {
            var global = result.Mask.Apply(result.State.Server.Weights).Values;
            Assert.Equal(PruningPlan.KeptCount(0.3m, result.Mask.Count), result.Mask.Kept);
            for (var i = 0; i < result.Mask.Count; i++)
                if (!result.Mask.Values[i]) Assert.Equal(0, BitConverter.SingleToInt32Bits(global[i]));
            masks.Add(result.Mask.Values.Sha256);
        });

        Assert.Equal(pruner == "autoflip" && refresh == MaskRefresh.Cohort, masks.Count > 1);
    }

    [Theory]
    [InlineData("autoflip", MaskRefresh.Cohort)]
    [InlineData("autoflip", MaskRefresh.Once)]
    [InlineData("random", MaskRefresh.Once)]
    public async Task Dense_rounds_are_those_of_a_run_that_prunes_nothing_and_the_next_one_is_pruned(string pruner, MaskRefresh refresh)
    {
        var experiment = Tiny with { Pruner = pruner, MaskRefresh = refresh, DenseRounds = 2 };
        var dense = await TinyFederation.RunAsync(experiment with { Pruner = "none" });
        var pruned = await TinyFederation.RunAsync(experiment);

        foreach (var (want, got) in dense.Rounds.Zip(pruned.Rounds[..2]))
        {
            Assert.True(got.Mask.IsDense);
            Assert.Equal(want.State.Server.Weights.Sha256(), got.State.Server.Weights.Sha256());
            Assert.Equal(
                (want.Report.DownBytes, want.Report.UpBytes, 1.0, null),
                (got.Report.DownBytes, got.Report.UpBytes, got.Report.Density, got.Report.Mask));
        }
        foreach (var result in pruned.Rounds[2..])
        {
            Assert.Equal(PruningPlan.KeptCount(0.3m, result.Mask.Count), result.Mask.Kept);
            var momentum = Assert.Single(result.State.Server.Slots).Value;
            for (var i = 0; i < result.Mask.Count; i++)
                if (!result.Mask.Values[i]) Assert.Equal(0, momentum.Values[i]); // two rounds' momentum is gone with what it moved
        }
    }

    [Fact]
    public async Task Explorers_start_from_what_the_dense_rounds_left_at_the_learning_rate_that_is_next()
    {
        var explored = new List<ClientTask>();
        var outcome = await TinyFederation.RunAsync(
            Tiny with { DenseRounds = 2, LearningRateDecay = 0.5 }, wrap: inner => Tap.Look(inner, (task, _) =>
        {
            if (task.Work == ClientWork.Explore) explored.Add(task);
        }));

        Assert.Equal(6, explored.Count);
        var start = outcome.Rounds[1].State.Server.Weights.Sha256();
        // 0.01 halved twice
        Assert.Every(explored, task => Assert.Equal((start, 0, 0.0025), (task.Weights.Sha256(), task.Round, task.LearningRate)));
    }

    /// <summary>Also when what is removed is forgotten (zero): the norm is that of the weights before the mask.</summary>
    [Theory]
    [InlineData(0, Regrow.Keep, MaskRefresh.Once), InlineData(2, Regrow.Keep, MaskRefresh.Cohort)]
    [InlineData(2, Regrow.Zero, MaskRefresh.Once)]
    public async Task Norms_are_kept_once_when_the_first_mask_comes(int denseRounds, Regrow regrow, MaskRefresh refresh)
    {
        var experiment = Tiny with
        {
            KeepNorm = true,
            DenseRounds = denseRounds,
            Regrow = regrow,
            MaskRefresh = refresh,
            ServerMomentum = 0
        };
        var network = TinyFederation.Network(experiment);
        var outcome = await TinyFederation.RunAsync(experiment);

        var before = TinyFederation.Initial(experiment);
        foreach (var round in outcome.Rounds)
        {
            var want = round.State.Round == denseRounds + 1 ? IncomingNorm.RescaleToDenseNorm(network, round.Mask, before) : before;
            Assert.Equal(round.Mask.Apply(want).Sha256(), round.Mask.Apply(round.Start).Sha256());
            before = round.State.Server.Weights;
        }
        Assert.NotEqual((await TinyFederation.RunAsync(experiment with { KeepNorm = false })).Global.Sha256(), outcome.Global.Sha256());
    }

    [Fact]
    public async Task A_random_mask_is_the_same_however_late_it_comes() => Assert.Equal(
        (await TinyFederation.RunAsync(Tiny with { Pruner = "random" })).Rounds[^1].Mask.Values.Sha256,
        (await TinyFederation.RunAsync(Tiny with { Pruner = "random", DenseRounds = 3 })).Rounds[^1].Mask.Values.Sha256);

    [Fact]
    public async Task Clients_return_removed_weights_as_zeros_to_nobody()
    {
        var trained = 0;
        await TinyFederation.RunAsync(Tiny, wrap: inner => Tap.Look(inner, (task, reply) =>
        {
            if (task.Work != ClientWork.Train) return;
            Assert.Equal(task.Mask.Values.Kept, reply.Values.Length); // kept values and nothing else
            trained++;
        }));

        Assert.Equal(4 * 3, trained);
    }

    /// <summary>The law that the reference breaks: its explorers train one shared model in turn.</summary>
    [Fact]
    public async Task Explorers_do_not_influence_each_other()
    {
        var together = new Dictionary<int, float[]>();
        var backwards = new Dictionary<int, float[]>();
        await TinyFederation.RunAsync(Tiny, workers: 2, wrap: inner => Tap.Look(inner, Collect(together)));
        await TinyFederation.RunAsync(Tiny, wrap: inner => Backwards(Tap.Look(inner, Collect(backwards))));

        Assert.Equal(6, together.Count);
        foreach (var (explorer, scores) in together) Assert.Equal(scores, backwards[explorer]);

        static Action<ClientTask, ClientReply> Collect(Dictionary<int, float[]> into) => (task, reply) =>
        {
            if (task.Work == ClientWork.Explore) into.Add(reply.Client, reply.Values.ToArray());
        };
    }

    [Fact]
    public async Task The_mask_does_not_depend_on_the_order_of_clients()
    {
        var forwards = await TinyFederation.RunAsync(Tiny);
        var backwards = await TinyFederation.RunAsync(Tiny, wrap: Backwards);

        Assert.Equal(forwards.Rounds.Select(round => round.Mask.Values.Sha256), backwards.Rounds.Select(round => round.Mask.Values.Sha256));
    }

    [Fact]
    public async Task FedAvg_with_one_client_and_no_momentum_is_plain_training()
    {
        var experiment = Tiny with
        {
            Clients = 1,
            CohortFraction = 1,
            ServerMomentum = 0,
            Pruner = "none",
            Rounds = 3,
            EvaluationScope = EvaluationScope.Global
        };
        var federated = await TinyFederation.RunAsync(experiment);

        var data = TinyFederation.Data(experiment);
        using var workspace = Workspace.Of(experiment);
        var weights = TinyFederation.Initial(experiment);
        for (var round = 1; round <= 3; round++)
        {
            var task = new ClientTask(ClientWork.Train, round, experiment.LearningRateOf(round), weights, Mask.Dense(weights.Layout));
            var training = new LocalTraining(
                experiment, workspace, Catalog.Criteria["CrossEntropyLoss"], TinyFederation.Network(experiment), task, 0, data.Train,
                data.Clients[0].Train, new NoMemory(), default);
            training.Run(experiment.LocalEpochs);
            weights = new Weights(weights.Layout, training.Values.ToArray());
        }

        Assert.Equal(weights.Sha256(), federated.Global.Sha256());
    }

    [Fact]
    public async Task What_a_client_does_to_its_copy_reaches_nobody_else()
    {
        var initial = TinyFederation.Initial(Tiny);
        var before = initial.Sha256();
        var seen = new HashSet<string>();
        await TinyFederation.RunAsync(Tiny with { Rounds = 1 }, workers: 2, wrap: inner => Tap.Look(inner, (task, _) =>
        {
            if (task.Work == ClientWork.Explore) seen.Add(task.Weights.Sha256());
        }));

        Assert.Equal([before], seen);
    }

    [Fact]
    public async Task A_client_that_fails_is_left_out_named_and_the_round_goes_on()
    {
        var outcome = await TinyFederation.RunAsync(
            Tiny with { CohortFraction = 1 }, wrap: inner => Tap.Lose(inner, client => client == 2));

        foreach (var round in outcome.Rounds)
        {
            var failure = Assert.Single(round.Report.Failures);
            Assert.Equal((2, "lost"), (failure.Client, failure.Reason));
        }
    }

    [Fact]
    public async Task A_round_without_any_usable_update_fails_the_run()
    {
        var e = await Assert.ThrowsAsync<AutoFlipException>(() =>
            TinyFederation.RunAsync(Tiny with { Pruner = "none" }, wrap: inner => Tap.Lose(inner, _ => true)));

        Assert.Equal(ExitCode.RunFailed, e.Code);
        Assert.Contains("no client returned a usable update", e.Message);
        Assert.Contains("lost", e.Message);
    }

    [Fact]
    public async Task A_loss_that_is_not_finite_is_a_failure_that_says_what_to_do()
    {
        var e = await Assert.ThrowsAsync<AutoFlipException>(() =>
            TinyFederation.RunAsync(Tiny with { Optimizer = "SGD", LearningRate = 1e30, Pruner = "none" }));

        Assert.Equal(ExitCode.RunFailed, e.Code);
        Assert.Contains("lower Experiment.LearningRate", e.Message);
    }

    [Fact]
    public async Task A_client_whose_loss_is_NaN_is_refused_by_name_and_the_run_goes_on()
    {
        var experiment = Tiny with { CohortFraction = 1 };
        var outcome = await TinyFederation.RunAsync(
            experiment, workers: 2, data: TinyFederation.WithPoison(TinyFederation.Data(experiment), client: 4));

        Assert.Every(outcome.Rounds, round => Assert.Equal(4, Assert.Single(round.Report.Failures).Client));
        Assert.Contains(
            "the loss is NaN before the first step: inputs or targets are too large, or not finite",
            outcome.Rounds[0].Report.Failures[0].Reason);
        Assert.Every(outcome.Global.Values.ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    // 0xFFFFFFFF is NaN
    [InlineData("values where", 4, 0, 17), InlineData("claims 0 training samples", 0, 0, 0), InlineData("not a finite number", 0, 0xFF, 17)]
    public async Task A_client_that_lies_is_refused_by_name_and_the_run_goes_on(string reason, int missing, int fill, int examples)
    {
        byte[] Lie(int length) => [.. Enumerable.Repeat((byte)fill, length)];
        var outcome = await TinyFederation.RunAsync(
            Tiny with { CohortFraction = 1 }, wrap: inner => Tap.Replace(inner, reply => reply.Client == 1
            ? reply with { Examples = examples, ValueBytes = Lie(reply.ValueBytes.Length - missing) }
            : reply));

        Assert.Every(outcome.Rounds, round => Assert.Contains(reason, Assert.Single(round.Report.Failures).Reason));
    }

    [Fact]
    public async Task Cancelling_stops_the_run()
    {
        using var source = new CancellationTokenSource();
        var data = TinyFederation.Data(Tiny);
        var network = TinyFederation.Network(Tiny);
        using var pool = new WorkerPool(1, 1, () => new Workspace(Catalog.Optimizers["Adam"](Tiny)));
        var scores = new MemoryScores();
        var transport = Tap.Look(
            new Dispatch(new ServerLink(Tiny), new InProcessChannel(
                new ClientHost(Tiny, Catalog.Resolve(Tiny), network, new SimulatedData(data), new VolatileStore(), TimeProvider.System),
                data, pool)),
            (task, _) =>
        {
            if (task.Work == ClientWork.Train) source.Cancel();
        });
        var run = new RecordedRun(Tiny, Catalog.Resolve(Tiny), network, transport, scores, null, RunObserver.None, TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in run.RunAsync(TinyFederation.Initial(Tiny), null, source.Token)) { }
        });
    }

    [Fact]
    public async Task A_round_reports_what_happened()
    {
        var outcome = await TinyFederation.RunAsync(Tiny);

        var (first, second) = (outcome.Rounds[0].Report, outcome.Rounds[1].Report);
        Assert.Equal(3 * 2 * 17, first.TrainSamples);                   // 3 clients, 2 epochs, 21 samples less 4 held out
        Assert.Null(first.ServerEvaluated);                             // every second round
        Assert.NotNull(first.ClientsEvaluatedIn);
        Assert.NotNull(second.ServerEvaluated);
        Assert.Equal(
            second.ClientsEvaluatedOut!["acc1"].Equal - second.ClientsEvaluatedIn!["acc1"].Equal,
            second.GeneralizationGap!["gen_gap_acc1"].Equal);
        var n = TinyFederation.Initial(Tiny).Layout.Count;
        Assert.Equal(3 * 2 * 4L * n, first.DenseFp32Bytes);
        Assert.Equal(3 * 2 * 4L * n + 3 * 4L * n, second.DenseFp32Bytes); // three others evaluate: model down only
        Assert.True(first.DownBytes < 3 * 4L * n && first.UpBytes < first.DownBytes + 3 * 300);
    }

    /// <summary>Asks explorers in the opposite order.</summary>
    static Tap Backwards(IClientTransport inner) => new(inner)
    {
        Cohort = (task, cohort) => task.Work == ClientWork.Explore ? [.. cohort.Reverse()] : cohort,
    };
}
