using CsCheck;

namespace AutoFlip.Tests;

[Trait("speed", "slow")]
public sealed class MagnitudePrunerTests : IDisposable
{
    static readonly Network TwoCnn = Catalog.Models["TwoCNN"](new SampleShape(1, 12, 12), 10, new ModelOptions { HiddenSize = 4 });

    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    static Mask Prune(MagnitudePruner pruner, Weights weights, int round = 1, Mask? before = null) =>
        pruner.Prune(new(
            weights.Layout == TwoCnn.Layout ? TwoCnn : TaskCodecTests.Linear(weights.Layout.ParameterCount - 1), round, [], null,
            new Seeds(1))
        { First = 1, Weights = weights, Before = before });

    /// <summary>Half of 0.1 -0.9 0.3 -0.2 0.5 and the bias, 6 parameters: 3 stay, and a bias is never removed alone.</summary>
    [Fact]
    public void The_smallest_weights_go_whatever_their_sign()
    {
        var mask = Prune(
            new(new PruningPlan(0.5m, 0, 1, 1), GuidanceScale.None),
            new Weights(TaskCodecTests.Linear(5).Layout, [0.1f, -0.9f, 0.3f, -0.2f, 0.5f, 0]));

        Assert.Equal([1, 4, 5], Enumerable.Range(0, 6).Where(i => mask.Values[i]));
    }

    /// <summary>Zhu and Gupta's example: from 0.5 to 0.95, halfway: 0.95 - 0.45 / 8 = 0.89375.</summary>
    [Fact]
    public void The_schedule_is_cubic()
    {
        Assert.Equal(0.89375m, MagnitudePruner.Cubic(0.5m, 0.95m, 0.5m));
        Assert.Equal(0.5m, MagnitudePruner.Cubic(0.5m, 0.95m, 0));
        Assert.Equal(0.95m, MagnitudePruner.Cubic(0.5m, 0.95m, 1));
    }

    /// <summary>Four masks, three rounds apart, from round 5 on: in rounds 5, 8, 11 and 14.</summary>
    [Fact]
    public void Masks_are_made_at_the_interval_and_the_last_one_stays()
    {
        var pruner = new MagnitudePruner(new PruningPlan(0.5m, 0, 1, 1), GuidanceScale.None) { PruningSteps = 4, PruningInterval = 3 };

        Assert.Equal(
            [5, 5, 5, 8, 8, 8, 11, 11, 11, 14, 14, 14, 14], Enumerable.Range(5, 13).Select(round => pruner.MadeFor(round, first: 5)));
        Assert.Equal([5, 5, 5], Enumerable.Range(5, 3).Select(round => (pruner with { PruningSteps = 1 }).MadeFor(round, first: 5)));
    }

    [Theory]
    [InlineData(0.0, GuidanceScale.None), InlineData(0.0, GuidanceScale.Rank), InlineData(0.5, GuidanceScale.Rank)]
    [InlineData(1.0, GuidanceScale.None), InlineData(1.0, GuidanceScale.Rank)]
    [InlineData(1.0, GuidanceScale.Rank, 8), InlineData(0.5, GuidanceScale.None, 8), InlineData(1.0, GuidanceScale.Robust, 8)]
    public void What_is_removed_stays_removed_and_each_step_keeps_its_share(double structured, GuidanceScale scale, int multiple = 1) =>
        Gen.Select(Gen.Decimal[0.1m, 0.9m], Gen.ULong, Gen.Int[1, 6]).Sample((fraction, seed, steps) =>
    {
        var pruner = new MagnitudePruner(new PruningPlan(fraction, structured, 1, multiple), scale) { PruningSteps = steps };
        Mask? before = null;
        for (var step = 1; step <= steps; step++)
        {
            var weights = Masks.Values(TwoCnn.Layout, seed + (ulong)step); // others at every step
            var mask = Prune(pruner, weights, step, before);

            var most = PruningPlan.KeptCount(MagnitudePruner.Cubic(0, fraction, (decimal)step / steps), mask.Count);
            Assert.InRange(mask.Kept, structured == 0 ? most : most / 2, most);
            for (var i = 0; before is not null && i < mask.Layout.Count; i++) Assert.True(before.Values[i] || !mask.Values[i]);
            Assert.True(before is null || Masks.AreWithin(mask.Units, before.Units));
            if (before is not null) AssertInOrder(TwoCnn, weights, before, mask);
            before = mask;
        }
    }, iter: 20);

