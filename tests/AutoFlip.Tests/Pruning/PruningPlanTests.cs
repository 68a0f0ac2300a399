using CsCheck;

namespace AutoFlip.Tests;

public class PruningPlanTests
{
    static readonly Network TwoCnn = Catalog.Models["TwoCNN"](new SampleShape(1, 12, 12), 10, new ModelOptions { HiddenSize = 4 });
    static readonly Network ResNet = Catalog.Models["ResNet10"](new SampleShape(3, 12, 12), 10, new ModelOptions { HiddenSize = 2 });

    [Theory]
    [InlineData(0.0), InlineData(0.25), InlineData(0.5), InlineData(0.9), InlineData(1.0)]
    public void With_weights_the_kept_count_is_exact(double share) =>
        Gen.Select(Gen.Decimal[0, 0.95m], Gen.ULong, Gen.Bool).Sample((fraction, seed, residual) =>
        {
            var network = residual ? ResNet : TwoCnn;
            var mask = Prune(network, new PruningPlan(fraction, share, 1, 1), seed);

            Assert.Equal(PruningPlan.KeptCount(fraction, mask.Count), mask.Kept);
        }, iter: 30);

    /// <summary>By scores that are not scaled, the first convolution's 36 weights are the lowest.</summary>
    [Fact]
    public void Layers_without_any_weight_are_named()
    {
        var scores = new float[TwoCnn.Layout.ParameterCount];
        for (var i = 0; i < scores.Length; i++) scores[i] = i;
        var plan = new PruningPlan(0.5m, 0, 1, 1);
        var units = UnitScores.Of(TwoCnn, scores, GuidanceScale.Auto);
        var emptied = plan.Prune(TwoCnn, units, scores);

        Assert.Equal([TwoCnn.Layout.Entries[0].Name, TwoCnn.Layout.Entries[2].Name], PruningPlan.Emptied(emptied));
        GuidanceScaling.Scale(TwoCnn.Layout, scores, GuidanceScale.Rank);
        Assert.Empty(PruningPlan.Emptied(plan.Prune(TwoCnn, units, scores)));
        Assert.Empty(PruningPlan.Emptied(Mask.Dense(TwoCnn.Layout)));
    }

    [Fact]
    public void With_units_only_it_is_exact_within_one_unit() => Gen.Select(Gen.Decimal[0, 0.9m], Gen.ULong).Sample((fraction, seed) =>
    {
        var mask = Prune(TwoCnn, new PruningPlan(fraction, 1, 1, 1) { UnitsOnly = true }, seed);

        var over = mask.Kept - PruningPlan.KeptCount(fraction, mask.Count);
        Assert.InRange(over, 0, LargestUnit(TwoCnn));
        Assert.True(mask.SmallValues.IsAll); // no zeros: tensors are as small as they are sparse
    }, iter: 30);

    /// <summary>The largest block that can be left over, 8 of 512 neurons of 216 inputs and 10 outputs, has 8 · 227 = 1,816 parameters:
    /// less than a fortieth of the 0.7 · 119,000 that are kept at least.</summary>
    [Fact]
    public void Widths_stay_as_even_as_they_are() =>
        Gen.Select(Gen.Decimal[0, 0.3m], Gen.ULong, Gen.Int[2, 3]).Sample((fraction, seed, log) =>
    {
        var wide = Catalog.Models["TwoCNN"](new SampleShape(1, 12, 12), 10, new ModelOptions { HiddenSize = 12 }); // 12, 24, 512 wide
        var mask = Prune(wide, new PruningPlan(fraction, 1, 1, 1 << log), seed);

        foreach (var units in mask.Units?.Kept ?? [])
            Assert.Equal(0, units.Kept % units.Count switch { 12 => 4, 24 or 512 => 1 << log, _ => 1 }); // 12 = 4·3 and 24 = 8·3
    }, iter: 20);

    [Fact]
    public void Single_weights_are_a_fortieth_at_most_of_what_units_leave_unless_single_units_leave_more() =>
        Gen.Select(Gen.Decimal[0, 0.95m], Gen.ULong, Gen.Int[1, 64], Gen.Int[1, 3]).Sample((fraction, seed, multiple, least) =>
        {
            var plan = new PruningPlan(fraction, 1, least, multiple) { UnitsOnly = true };

            var units = Prune(TwoCnn, plan, seed);

            var kept = PruningPlan.KeptCount(fraction, units.Count);
            if (units.Kept - kept > kept / 40) Assert.Equal(Prune(TwoCnn, plan with { UnitMultiple = 1 }, seed).Kept, units.Kept);
        }, iter: 50);

