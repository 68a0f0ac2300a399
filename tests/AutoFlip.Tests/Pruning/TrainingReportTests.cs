using CsCheck;

namespace AutoFlip.Tests;

/// <summary>Scores that clients report of their ordinary training, in place of an exploration of its own.</summary>
public sealed class TrainingReportTests : IDisposable
{
    static readonly Experiment Tiny = TinyFederation.Experiment with
    {
        DenseRounds = 2,
        Pruning = PruningKind.Structured,
        UnitMultiple = 1
    };

    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    static AutoFlipPruner Pruner(Experiment experiment) => (AutoFlipPruner)Catalog.Pruners["autoflip"](experiment);

    /// <summary>Two dense rounds, masks from round 3 on; six clients, three a round.</summary>
    [Theory]
    [InlineData(1, false, new[] { 2 }), InlineData(2, false, new[] { 1, 2 })]
    [InlineData(9, false, new[] { 1, 2 }), InlineData(1, true, new[] { 2 })]
    public async Task Clients_report_in_the_last_dense_rounds_and_in_no_other(int rounds, bool everyone, int[] reporting)
    {
        var experiment = Tiny.WithOption("scoreRounds", rounds).WithOption("explorationRound", everyone);
        var log = new Log();

        var outcome = await TinyFederation.RunAsync(experiment, wrap: inner => log.Around(inner));

        Assert.Equal(reporting, log.Replies.Where(reply => reply.Report > 0).Select(reply => reply.Round).Distinct());
        Assert.DoesNotContain(log.Replies, reply => reply.Work == ClientWork.Explore);
        Assert.Equal(
            everyone ? [3, 6, 3, 3] : [3, 3, 3, 3], outcome.Rounds.Select(round => round.Report.Cohort.Length));
        Assert.Equal(
            log.Replies.Count(reply => reply.Report > 0), ReportSum.CountOf(outcome.Rounds[^1].State.Memory));
        Assert.True(outcome.Rounds[^1].Mask.Density < 0.75);
        Assert.Null((await TinyFederation.RunAsync(Tiny)).Rounds[^1].State.Memory);
    }

    /// <summary>As many numbers as TwoNN has units in its three groups (inputs and classes too): 16 + 8 + 8 + 3 at most; else one
    /// per parameter: where single weights have a share, where eight units at once are too many for layers of eight, and under agreement,
    /// because |mean| is not a mean of |.|.</summary>
    [Fact]
    public void Units_are_scored_where_units_are_enough_and_weights_elsewhere()
    {
        var network = TinyFederation.Network(Tiny);
        var units = network.Groups.Sum(group => group.Width);
        var hybrid = Tiny with { Pruning = PruningKind.Hybrid };

        Assert.InRange(units, 16, 35);
        foreach (var few in (Experiment[])[Tiny, hybrid]) Assert.Equal((units, units), Lengths(few));
        Experiment[] many =
        [
            hybrid with { StructuredShare = 0.5 }, hybrid with { UnitMultiple = 8, FitUnits = false }, Tiny with { Guidance = "agreement" },
        ];
        foreach (var one in many) Assert.Equal((network.Layout.ParameterCount, network.Layout.ParameterCount), Lengths(one));

        (int Report, int Explored) Lengths(Experiment experiment) => (
            Pruner(experiment.WithOption("scoreRounds", 1)).Probe(new(2, 3, network))!.Parts.Sum(part => part.Length),
            Pruner(experiment).ScoreParts(network).Sum());
    }

