namespace AutoFlip.Tests;

public sealed class ScaffoldTests : IDisposable
{
    static readonly Experiment Tiny = TinyFederation.Experiment with
    {
        Algorithm = "scaffold",
        Optimizer = "SGD",
        LearningRate = 0.05,
        Pruner = "none",
        ServerMomentum = 0
    };

    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// Losses |b - t| with targets far below and far above are linear: gradients +1 and -1. η = 0.1 and two steps. Round 1: y = -0.2 and
    /// +0.2, c_k = (0 - y) / (2 · 0.1) = +1 and -1, c = 0. Round 2: g + c - c_k = 0, so no client moves; with the reversed sign they would
    /// by 0.4. Option I has the same gradients.
    /// </summary>
    [Theory, InlineData(false), InlineData(true)]
    public void Control_variates_stop_the_drift_of_linear_losses(bool optionOne)
    {
        var algorithm = new Scaffold { FullGradient = optionOne };
        var run = new OneBias(algorithm, OneBias.FullBatch with { LocalEpochs = 2 }, "L1Loss", 0, [-1000], [1000]);
        List<float> trained = [];
        for (var round = 1; round <= 2; round++)
        {
            run.Round();
            trained.AddRange(run.Trained);
        }

        Assert.Equal(4, trained.Count);
        foreach (var (got, meant) in trained.Zip((float[])[-0.2f, 0.2f, 0, 0])) Assert.Equal(meant, got, 1e-6f);
        Assert.Equal(1, run.Memory(0, "control"), 1e-5f);
        Assert.Equal(-1, run.Memory(1, "control"), 1e-5f);
        Assert.Equal(0, run.State.Slots["control"].Values[1], 1e-5f);
    }

    /// <summary>One step of 0.1 by gradients of +1 at one client of three: c_0 = 1 and c = 1/3, whoever else took part.</summary>
    [Fact]
    public void The_servers_control_variate_grows_by_the_share_of_all_clients()
    {
        var run = new OneBias(new Scaffold(), OneBias.FullBatch, "L1Loss", 0, [-1000], [1000], [1000]);

        run.Round(0);

        Assert.Equal(1, run.Memory(0, "control"), 1e-5f);
        Assert.Equal(1f / 3, run.State.Slots["control"].Values[1], 1e-5f);
    }

    /// <summary>Steps of +0.1 at a client of three samples and of -0.1 at one of one: 0, and by samples it would be 0.05. Twice the server
    /// rate goes twice as far: from two clients at 0.1 to 0.2.</summary>
    [Fact]
    public void Clients_weigh_the_same_and_the_server_rate_scales_their_mean()
    {
        Assert.Equal(
            0, new OneBias(new Scaffold(), OneBias.FullBatch, "L1Loss", 0, [1000, 1000, 1000], [-1000]).Round(), 1e-6f);
        Assert.Equal(
            0.2f, new OneBias(new Scaffold { ServerLearningRate = 2 }, OneBias.FullBatch, "L1Loss", 0, [1000], [1000]).Round(), 1e-6f);
    }

    /// <summary>Steps of +0.1 at a client of three samples and of -0.1 at one of one: (3 · 0.1 - 0.1) / 4 = 0.05. Their control variates,
    /// -1 and +1, weigh the same all the same: c = 0.</summary>
    [Fact]
    public void By_samples_larger_clients_weigh_more_in_the_model_and_not_in_the_control_variate()
    {
        var run = new OneBias(new Scaffold { WeightBySamples = true }, OneBias.FullBatch, "L1Loss", 0, [1000, 1000, 1000], [-1000]);

        Assert.Equal(0.05f, run.Round(), 1e-6f);
        Assert.Equal(0, run.State.Slots["control"].Values[1], 1e-5f);
    }

    /// <summary>(b - 0)^2 of one sample and (b - 2)^2 of three: their mean has its minimum at 1, their mean by samples at 1.5. Clients
    /// weigh the same in c, so it ends at 1.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public void The_fixed_point_is_that_of_equal_weights(bool bySamples)
    {
        var run = new OneBias(
            new Scaffold { WeightBySamples = bySamples }, OneBias.FullBatch with { LocalEpochs = 2 }, "MSELoss", 0, [0], [2, 2, 2]);

        var last = 0f;
        for (var round = 0; round < 200; round++) last = run.Round();

        Assert.Equal(1, last, 1e-4f);
    }

    /// <summary>Statistics of 10 over one sample and of 0 over 99: 0.1.</summary>
    [Fact]
    public void Running_statistics_are_the_mean_by_samples()
    {
        var layout = Replies.Start(0, 1).Layout;
        var zero = System.Collections.Immutable.ImmutableSortedDictionary<string, ReadOnlyMemory<float>>.Empty
            .Add("control", new float[layout.ParameterCount]);
        var scaffold = new Scaffold();
        var fold = scaffold.BeginRound(
            scaffold.Initialize(Replies.Start(0, 1)), new(1, 2, 2, 0.1, Mask.Dense(layout)));
        fold.Add(Replies.Of(1, "loss", 0, 0, 10) with { Vectors = zero });
        fold.Add(Replies.Of(99, "loss", 0, 0, 0) with { Vectors = zero });

        Assert.Equal(0.1f, fold.End().Weights.Values[^1], 1e-6f);
    }

