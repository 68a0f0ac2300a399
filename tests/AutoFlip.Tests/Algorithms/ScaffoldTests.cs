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
    /// Losses |w + b - t| with targets far below and far above are linear: gradients +1 and -1 of w and b alike (input 1). η = 0.1 and two
    /// steps. Round 1: y = -0.2 and +0.2, c_k = (0 - y) / (2 · 0.1) = +1 and -1, c = 0. Round 2: g + c - c_k = 0, so no client moves; with
    /// the reversed sign they would by 0.4.
    /// </summary>
    [Fact]
    public void Control_variates_stop_the_drift_of_linear_losses()
    {
        var algorithm = new Scaffold();
        var network = TaskCodecTests.Linear(1);
        var state = algorithm.Initialize(Weights.Zeros(network.Layout));
        Notes[] memories = [new(), new()];
        List<float[]> trained = [];
        for (var round = 1; round <= 2; round++)
        {
            var fold = algorithm.BeginRound(state, new(round, 2, 2, 0.1, Mask.Dense(network.Layout)));
            for (var client = 0; client < 2; client++)
            {
                using var workspace = new Workspace(new Sgd());
                var task = new ClientTask(
                    ClientWork.Train, round, 0.1, state.Weights, Mask.Dense(network.Layout))
                { Vectors = state.Slots };
                var samples = new VectorSet(1, [1], Targets.Numbers([client == 0 ? -1000 : 1000]));
                var training = new LocalTraining(
                    new Experiment { BatchSize = 0 }, workspace, Catalog.Criteria["L1Loss"], network, task, client, samples, new[] { 0 },
                    memories[client], default);
                var outcome = algorithm.ClientUpdate(training, epochs: 2);
                trained.Add([.. training.Values]);
                fold.Add(new ClientReply
                {
                    Client = client,
                    ValueBytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(training.Values).ToArray(),
                    Vectors = outcome.Vectors
                });
            }
            state = fold.End();
        }

        float[][] expected = [[-0.2f, -0.2f], [0.2f, 0.2f], [0, 0], [0, 0]];
        foreach (var (got, meant) in trained.Zip(expected))
            for (var i = 0; i < 2; i++) Assert.Equal(meant[i], got[i], 1e-6f);
        Assert.Equal([1f, 1f], memories[0].Read("control")!.Select(c => MathF.Round(c, 5)));
        Assert.Equal([-1f, -1f], memories[1].Read("control")!.Select(c => MathF.Round(c, 5)));
        Assert.Equal([0f, 0f], state.Slots["control"].Values.ToArray().Select(c => MathF.Round(c, 5)));
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

    sealed class Notes : ClientMemory
    {
        readonly Dictionary<string, float[]> _notes = [];

        public override float[]? Read(string name) => _notes.TryGetValue(name, out var note) ? [.. note] : null;

        public override void Write(string name, ReadOnlySpan<float> vector) => _notes[name] = vector.ToArray();
    }
}