    /// <summary>Of the units of a group the lowest go: by mean |w| over what is left of their inputs, and their bias.</summary>
    static void AssertInOrder(Network network, Weights weights, Mask before, Mask after)
    {
        var left = before.Shrink(network);
        float[] magnitudes = [.. before.Shrink(weights).Parameters.ToArray().Select(Math.Abs)];
        foreach (var (g, means) in UnitScores.MeansOf(left, magnitudes).Index())
        {
            var (had, has) = (before.Units?.Kept[g] ?? Selection.All(network.Groups[g].Width), after.Units?.Kept[g]);
            if (has is null) continue;
            int[] units = [.. Enumerable.Range(0, had.Count).Where(unit => had[unit])];
            var gone = units.Index().Where(unit => !has[unit.Item]).Select(unit => means[unit.Index]).DefaultIfEmpty(float.MinValue).Max();
            var kept = units.Index().Where(unit => has[unit.Item]).Select(unit => means[unit.Index]).Min();
            Assert.True(gone <= kept, $"{network.Groups[g]}: a unit of {gone} went and one of {kept} stays");
        }
    }

    /// <summary>No unit comes back, and a step keeps what its schedule says: blocks of units are of another size in each step here (the
    /// default, in a network too small for blocks of eight).</summary>
    [Fact]
    public void Steps_of_blocks_of_units_remove_no_more_than_planned()
    {
        var network = Catalog.Models["TwoCNN"](new SampleShape(1, 8, 8), 10, new ModelOptions { HiddenSize = 16 });
        var pruner = new MagnitudePruner(new PruningPlan(0.6m, 1, 1, 8) { UnitsOnly = true }, GuidanceScale.Auto) { PruningSteps = 3 };
        var weights = Masks.Values(network.Layout, 1);
        Mask? before = null;
        for (var round = 1; round <= 3; round++)
        {
            var mask = pruner.Prune(new(network, round, [], null, new Seeds(1)) { First = 1, Weights = weights, Before = before });

            Assert.InRange(mask.Density - (1 - (double)pruner.PlanOf(round, 1).Fraction), 0, 0.025);
            Assert.True(before is null || Masks.AreWithin(mask.Units, before.Units));
            before = mask;
        }
    }

    /// <summary>What a removed weight was last does not count: unit 0 has 0.1 left and had 9 beside it, unit 1 has 0.4.</summary>
    [Fact]
    public void Weights_that_are_gone_have_no_part_in_the_score_of_their_unit()
    {
        var network = new NetworkBuilder("two", new SampleShape(1, 1, 2)).Flatten().Linear(2).ReLU().Linear(1).Build(1);
        var pruner = new MagnitudePruner(new PruningPlan(0.5m, 1, 1, 1) { UnitsOnly = true }, GuidanceScale.None) { PruningSteps = 2 };
        var weights = new Weights(network.Layout, [0.1f, 9, 0.4f, 0.1f, 0, 0, 1, 1, 0]);
        var first = Mask.OfWeights(network.Layout, Selection.Of([true, false, true, false, true, true, true, true, true]));

        var mask = pruner.Prune(new(network, 2, [], null, new Seeds(1)) { First = 1, Weights = weights, Before = first });

        var units = mask.Units!.Kept[network.Groups.IndexOf(network.Groups.Single(group => !group.IsFixed))];
        Assert.Equal([1], Enumerable.Range(0, 2).Where(unit => units[unit]));
    }

    /// <summary>128 and 64 units in blocks of eight, or of four where eight leave too many single weights: the third of five steps leaves
    /// 84 and 40. The next one goes on in blocks of eight, the smaller one of the lowest units.</summary>
    [Fact]
    public void A_block_that_is_smaller_than_others_has_the_lowest_units()
    {
        var network = new NetworkBuilder("wide", new SampleShape(1, 8, 8))
            .Flatten().Linear(128).ReLU().Linear(64).ReLU().Linear(10).Build(10);
        var pruner = new MagnitudePruner(new PruningPlan(0.5m, 1, 1, 8), GuidanceScale.Rank) { PruningSteps = 5 };
        var weights = Masks.Values(network.Layout, 3);
        Mask? before = null;
        var widths = new List<string>();
        for (var round = 1; round <= 5; round++)
        {
            var mask = pruner.Prune(new(network, round, [], null, new Seeds(1)) { First = 1, Weights = weights, Before = before });
            if (before is not null) AssertInOrder(network, weights, before, mask);
            before = mask;
            widths.Add(string.Join(' ', mask.Shrink(network).Groups.Where(group => !group.IsFixed).Select(group => group.Width)));
        }
        Assert.Contains("84 40", widths);
    }