    /// <summary>
    /// e embedding values and c cells have 80e + 4c(e + c + 2) + 80c + 80 parameters: 24,784 at 8 and 64, of which a fifth are 4,957. Eight
    /// units at a time leave 8 and 24, which have 5,904, because 8 and 16 have 3,664: a sixth of the weights would go singly. Four or two
    /// at a time leave 4 and 24, which have 5,200, because 4 and 22 have 4,624, 2 and 24 have 4,848: 243 single weights are still more
    /// than 4,957 / 40. One at a time leaves 3 and 24, which have 5,024: 67 single weights.
    /// </summary>
    [Fact]
    public void Blocks_too_large_for_a_small_network_are_halved()
    {
        var network = Catalog.Models["NextCharLSTM"](
            new SampleShape(80, 1, 1), 80, new ModelOptions { EmbeddingCount = 80, EmbeddingSize = 8, HiddenSize = 64, LayerCount = 1 });
        double[][] ranks = [.. network.Groups.Select(group =>
            Enumerable.Range(0, group.Width).Select(unit => unit / (double)group.Width).ToArray())];

        var mask = new PruningPlan(0.8m, 1, 1, 8).Prune(network, ranks, new float[network.Layout.ParameterCount]);

        Assert.Equal(24_784, network.Layout.ParameterCount);
        Assert.Equal([3, 24], network.Groups.Zip(mask.Units!.Kept).Where(pair => !pair.First.IsFixed).Select(pair => pair.Second.Kept));
        Assert.Equal(4_957, mask.Kept);
    }

    [Fact]
    public void Units_that_go_together_are_the_lowest_scoring_ones_of_their_group()
    {
        var network = new NetworkBuilder("n", new SampleShape(1, 1, 1)).Flatten().Linear(8).ReLU().Linear(1).Build(1); // 8 + 8 + 8 + 1 = 25
        var hidden = network.Groups.Select((group, g) => (group, g)).Single(pair => !pair.group.IsFixed).g;
        double[][] scores = [.. network.Groups.Select(group => new double[group.Width])];
        scores[hidden] = [5, 1, 6, 2, 7, 3, 8, 4];

        var mask = new PruningPlan(0.5m, 1, 1, 4).Prune(network, scores, new float[25]); // 12 may go: 4 units of 3

        Assert.Equal([0, 2, 4, 6], Enumerable.Range(0, 8).Where(unit => mask.Units!.Kept[hidden][unit]));
    }

    /// <summary>Eight channels go together: two of eight units of 4 channels, four of units of 2, any of units of 8. They have
    /// 8 · 3 · 6 + 16 · 4 = 208 parameters, no fortieth of those that are kept with the 10,000 of the outputs.</summary>
    [Theory, InlineData(2, 4), InlineData(4, 2), InlineData(8, 1), InlineData(3, 8)]
    public void A_unit_of_several_channels_counts_as_that_many(int headWidth, int together)
    {
        var network = new NetworkBuilder("n", new SampleShape(1, 2, 5)).RowSequence().Then(new SelfAttention(8, headWidth)).Flatten()
            .Linear(4).ReLU().Linear(2000).Build(2000);

        Gen.Select(Gen.Decimal[0, 0.024m], Gen.ULong).Sample(
            (fraction, seed) => Assert.Equal(0, HeadsAfter(fraction, seed) % together), iter: 10);
        if (together < 8) Assert.InRange(HeadsAfter(0.024m, 1), 1, 7);

        int HeadsAfter(decimal fraction, ulong seed) =>
            Prune(network, new PruningPlan(fraction, 1, 1, 8) { UnitsOnly = true }, seed).Units?.Kept[1].Kept ?? 8;
    }

    /// <summary>Half of 64·16 + 16 + 16·16 + 16 + 16·10 + 10 = 1,482 is 741. Eight at a time leave
    /// 64·8 + 8 + 8·16 + 16 + 16·10 + 10 = 834, four at a time 64·8 + 8 + 8·12 + 12 + 12·10 + 10 = 758.</summary>
    [Theory]
    [InlineData(true, 758), InlineData(false, 834)]
    public void Blocks_are_halved_where_they_leave_more_than_a_fortieth_unless_that_is_off(bool fits, int kept)
    {
        var network = Catalog.Models["TwoNN"](new SampleShape(1, 8, 8), 10, new ModelOptions { HiddenSize = 16 });
        double[][] equal = [.. network.Groups.Select(group => new double[group.Width])];
        var plan = new PruningPlan(0.5m, 1, 1, 8) { FitUnits = fits, UnitsOnly = true };

        Assert.Equal(kept, plan.Prune(network, equal, new float[network.Layout.ParameterCount]).Kept);
    }

    /// <summary>Four units, which must stay: none can go, so that all of the half are single weights.</summary>
    [Fact]
    public void What_no_unit_fits_goes_as_single_weights_unless_only_units_may()
    {
        var plan = new PruningPlan(0.5m, 1, 4, 1);
        // 16 + 4 + 4 + 1 = 25
        var network = new NetworkBuilder("n", new SampleShape(4, 1, 1)).Flatten().Linear(4).ReLU().Linear(1).Build(1);

        Assert.Equal(13, Prune(network, plan, 1).Kept);
        Assert.True(Prune(network, plan with { UnitsOnly = true }, 1).IsDense);
    }

