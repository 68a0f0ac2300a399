using CsCheck;

namespace AutoFlip.Tests;

/// <summary>What holds for every pruner that swaps weights, and for FLASH, whose mask stays.</summary>
[Trait("speed", "slow")]
public sealed class SwappingPrunerTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Names => ["prunefl", "fedtiny", "fedmef", "fedrts", "feddst"];

    /// <summary>α = .4 and T_end = 300: .4, .2 and 0.</summary>
    [Fact]
    public void The_share_falls_by_a_cosine()
    {
        var pruner = new PruneFlPruner(new PruningPlan(0.5m, 0, 1, 1));

        Assert.Equal(0.4, pruner.ShareAfter(0));
        Assert.Equal(0.2, pruner.ShareAfter(150), 1e-15);
        Assert.Equal([0.0, 0], ((int[])[300, 301]).Select(pruner.ShareAfter));
        Assert.Equal([4, 2, 3, 0], [pruner.Swaps(10, 90, 0), pruner.Swaps(10, 90, 150), pruner.Swaps(10, 3, 0), pruner.Swaps(10, 90, 300)]);
    }

    /// <summary>First mask in round 3, ΔT 4, T_end 9: adjusted in rounds 7 and 11, and not in 15.</summary>
    [Fact]
    public void Masks_are_adjusted_at_the_interval_until_the_end()
    {
        var pruner = new PruneFlPruner(new PruningPlan(0.5m, 0, 1, 1)) { AdjustmentInterval = 4, AdjustmentEnd = 9 };

        Assert.Equal([3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11, 11, 11], Enumerable.Range(3, 14).Select(round => pruner.MadeFor(round, 3)));
        Assert.Equal([7, 11], Enumerable.Range(1, 40).Where(round => pruner.IsAdjusted(round, 3)));
        Assert.Equal(3, (pruner with { AdjustmentRatio = 0 }).MadeFor(20, 3));
        Assert.DoesNotContain(Enumerable.Range(1, 40), round => (pruner with { AdjustmentRatio = 0 }).IsAdjusted(round, 3));
        Assert.InRange(pruner.MadeFor(int.MaxValue, 1), 9, 9);
    }

    /// <summary>The first mask in round 2: it would be adjusted in round 12 of 11.</summary>
    [Theory, InlineData(11, true), InlineData(12, false)]
    public void A_mask_that_is_never_adjusted_is_named_before_the_run(int rounds, bool isWarned)
    {
        var experiment = TinyFederation.Experiment with { Pruner = "fedtiny", DenseRounds = 1, Rounds = rounds };

        Assert.Equal(
            isWarned ? ["Experiment.Pruner fedtiny: its mask is never adjusted in these 11 rounds, with Options.AdjustmentInterval 10 and "
                + "Options.AdjustmentEnd 300 from round 2 on."] : [],
            Catalog.Pruners["fedtiny"](experiment.WithOption("adjustmentEnd", isWarned ? 300 : 11))
                .Warns(experiment, TinyFederation.Network(experiment)));
    }

    /// <summary>The first mask in round 2 of 102: after 100 of 200 rounds a cosine is halfway, at 0.4 / 2. With an interval of 50 and an
    /// end at 100 or 150, the adjustments after 50 and 100 rounds are all that there are.</summary>
    [Theory, InlineData(200, 10, true), InlineData(100, 10, false), InlineData(110, 10, false), InlineData(100, 50, false)]
    [InlineData(150, 50, false), InlineData(200, 50, true)]
    public void A_mask_that_is_adjusted_until_the_end_is_named_before_the_run(int end, int interval, bool isWarned)
    {
        var experiment = (TinyFederation.Experiment with { Pruner = "fedtiny", DenseRounds = 1, Rounds = 102 })
            .WithOption("adjustmentEnd", end).WithOption("adjustmentInterval", interval);

        Assert.Equal(
            isWarned ? ["Experiment.Pruner fedtiny: its mask is adjusted until the run ends, and the last adjustment still swaps "
                + "20 % of the layers it adjusts: Options.AdjustmentEnd 200 is more than the 100 rounds after the first mask."] : [],
            Catalog.Pruners["fedtiny"](experiment).Warns(experiment, TinyFederation.Network(experiment)));
    }

    /// <summary>Masks in rounds 2, 5 and 8.</summary>
    [Theory, InlineData(7, true), InlineData(8, false)]
    public void A_schedule_that_does_not_end_in_the_run_is_named_before_it(int rounds, bool isWarned)
    {
        var experiment = (TinyFederation.Experiment with { Pruner = "magnitude", DenseRounds = 1, Rounds = rounds })
            .WithOption("pruningSteps", 3).WithOption("pruningInterval", 3);

        Assert.Equal(
            isWarned ? ["Experiment.PruneFraction 0.3 is not reached: the last of Options.PruningSteps 3 masks would be made in round 8, "
                + "after the last of 7."] : [],
            Catalog.Pruners["magnitude"](experiment).Warns(experiment, TinyFederation.Network(experiment)));
    }

    /// <summary>w = (.1, 1, 0, 0) under 1100: half of two goes, which is the first. Its gradient of 100 is the largest, and 3 comes: of
    /// what was removed before.</summary>
    [Fact]
    public void What_goes_does_not_come_at_once() =>
        Assert.Equal([0, 1, 0, 1], Swaps.Swap([0.1f, 1, 0, 0], [100, 0, 2, 3], [1, 1, 0, 0], 0.5));

    /// <summary>w = (10, 1, 0, 0) and g² = (100, 1, 100, 0): 1 goes, and 100 comes.</summary>
    [Fact]
    public void The_largest_squared_gradient_comes() =>
        Assert.Equal([1, 0, 1, 0], Swaps.Swap([10, 1, 0, 0], [100, 1, 100, 0], [1, 1, 0, 0], 0.5));

    [Fact]
    public void Of_equal_weights_the_lower_index_stays_and_of_equal_gradients_it_comes() =>
        Assert.Equal([1, 0, 1, 0], Swaps.Swap([-2, 2, 0, 0], [0, 0, -1, 1], [1, 1, 0, 0], 0.5));

    [Fact]
    public void A_swap_changes_no_count_and_brings_only_what_was_removed() =>
        Gen.Select(Gen.Int[2, 60], Gen.Double[0, 0.99], Gen.ULong).Sample((count, share, seed) =>
    {
        var random = new KeyedRandom(seed);
        int[] mask = [.. Enumerable.Range(0, count).Select(_ => random.Next(2))];
        float[] Draw() => [.. Enumerable.Range(0, count).Select(_ => (float)random.NextGaussian())];

        var after = Swaps.Swap(Draw(), Draw(), mask, share);

        Assert.Equal(mask.Sum(), after.Sum());
        var come = Enumerable.Range(0, count).Count(i => mask[i] == 0 && after[i] == 1);
        Assert.Equal(Math.Min((int)(share * mask.Sum() + 1e-6), count - mask.Sum()), come);
    });

    [Theory, MemberData(nameof(Names))]
    public async Task Each_layer_keeps_its_count_to_the_bit_while_the_mask_changes(string name)
    {
        var outcome = await TinyFederation.RunAsync(Swaps.Of(name).WithOption("blocks", 1, name == "fedtiny"));

        var masks = outcome.Rounds.Skip(1).Select(round => round.Mask).ToList();
        Assert.Equal([2, 2, 4, 4, 6, 6], outcome.Rounds.Skip(1).Select(round => 2 + masks.FindIndex(mask => mask == round.Mask)));
        Assert.Equal(3, masks.Select(mask => mask.Values.Sha256).Distinct().Count());
        Assert.Single(masks.Select(mask => string.Join(' ', Swaps.Counts(mask))).Distinct());
        Assert.Equal(PruningPlan.KeptCount(0.5m, masks[0].Count), masks[0].Kept);
    }

    /// <summary>In round t, weights that the mask removes keep the server's value, and those that came since the round before start at 0,
    /// though <see cref="Experiment.Regrow"/> is keep.</summary>
    [Theory, MemberData(nameof(Names))]
    public async Task A_removed_weight_never_moves_and_comes_back_at_0(string name)
    {
        var outcome = await TinyFederation.RunAsync(Swaps.Of(name).WithOption("blocks", 1, name == "fedtiny"));

        var came = 0;
        for (var t = 1; t < outcome.Rounds.Length; t++)
        {
            var (before, now) = (outcome.Rounds[t - 1], outcome.Rounds[t]);
            for (var i = 0; i < now.Mask.Count; i++)
            {
                if (!now.Mask.Values[i]) Assert.Equal(now.Start.Values[i], now.State.Server.Weights.Values[i]);
                if (t == 1 || before.Mask.Values[i] || !now.Mask.Values[i]) continue;
                came++;
                Assert.Equal(0, now.Start.Values[i]);
            }
        }
        Assert.True(came > 0);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task A_ratio_of_0_is_a_static_mask_to_the_bit(string name)
    {
        var experiment = Swaps.Of(name);
        var fixedMask = await TinyFederation.RunAsync(experiment.WithOption("adjustmentRatio", 0.0));
        var random = await TinyFederation.RunAsync(
            (TinyFederation.Experiment with
            {
                Pruner = "random",
                Pruning = PruningKind.Unstructured,
                PruneFraction = experiment.PruneFraction,
                DenseRounds = 1,
                Rounds = 7,
                KeepNorm = false,
                Regrow = Regrow.Zero
            }).WithOption("layerDensities", LayerDensities.Erk));

        Assert.Equal(random.Global.Sha256(), fixedMask.Global.Sha256());
        Assert.NotEqual(random.Global.Sha256(), (await TinyFederation.RunAsync(experiment)).Global.Sha256());
    }

    public static MatrixTheoryData<string, WireFormat> NamesAndFormats => new(
        ["prunefl", "fedtiny", "fedmef", "fedrts", "feddst", "flash", .. Swaps.OfUnits.Select(row => row.Data)],
        [WireFormat.Fp32, WireFormat.Fp16, WireFormat.Int8]);

    [Theory, MemberData(nameof(NamesAndFormats))]
    public async Task Workers_do_not_matter_and_a_run_goes_on_from_every_state(string name, WireFormat wire)
    {
        var experiment = Swaps.Of(name) with { WireUp = wire, WireDown = wire };

        var whole = await TinyFederation.RunAsync(experiment);
        var three = await TinyFederation.RunAsync(experiment, workers: 3);

        Assert.Equal(whole.Global.Sha256(), three.Global.Sha256());
        if (wire == WireFormat.Int8) return; // clients' residuals are in files: below
        foreach (var round in whole.Rounds[..^1])
            if (name != "flash" || round.State.Round == 0) // whose scores are in files
                Assert.Equal(
                    whole.Global.Sha256(), (await TinyFederation.RunAsync(experiment, from: round.State)).Global.Sha256());
    }

    public static MatrixTheoryData<string, int> NamesAndRounds => new(
        ["prunefl", "fedtiny", "fedmef", "fedrts", "feddst", .. Swaps.OfUnits.Select(row => row.Data)], [1, 2, 3, 4, 5]);

    [Theory, MemberData(nameof(NamesAndRounds))]
    public void A_resumed_run_ends_as_an_unbroken_one_at_every_round(string name, int after)
    {
        var experiment = Digits(name) with { WireUp = after % 2 == 0 ? WireFormat.Int8 : WireFormat.Fp16 };

        Assert.Equal(ResumedRuns.Unbroken(experiment, _folder["whole"]), ResumedRuns.Resumed(experiment, _folder["broken"], after));
    }

    [Theory, InlineData(MaskInit.Random, 1), InlineData(MaskInit.Random, 3), InlineData(MaskInit.Magnitude, 2)]
    public void A_resumed_run_of_flash_ends_as_an_unbroken_one(MaskInit init, int after)
    {
        var experiment = Digits("flash").WithOption("maskInit", init);

        Assert.Equal(ResumedRuns.Unbroken(experiment, _folder["whole"]), ResumedRuns.Resumed(experiment, _folder["broken"], after));
    }

    /// <summary>A dense round, then masks from round 2 on, adjusted in rounds 4 and 6.</summary>
    static Experiment Digits(string name)
    {
        var experiment = Swaps.Named(FinishedRuns.Small, name) with { DenseRounds = 1, Rounds = 6, EvaluateEvery = 1 };
        return name == "flash" ? experiment : experiment.WithOption("adjustmentInterval", 2);
    }

    [Theory, InlineData("feddst"), InlineData("flash")]
    public void Whole_units_are_refused_by_those_without_a_rule_for_them(string name) => Assert.Equal(
        $"Experiment.Pruning: 'structured' is not accepted. Accepted: unstructured under Experiment.Pruner {name}, which removes "
        + "single weights.",
        Assert.Single(ExperimentRules.Violations(FinishedRuns.Small with { Pruner = name, Pruning = PruningKind.Structured })));

    [Theory, MemberData(nameof(Names)), InlineData("flash")]
    public void Hybrid_pruning_means_single_weights(string name)
    {
        var resolved = ExperimentRules.Resolve(FinishedRuns.Small with { Pruner = name, Pruning = PruningKind.Hybrid });

        Assert.Equal(PruningKind.Unstructured, resolved.Pruning);
        Assert.Equal(PruningKind.Hybrid, ExperimentRules.Resolve(resolved with { Pruner = "random" }).Pruning);
    }

    public static MatrixTheoryData<string, string> NamesAndAlgorithms => new(
        ["prunefl", "fedtiny", "fedmef", "fedrts"], ["scaffold", "feddyn"]);

    [Theory, MemberData(nameof(NamesAndAlgorithms))]
    public void Algorithms_whose_clients_remember_are_refused_while_masks_change(string name, string algorithm)
    {
        var experiment = FinishedRuns.Small with { Pruner = name, Algorithm = algorithm, Optimizer = "SGD" };

        Assert.EndsWith(
            "Accepted: Options.AdjustmentRatio 0.", Assert.Single(ExperimentRules.Violations(experiment)), StringComparison.Ordinal);
        Assert.Empty(ExperimentRules.Violations(experiment.WithOption("adjustmentRatio", 0.0)));
    }

    [Fact]
    public void Models_that_clients_have_for_themselves_are_refused_while_masks_change()
    {
        var experiment = FinishedRuns.Small with { Pruner = "fedrts", Algorithm = "fedper" };

        Assert.EndsWith(
            "goes by whenever it adjusts its mask. Accepted: Options.AdjustmentRatio 0.",
            Assert.Single(ExperimentRules.Violations(experiment)), StringComparison.Ordinal);
        Assert.Empty(ExperimentRules.Violations(experiment.WithOption("adjustmentRatio", 0.0)));
    }

    public static MatrixTheoryData<string, string> NamesAndPersonal => new(
        ["prunefl", "fedtiny", "fedmef", "fedrts", "feddst", "fedrts units"], ["fedper", "fedrep", "ditto"]);

    /// <summary>What the refusal recommends: the pruner makes nothing of replies, which lack what stays at clients.</summary>
    [Theory, MemberData(nameof(NamesAndPersonal))]
    public async Task Personal_models_train_under_a_mask_that_stays(string name, string algorithm)
    {
        var experiment = Swaps.Of(name).WithOption("adjustmentRatio", 0.0) with
        {
            Algorithm = algorithm,
            EvaluationScope = EvaluationScope.Both,
            LocalEpochs = 2,
        };
        Assert.Empty(ExperimentRules.Violations(experiment with { Dataset = "Digits", Model = "TwoNN" }));

        var outcome = await TinyFederation.RunAsync(experiment);

        Assert.Empty(outcome.Rounds.SelectMany(round => round.Report.Failures));
        Assert.Single(outcome.Rounds.Select(round => round.Report.Mask).OfType<string>().Distinct());
    }

    [Theory, MemberData(nameof(Names))]
    public void A_density_that_a_layer_cannot_hold_is_refused(string name)
    {
        var network = TinyFederation.Network(TinyFederation.Experiment);
        var experiment = Swaps.Of(name) with { PruneFraction = 0.91m }; // 3 of 216 weights: of the last 24 none
        var pruner = Catalog.Pruners[name](experiment.WithOption("layerDensities", LayerDensities.Uniform));

        Assert.Equal(ExitCode.BadRequest, Assert.Throws<AutoFlipException>(() => pruner.Check(network)).Code);
    }

    /// <summary>A round of clients' answers more: those of prunefl have all removed weights, of fedrts as many positions as are swapped, of
    /// fedtiny these of one layer of three and their values.</summary>
    [Fact]
    public async Task Reports_cost_what_they_hold()
    {
        async Task<long> Cost(string name)
        {
            var rounds = (await TinyFederation.RunAsync(Swaps.Of(name) with { EvaluationScope = EvaluationScope.Global })).Rounds;
            return rounds[2].Report.UpBytes - rounds[1].Report.UpBytes; // round 3 reports, round 2 does not
        }
        var layout = TinyFederation.Network(TinyFederation.Experiment).Layout;
        var removed = layout.ParameterCount - PruningPlan.KeptCount(0.5m, layout.ParameterCount);

        Assert.InRange(await Cost("prunefl"), 3 * 3 * removed, 3 * (4 * removed + 60));
        Assert.InRange(await Cost("fedrts"), 3 * 0.1 * removed, 3 * (removed * 0.6 + 60));
        Assert.InRange(await Cost("fedtiny"), 1, 3 * 100);
    }
}

static class OptionIf
{
    /// <summary>The experiment with an option, if its method has it.</summary>
    public static Experiment WithOption(this Experiment experiment, string name, object value, bool has) =>
        has ? experiment.WithOption(name, value) : experiment;
}