    /// <summary>The mask beside: units alone decide, so that the removed single weights are of the lowest unit that is left.</summary>
    [Theory, InlineData(WireFormat.Fp32), InlineData(WireFormat.Fp16), InlineData(WireFormat.Int8)]
    public async Task Explorers_return_scores_of_units_in_any_format(WireFormat wire)
    {
        var experiment = Tiny with { Pruning = PruningKind.Hybrid, WireUp = wire, WireDown = wire };
        var units = TinyFederation.Network(experiment).Groups.Sum(group => group.Width);
        var log = new Log();

        var outcome = await TinyFederation.RunAsync(experiment, wrap: inner => log.Around(inner));
        var three = await TinyFederation.RunAsync(experiment, workers: 3);

        var explored = log.Replies.Where(reply => reply.Work == ClientWork.Explore).ToArray();
        Assert.NotEmpty(explored);
        Assert.Every(explored, reply => Assert.Equal(4 * units, reply.Values));
        var mask = outcome.Rounds[^1].Mask;
        Assert.Equal(PruningPlan.KeptCount(experiment.PruneFraction, mask.Count), mask.Kept);
        Assert.Equal(outcome.Global.Sha256(), three.Global.Sha256());
    }

    /// <summary>The mean of linear scores commutes with the mean over a unit: floats differ in the last places only.</summary>
    [Theory, InlineData("saliency"), InlineData("fisher"), InlineData("deviation")]
    public async Task Scores_of_units_are_the_means_of_scores_of_weights(string guidance)
    {
        var network = TinyFederation.Network(Tiny);
        var experiment = Tiny.WithOption("scoreRounds", 2) with { Guidance = guidance };

        var units = await MemoryOf(experiment);
        var weights = await MemoryOf(experiment with { Pruning = PruningKind.Unstructured });

        float[] want = [.. UnitScores.MeansOf(network, ReportSum.MeanOf(weights)).SelectMany(means => means)];
        var got = ReportSum.MeanOf(units);
        Assert.Contains(want, score => score > 0);
        for (var i = 0; i < want.Length; i++) Assert.InRange(got[i], want[i] * (1 - 1e-4f), want[i] * (1 + 1e-4f));

        static async Task<float[]> MemoryOf(Experiment experiment) =>
            (await TinyFederation.RunAsync(experiment with { Rounds = 3 })).Rounds[1].State.Memory!;
    }

    /// <summary>|w g| of two steps at known values: means of (|1·2| + |-3·1|)/2 and (|2·-1| + |2·0|)/2.</summary>
    [Fact]
    public void Saliency_is_the_mean_over_steps_of_the_weight_times_its_gradient()
    {
        var layout = TaskCodecTests.Linear(1).Layout; // a weight and a bias
        var probe = new SaliencyGuidance().Measure(layout);

        probe.Observe([1, 2], [2, -1]);
        probe.Observe([-3, 2], [1, 0]);

        Assert.Equal([2.5f, 1], probe.Report([0, 0], [5, 5]));
        Assert.Equal([4, 0.25f], new DeviationGuidance().Measure(layout).Report([1, 0.5f], [3, 1]));
        Assert.Equal([2, -0.5f], new AgreementGuidance().Measure(layout).Report([1, 1], [3, 0.5f]));
    }

    /// <summary>Nothing is pruned, and everybody takes part in each round: the exploration round is one of FedAvg.</summary>
    [Fact]
    public async Task Measuring_changes_no_bit_of_the_model()
    {
        var experiment = Tiny with { CohortFraction = 1, PruneFraction = 0, Pruning = PruningKind.Hybrid };

        var measured = await TinyFederation.RunAsync(experiment.WithOption("scoreRounds", 1).WithOption("explorationRound", true));
        var plain = await TinyFederation.RunAsync(experiment with { Pruner = Experiment.NoPruner });

        Assert.NotNull(measured.Rounds[1].State.Memory);
        Assert.Equal(plain.Global.Sha256(), measured.Global.Sha256());
    }

    [Theory]
    [InlineData(PruningKind.Structured, WireFormat.Fp32), InlineData(PruningKind.Structured, WireFormat.Int8)]
    [InlineData(PruningKind.Hybrid, WireFormat.Fp16), InlineData(PruningKind.Unstructured, WireFormat.Int8)]
    public async Task Workers_do_not_matter_in_any_format(PruningKind pruning, WireFormat wire)
    {
        var experiment = Tiny.WithOption("scoreRounds", 2) with { Pruning = pruning, WireUp = wire, WireDown = wire };

        var one = await TinyFederation.RunAsync(experiment);
        var three = await TinyFederation.RunAsync(experiment, workers: 3);

        Assert.Equal(one.Global.Sha256(), three.Global.Sha256());
    }