    /// <summary>Where units reach the fraction, no further unit fits into what is left to remove; where they do not, every layer is
    /// as narrow as it may be.</summary>
    [Fact]
    public void Units_reach_a_fraction_up_to_a_part_of_one_more() =>
        Gen.Select(Gen.Decimal[0, 0.95m], Gen.ULong, Gen.Bool, Gen.Int[0, 2]).Sample((fraction, seed, residual, log) =>
        {
            var network = residual ? ResNet : TwoCnn;
            var plan = new PruningPlan(fraction, 1, 1, 1 << log);

            var units = Prune(network, plan with { UnitsOnly = true }, seed);

            var left = units.Kept - PruningPlan.KeptCount(fraction, units.Count);
            if (plan.IsReachedByUnits(network)) Assert.InRange(left, 0, LargestUnit(network) << log);
            else if (left > (units.Kept - left) / 40)
                Assert.Equal(Prune(network, plan with { Fraction = 0.999m, UnitsOnly = true }, seed).Kept, units.Kept);
            Assert.False((plan with { StructuredShare = 0.9 }).IsReachedByUnits(network));
        }, iter: 30);

    [Fact]
    public void Removing_nothing_is_dense() => Assert.True(Prune(TwoCnn, new PruningPlan(0, 0.5, 1, 1), 1).IsDense);

    [Fact]
    public void Every_group_keeps_its_least_units()
    {
        var mask = Prune(TwoCnn, new PruningPlan(0.97m, 1, 3, 1), 5);

        Assert.Every(mask.Units!.Kept, units => Assert.True(units.Kept >= Math.Min(3, units.Count)));
    }

    [Fact]
    public void The_lowest_scoring_units_go_first()
    {
        var scores = TwoCnn.Groups.Select(group => Enumerable.Range(0, group.Width).Select(unit => (double)unit / group.Width).ToArray())
            .ToArray();

        var mask = new PruningPlan(0.5m, 1, 1, 1).Prune(TwoCnn, scores, new float[TwoCnn.Layout.ParameterCount]);

        foreach (var units in mask.Units!.Kept) // kept are the last of each group
            Assert.Equal(
                Enumerable.Range(units.Count - units.Kept, units.Kept), Enumerable.Range(0, units.Count).Where(unit => units[unit]));
    }

    [Fact]
    public void Biases_and_norms_of_kept_units_are_kept()
    {
        var mask = Prune(ResNet, new PruningPlan(0.8m, 0.5, 1, 1), 3);

        foreach (var tensor in mask.Layout.Parameters.Where(tensor => tensor.Role != TensorRole.Weight))
            for (var i = tensor.Offset; i < tensor.Range.End.Value; i++)
                Assert.Equal(mask.Units!.Present[i], mask.Values[i]);
    }

    /// <summary>20 weights and 5 biases: four fifths are all weights, and 0.84 leaves ceil(0.16 * 25) = 4.</summary>
    [Fact]
    public void All_weights_may_go_but_no_bias()
    {
        var network = new NetworkBuilder("n", new SampleShape(4, 1, 1)).Flatten().Linear(4).ReLU().Linear(1).Build(1);

        Assert.Equal(5, Prune(network, new PruningPlan(0.8m, 0, 1, 1), 1).Kept);
        Assert.Throws<AutoFlipException>(() => Prune(network, new PruningPlan(0.84m, 0, 1, 1), 1));
    }

    [Fact]
    public void More_than_there_are_weights_is_refused_with_a_sentence()
    {
        var e = Assert.Throws<AutoFlipException>(() => new PruningPlan(0.9999m, 0, 1, 1).Check(TwoCnn));

        Assert.Equal(ExitCode.BadRequest, e.Code);
        Assert.Contains("Experiment.PruneFraction", e.Message);
    }

    static Mask Prune(Network network, PruningPlan plan, ulong seed)
    {
        var random = new KeyedRandom(seed);
        var weights = new float[network.Layout.ParameterCount];
        foreach (ref var weight in weights.AsSpan()) weight = random.NextSingle();
        return plan.Prune(
            network, [.. network.Groups.Select(group => Enumerable.Range(0, group.Width).Select(_ => random.NextDouble()).ToArray())],
            weights);
    }

    static int LargestUnit(Network network) =>
        network.Groups.Where(group => !group.IsFixed).Max(group => group.Memberships.Sum(membership =>
        network.Layout[membership.Tensor] is { Role: not TensorRole.Statistic } tensor
            ? tensor.Length / tensor.Shape[membership.Axis] * membership.Block
            : 0));
}
