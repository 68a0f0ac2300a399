namespace AutoFlip.Tests;

public sealed class SnipPrunerTests : IDisposable
{
    static readonly Experiment Tiny = TinyFederation.Experiment with
    {
        Pruner = "snip",
        Pruning = PruningKind.Unstructured,
        DenseRounds = 1,
        KeepNorm = false
    };

    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>s_1 = (4, 1, 2, 0) of 1 sample and s_2 = (0, 3, 1, 2) of 3: s = (4, 10, 5, 6) / 4. Half of the weights are 1 and
    /// 3.</summary>
    [Fact]
    public void Clients_weigh_by_their_samples()
    {
        var log = new MemoryScores();
        Add(1, 3, [0, 9, 3, 6, 0]); // n_k s_k: the order of replies does not matter
        Add(0, 1, [4, 1, 2, 0, 0]);

        var mask = new SnipPruner(new PruningPlan(0.4m, 0, 1, 1)).Prune(new(TaskCodecTests.Linear(4), 1, [], log, new Seeds(1)));

        Assert.Equal([1, 3, 4], Enumerable.Range(0, 5).Where(i => mask.Values[i])); // and the bias

        void Add(int client, int samples, float[] scores) => log.Add(new ClientReply
        {
            Client = client,
            Examples = samples,
            ValueBytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(scores.AsSpan()).ToArray()
        });
    }

    /// <summary>2x - 1 at two samples of x = 1 with targets 0 and -1: residuals 1 and 2, both gradients (2 + 4) / 2 = 3, and
    /// 2 |w ⊙ g| = (12, 6).</summary>
    [Fact]
    public void An_explorer_scores_weights_by_the_size_of_weight_times_gradient()
    {
        var experiment = OneBias.FullBatch;
        var network = TaskCodecTests.Linear(1);
        var weights = new Weights(network.Layout, [2, -1]);
        using var workspace = Workspace.Of(experiment);
        var training = new LocalTraining(
            experiment, workspace, Catalog.Criteria["MSELoss"], network,
            new ClientTask(ClientWork.Explore, 1, 0.1, weights, Mask.Dense(network.Layout)), 0,
            new VectorSet(1, [1, 1], Targets.Numbers([0, -1])), new[] { 0, 1 }, new NoMemory(), default);

        Assert.Equal([12f, 6], new SnipPruner(new PruningPlan(0.5m, 0, 1, 1)).Explore(training));
        Assert.Equal(weights.Values, training.Values);
    }

    /// <summary>One pass through a batch of each explorer at the model of the dense round, and no step.</summary>
    [Theory, InlineData(PruningKind.Unstructured), InlineData(PruningKind.Structured), InlineData(PruningKind.Hybrid)]
    public async Task Explorers_score_one_batch_and_the_mask_stays(PruningKind pruning)
    {
        var asked = new List<(ClientWork Work, long Samples)>();

        var outcome = await TinyFederation.RunAsync(
            Tiny with { Pruning = pruning, UnitMultiple = 1, PruneFraction = 0.6m }, wrap: inner => Tap.Look(
                inner, (task, reply) => asked.Add((task.Work, reply.TrainSamples))));

        var explored = asked.Where(reply => reply.Work == ClientWork.Explore).ToList();
        Assert.Equal(6, explored.Count);
        Assert.Every(explored, reply => Assert.Equal(Tiny.BatchSize, reply.Samples));
        Assert.Single(outcome.Rounds.Skip(1).Select(round => round.Report.Mask).Distinct());
        Assert.Equal(0.4, outcome.Rounds[^1].Report.Density, pruning == PruningKind.Structured ? 0.1 : 0.01);
    }

    [Theory, InlineData(WireFormat.Fp32), InlineData(WireFormat.Fp16), InlineData(WireFormat.Int8)]
    public async Task Workers_do_not_matter_and_a_removed_weight_never_moves(WireFormat wire)
    {
        var experiment = Tiny with { WireUp = wire, WireDown = wire };

        var one = await TinyFederation.RunAsync(experiment);
        var three = await TinyFederation.RunAsync(experiment, workers: 3);

        Assert.Equal(one.Global.Sha256(), three.Global.Sha256());
        var mask = one.Rounds[^1].Mask;
        var (start, end) = (one.Rounds[1].Start, one.Rounds[^1].State.Server.Weights);
        Assert.True(mask.Kept < mask.Count);
        for (var i = 0; i < mask.Count; i++)
            if (!mask.Values[i]) Assert.Equal(start.Values[i], end.Values[i]);
    }

    [Theory, InlineData(0, 1), InlineData(2, 1), InlineData(2, 3)]
    public void A_resumed_run_ends_as_an_unbroken_one(int dense, int after)
    {
        var experiment = FinishedRuns.Small with { Pruner = "snip", Rounds = 5, DenseRounds = dense, EvaluateEvery = 1 };

        Assert.Equal(ResumedRuns.Unbroken(experiment, _folder["whole"]), ResumedRuns.Resumed(experiment, _folder["broken"], after));
    }
}