    /// <summary>Broken off between the reports and the mask (round 2 of 3 dense ones), and after the mask (4).</summary>
    [Theory]
    [InlineData(2, PruningKind.Structured, WireFormat.Fp32), InlineData(4, PruningKind.Structured, WireFormat.Int8)]
    [InlineData(2, PruningKind.Hybrid, WireFormat.Fp16), InlineData(4, PruningKind.Unstructured, WireFormat.Fp32)]
    public void A_resumed_run_ends_as_an_unbroken_one(int after, PruningKind pruning, WireFormat wire)
    {
        var experiment = FinishedRuns.Small.WithOption("scoreRounds", 2) with
        {
            DenseRounds = 3,
            Rounds = 5,
            EvaluateEvery = 1,
            Pruning = pruning,
            WireUp = wire,
            WireDown = wire,
        };

        Assert.Equal(ResumedRuns.Unbroken(experiment, _folder["whole"]), ResumedRuns.Resumed(experiment, _folder["broken"], after));
    }

    /// <summary>Of three clients, 0.7 are two; all three are explorers.</summary>
    [Theory, InlineData(false, 2), InlineData(true, 3)]
    public void The_guidance_of_units_is_written_and_nobody_explores(bool everyone, int clients)
    {
        var scored = FinishedRuns.Small.WithOption("scoreRounds", 1).WithOption("explorationRound", everyone);
        var experiment = scored with { DenseRounds = 1, Pruning = PruningKind.Structured };
        ResumedRuns.Unbroken(experiment, _folder["run"]);
        var run = Assert.Single(Directory.GetDirectories(_folder["run"]));

        var record = RunRecord.Load(run);

        Assert.Empty(record.Explorers);
        Assert.Equal(clients, record.Guidance!.Explorers);
        Assert.Contains(record.Guidance.Tensors, tensor => tensor.Count.Sum() > 0);
    }

    /// <summary>Without a dense round nothing can be scored before the first mask, and a mask per cohort needs each
    /// explorer's own scores.</summary>
    [Fact]
    public void Runs_without_dense_rounds_or_with_masks_per_cohort_explore()
    {
        foreach (var scored in (Experiment[])[Tiny.WithOption("explorationRound", true), Tiny.WithOption("scoreRounds", 1)])
        {
            Assert.True(Pruner(scored).HasReports);
            Assert.False(Pruner(scored).Explores);
        }
        Experiment[] others = [Tiny, Tiny with { DenseRounds = 0 }, Tiny with { MaskRefresh = MaskRefresh.Cohort }];
        foreach (var other in others)
        {
            Assert.True(Pruner(other).Explores);
            Assert.Null(Pruner(other).Probe(new(2, other.FirstPrunedRound, TinyFederation.Network(other))));
        }
    }

    /// <summary>A report costs its values and some bytes around each part; everything else of the reply is as before.</summary>
    [Fact]
    public async Task A_report_costs_its_values()
    {
        var silent = await TinyFederation.RunAsync(Tiny with { Pruner = Experiment.NoPruner });
        var reporting = await TinyFederation.RunAsync(Tiny.WithOption("scoreRounds", 1));
        var units = TinyFederation.Network(Tiny).Groups.Sum(group => group.Width);

        Assert.Equal(silent.Rounds[0].Report.UpBytes, reporting.Rounds[0].Report.UpBytes);
        Assert.InRange(reporting.Rounds[1].Report.UpBytes - silent.Rounds[1].Report.UpBytes, 3 * 2 * units, 3 * (4 * units + 20));
    }

    sealed class Log
    {
        public List<(int Round, ClientWork Work, int Report, int Values)> Replies { get; } = [];

        public IClientTransport Around(IClientTransport inner) => Tap.Look(inner, (task, reply) =>
            Replies.Add((task.Round, task.Work, reply.Report.Length, reply.ValueBytes.Length)));
    }
}