    /// <summary>Two layers of 64 units whose weights are drawn alike lose about as many: a layer whose inputs are fewer does not look
    /// weaker.</summary>
    [Fact]
    public void Layers_that_have_lost_inputs_are_judged_by_the_others()
    {
        var network = new NetworkBuilder("deep", new SampleShape(1, 8, 8))
            .Flatten().Linear(64).ReLU().Linear(64).ReLU().Linear(64).Build(64);
        var pruner = new MagnitudePruner(new PruningPlan(0.7m, 1, 1, 1), GuidanceScale.None) { PruningSteps = 4 };
        var weights = Masks.Values(network.Layout, 5);
        Mask? before = null;
        for (var round = 1; round <= 4; round++)
            before = pruner.Prune(new(network, round, [], null, new Seeds(1)) { First = 1, Weights = weights, Before = before });

        int[] widths = [.. before!.Shrink(network).Groups.Where(group => !group.IsFixed).Select(group => group.Width)];
        Assert.InRange(widths[0] - widths[1], -12, 12);
    }

    /// <summary>Quartiles of a tensor of which more than three quarters are gone would all be 0.</summary>
    [Fact]
    public void Scales_are_of_what_is_left()
    {
        var layout = TaskCodecTests.Linear(10).Layout; // and a bias
        var kept = Selection.Of([.. Enumerable.Range(0, 11).Select(i => i is 7 or 9 or 10)]);
        float[] scores = [0, 0, 0, 0, 0, 0, 0, 4, 0, 2, 1];

        GuidanceScaling.Scale(layout, scores, GuidanceScale.Robust, kept); // median 3, quartiles 2.5 and 3.5

        Assert.Equal([1, -1], [scores[7], scores[9]]);
    }

    [Theory]
    [InlineData(WireFormat.Fp32, 1), InlineData(WireFormat.Fp16, 1), InlineData(WireFormat.Int8, 1), InlineData(WireFormat.Fp32, 3)]
    public async Task A_run_that_goes_on_from_a_state_has_its_mask_and_ends_in_the_same_model(WireFormat wire, int steps)
    {
        var experiment = TinyFederation.Experiment with
        {
            Pruner = "magnitude",
            Rounds = 5,
            DenseRounds = 1,
            WireUp = wire,
            WireDown = wire
        };
        var pruner = new MagnitudePruner(PruningPlan.Of(experiment), GuidanceScale.Rank) { PruningSteps = steps };
        var store = new VolatileStore();

        var whole = await TinyFederation.RunAsync(experiment, pruner: pruner);

        Assert.Equal(1, whole.Rounds[0].Report.Density);
        Assert.Equal(steps, whole.Rounds.Select(round => round.Report.Mask).OfType<string>().Distinct().Count());
        Assert.Equal(0.7, whole.Rounds[^1].Report.Density, 0.02);
        if (wire == WireFormat.Int8) return; // clients' residuals are in files there: the run below
        var rest = await TinyFederation.RunAsync(experiment, pruner: pruner, from: whole.Rounds[2].State);
        Assert.Equal(whole.Global.Sha256(), rest.Global.Sha256());
    }

    [Theory]
    [InlineData(WireFormat.Fp32, PruningKind.Structured), InlineData(WireFormat.Int8, PruningKind.Unstructured)]
    [InlineData(WireFormat.Fp16, PruningKind.Hybrid)]
    public void A_resumed_run_ends_as_an_unbroken_one(WireFormat wire, PruningKind pruning)
    {
        var experiment = FinishedRuns.Small with
        {
            Pruner = "magnitude",
            Pruning = pruning,
            StructuredShare = 0.5,
            WireUp = wire,
            WireDown = wire,
            Rounds = 4,
            DenseRounds = 1
        };

        Assert.Equal(ResumedRuns.Unbroken(experiment, _folder["whole"]), ResumedRuns.Resumed(experiment, _folder["broken"], after: 2));
    }

    [Fact]
    public void A_mask_comes_back_from_a_saved_state() => Masks.OfAll.Sample(mask =>
    {
        if (mask.Units is null) return;
        var back = SavedMask.Unpack(SavedMask.Pack(mask), mask.Units.Network, "test");

        Assert.Equal(mask.Values, back.Values);
        Assert.Equal(WireMask.Of(mask).Hash, WireMask.Of(back).Hash);
    });

    [Fact]
    public void A_damaged_mask_is_refused()
    {
        var whole = SavedMask.Pack(Prune(new(new PruningPlan(0.5m, 0.5, 1, 1), GuidanceScale.Rank), Masks.Values(TwoCnn.Layout, 1)));
        foreach (var (at, value) in ((int, float)[])[(0, 1), (1, 3), (2, float.NaN), (3, 0.5f), (5, 70000), (9, whole[9] + 1)])
        {
            var damaged = whole.ToArray();
            damaged[at] = value;
            Assert.Equal(ExitCode.BadData, Assert.Throws<AutoFlipException>(() => SavedMask.Unpack(damaged, TwoCnn, "test")).Code);
        }
        Assert.Throws<AutoFlipException>(() => SavedMask.Unpack([], TwoCnn, "test"));
    }
}