    /// <summary>One step on all samples has the gradient on all samples.</summary>
    [Fact]
    public void The_options_agree_where_a_round_is_one_step()
    {
        OneBias[] runs = [.. ((bool[])[false, true]).Select(optionOne => new OneBias(
            new Scaffold { FullGradient = optionOne }, OneBias.FullBatch, "MSELoss", 0, [0.3f, 1], [-2], [5, 1, 2]))];

        foreach (var cohort in (int[][])[[0, 1, 2], [0, 2], [1, 2], [0, 1], [0, 1, 2]])
            Assert.Equal(runs[0].Round(cohort), runs[1].Round(cohort), 1e-5f);
    }

    /// <summary>All control variates are 0 in round 1, and clients of equal size weigh the same in both.</summary>
    [Fact]
    public async Task The_first_round_is_one_of_FedAvg()
    {
        var experiment = Tiny with { Rounds = 1, CohortFraction = 1 };

        var scaffold = await TinyFederation.RunAsync(experiment);
        var average = await TinyFederation.RunAsync(experiment with { Algorithm = "fedavg" });
        var second = await TinyFederation.RunAsync(experiment with { Rounds = 2 });

        var (a, b) = (scaffold.Global.ToArray(), average.Global.ToArray());
        for (var i = 0; i < a.Length; i++) Assert.Equal(b[i], a[i], 1e-5f);
        Assert.NotEqual(
            (await TinyFederation.RunAsync(experiment with { Rounds = 2, Algorithm = "fedavg" })).Global.Sha256(), second.Global.Sha256());
    }

    [Theory]
    // half floats: 2^-11 of a value, over rounds
    [InlineData(WireFormat.Fp32, 1e-5), InlineData(WireFormat.Fp16, 5e-3), InlineData(WireFormat.Int8, 5e-3)]
    public async Task While_all_clients_take_part_the_servers_control_variate_is_the_mean_of_theirs(WireFormat wire, double error)
    {
        var experiment = Tiny with { CohortFraction = 1, WireUp = wire, WireDown = wire };
        var store = new VolatileStore();

        var outcome = await TinyFederation.RunAsync(experiment, store: store);

        var server = outcome.Rounds[^1].State.Server.Slots["control"].Parameters;
        var largest = server.ToArray().Max(Math.Abs);
        Assert.True(largest > 1e-3f);
        for (var i = 0; i < server.Length; i++)
        {
            var mean = Enumerable.Range(0, experiment.Clients)
                .Average(client => store.Before(client, "control", int.MaxValue)!.Values.Span[i]);
            Assert.InRange(server[i], mean - error * largest, mean + error * largest);
        }
    }

    [Theory]
    [InlineData(WireFormat.Fp32), InlineData(WireFormat.Fp16), InlineData(WireFormat.Int8)]
    public void A_resumed_run_ends_as_an_unbroken_one_in_every_format(WireFormat wire)
    {
        var experiment = FinishedRuns.Small with
        {
            Algorithm = "scaffold",
            Optimizer = "SGD",
            LearningRate = 0.05,
            WireUp = wire,
            WireDown = wire,
            Rounds = 4,
            EvaluateEvery = 1,
            DenseRounds = 1
        };

        Assert.Equal(ResumedRuns.Unbroken(experiment, _folder["whole"]), ResumedRuns.Resumed(experiment, _folder["broken"], after: 2));
    }

    [Fact]
    public async Task Both_ways_cost_one_more_vector()
    {
        var dense = await TinyFederation.RunAsync(Tiny with { Algorithm = "fedavg", EvaluationScope = EvaluationScope.Global });
        var scaffold = await TinyFederation.RunAsync(Tiny with { EvaluationScope = EvaluationScope.Global });
        var vector = 4L * scaffold.Global.Layout.ParameterCount * 3; // three clients a round

        for (var round = 1; round < 4; round++) // in the first, c is 0 and is packed to nothing
        {
            Assert.InRange(
                scaffold.Rounds[round].Report.DownBytes - dense.Rounds[round].Report.DownBytes, 0.8 * vector, 1.05 * vector + 300);
            Assert.InRange(scaffold.Rounds[round].Report.UpBytes - dense.Rounds[round].Report.UpBytes, 0.8 * vector, 1.05 * vector + 300);
        }
    }

    [Theory]
    [InlineData("Adam", 0.0, "none", "Experiment.Optimizer SGD"), InlineData("SGD", 1.0, "none", "Experiment.MaxGradientNorm 0")]
    [InlineData("SGD", 0.0, "autoflip", "Experiment.MaskRefresh once")]
    public void Parts_that_make_no_sense_with_it_are_refused(string optimizer, double clipping, string pruner, string accepted)
    {
        var experiment = FinishedRuns.Small with
        {
            Algorithm = "scaffold",
            Optimizer = optimizer,
            MaxGradientNorm = clipping,
            Pruner = pruner,
            MaskRefresh = MaskRefresh.Cohort
        };

        var refused = Assert.Throws<AutoFlipException>(() => ExperimentRules.Check(experiment)); // before any data load

        Assert.Equal(ExitCode.BadRequest, refused.Code);
        Assert.EndsWith($"Accepted: {accepted}.", refused.Message, StringComparison.Ordinal);
    }
}
