namespace AutoFlip.Tests;

/// <summary>Rules of pruners that swap whole units, by hand: a network of 2 inputs, 4 hidden units and 2 outputs, of which half of two kept
/// hidden units is swapped.</summary>
public class UnitRulesTests
{
    static readonly Network Full = new NetworkBuilder("n", new SampleShape(2, 1, 1)).Flatten().Linear(4).ReLU().Linear(2).Build(2);
    static readonly int Hidden = Enumerable.Range(0, 3).Single(g => !Full.Groups[g].IsFixed);
    static readonly int First = Full.Groups.Take(Hidden).Sum(group => group.Width); // of the hidden units, among all
    static readonly Mask Two = Keep(0, 1);
    static readonly Mask Measured = UnitSwaps.Measuring(Full, Two);

    /// <summary>Round 1 is an ordinary one, 2 measures, and 3 is adjusted.</summary>
    static readonly ProbeContext Ordinary = new(1, 1, Two.Shrink(Full)) { Units = Two.Units };

    static readonly ProbeContext Measuring = new(2, 1, Full) { Kept = Measured.KeptParameters() };

    static T Half<T>(T pruner)
        where T : UnitSwaps =>
        (T)((UnitSwaps)pruner with { AdjustmentInterval = 2, AdjustmentRatio = 0.5, AdjustmentEnd = 1_000_000 });

    static readonly PruningPlan Plan = new(0.5m, 1, 1, 1) { UnitsOnly = true };
    static readonly FedRtsUnits Rts = Half(new FedRtsUnits(Plan, 9));
    static readonly FedTinyUnits Tiny = Half(new FedTinyUnits(Plan, 9));

    static Mask Keep(params int[] hidden)
    {
        var units = new Units(Full,
        [
            .. Full.Groups.Select((group, g) => g != Hidden
                ? Selection.All(group.Width)
                : Selection.Of([.. Enumerable.Range(0, group.Width).Select(hidden.Contains)]))
        ]);
        return Mask.OfUnits(units, Selection.All(units.Small.Layout.Count));
    }

    /// <summary>All parameters: weights and bias of each hidden unit, then the same outgoing weight of all, and two biases.</summary>
    static float[] Values(float outgoing, params float[][] units) =>
    [
        .. units.SelectMany(unit => unit[..2]), .. units.Select(unit => unit[2]), .. Enumerable.Repeat(outgoing, 2 * units.Length), 0, 0
    ];

    static float[] Same(float value) => [value, -value, value];

    static ClientReply Reply(int client, int samples, float[] values, params float[] report) => new()
    {
        Client = client,
        Examples = samples,
        ValueBytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray(),
        Report = report,
    };

    static float[] HiddenOf(ReadOnlySpan<float> units) => units.Slice(First, 4).ToArray();

    static int[] KeptBy(Mask mask) => [.. Enumerable.Range(0, 4).Where(unit => mask.Units!.Kept[Hidden][unit])];

    /// <summary>Mean |w| of the two kept units: (3, 2) in the aggregate, (1, 2) in both clients, so κ = 1 has the first there and the
    /// second here; γ = .25 leaves X = (.25, .75), and λ = 10 gives a = (3.5, 8.5) and b = (8.5, 3.5). What removed units last had, 100,
    /// does not count. Inputs and outputs, all kept, have X = 1.</summary>
    [Fact]
    public void FedRTS_judges_kept_units_by_the_small_model()
    {
        var fold = (Rts with { AggregateShare = 0.25 }).BeginReports(null, 0, Ordinary)!;
        fold.Add(Reply(0, 1, Values(9, Same(1), Same(2))));
        fold.Add(Reply(1, 1, Values(9, Same(1), [6, 0, 0])));

        var memory = fold.End(new Weights(Full.Layout, Values(9, Same(3), Same(2), Same(100), Same(100))));

        Assert.Equal(2 * (2 + 4 + 2), memory.Length);
        Assert.Equal([3.5f, 8.5f, 1, 1], HiddenOf(memory));
        Assert.Equal([8.5f, 3.5f, 1, 1], HiddenOf(memory.AsSpan(8)));
        Assert.Equal([11, 11, 1, 1], [memory[First == 2 ? 0 : 4], memory[7], memory[8], memory[15]]);
    }

    /// <summary>As for weights: both clients have the first of the kept units, the aggregate has the second, so X = .5. Clients of 1 and 3
    /// samples report the third and the fourth: X = .25 + .5 · (1/4, 3/4) = (.375, .625).</summary>
    [Fact]
    public void FedRTS_judges_removed_units_in_a_measuring_round()
    {
        var fold = Rts.BeginReports(null, 2, Measuring)!;
        var values = Measured.KeptParameters().Gather(Values(9, Same(2), Same(1), Same(7), Same(7)));
        fold.Add(Reply(0, 1, values, 1, 0));
        fold.Add(Reply(1, 3, values, 0, 1));

        var memory = fold.End(new Weights(Full.Layout, Values(9, Same(1), Same(2), Same(7), Same(7))));

        Assert.Equal([6, 6, 4.75f, 7.25f], HiddenOf(memory));
        Assert.Equal([6, 6, 7.25f, 4.75f], HiddenOf(memory.AsSpan(8)));
    }

    /// <summary>With posteriors near 0 or 1 the draw is sure.</summary>
    [Fact]
    public void FedRTS_keeps_the_units_of_largest_draws()
    {
        var memory = Enumerable.Repeat(1f, 16).ToArray();
        foreach (var (unit, isGood) in new[] { false, true, false, true }.Index()) memory[First + unit + (isGood ? 0 : 8)] = 1e6f;

        for (var seed = 0ul; seed < 50; seed++)
            Assert.Equal([1, 3], KeptBy(Rts.Prune(Adjustment(memory, seed))));
    }

    static PruningContext Adjustment(float[] memory, ulong seed = 1) => new(Full, 3, [], null, new Seeds(seed))
    {
        First = 1,
        Before = Measured,
        Weights = new Weights(Full.Layout, Measured.KeptParameters().Scatter(
            Measured.KeptParameters().Gather(Values(9, Same(1), Same(2), Same(7), Same(7))))),
        Memory = memory,
    };

    /// <summary>Two steps. Outgoing weights of the third unit have Σ g = (5 - 2, -4) = (3, -4), of norm 5; of the fourth (2.5 + 2.75, 0),
    /// of norm 5.25. So the fourth is reported, by a mean of 2.625. Σ g² is 25 + 4 + 16 = 45 and 6.25 + 7.5625; the first unit's is
    /// 2 · 81.</summary>
    [Fact]
    public void Clients_report_norms_over_outgoing_weights()
    {
        TrainingProbe Watched(UnitSwaps pruner)
        {
            var probe = pruner.Probe(Measuring)!;
            probe.Observe(new float[22], [.. new float[12], 9, 0, 5, 2.5f, 0, 0, -4, 0, 0, 0]);
            probe.Observe(new float[22], [.. new float[12], -9, 0, -2, 2.75f, 0, 0, 0, 0, 0, 0]);
            return probe;
        }
        var (tiny, rts, fl) = (Watched(Tiny), Watched(Rts), Watched(Half(new PruneFlUnits(Plan, 9))));

        Assert.Equal([new ReportPart(2, 1)], tiny.Parts);
        Assert.Equal([0, 2.625f], tiny.Report([], []));
        Assert.Equal([new ReportPart(2, 1, HasValues: false)], rts.Parts);
        Assert.Equal([0, 1], rts.Report([], []));
        Assert.Equal(Full.Groups.Select(group => new ReportPart(group.Width)), fl.Parts);
        Assert.Equal([162, 0, 45, 13.8125f], HiddenOf(fl.Report([], [])));
        Assert.Null(Tiny.Probe(Ordinary));
    }

    /// <summary>Of mean |w| (1, 2) the first goes. Clients of 1 and 3 samples report 4 of the third and 1 of the fourth: 4 and 3, so the
    /// third comes.</summary>
    [Fact]
    public void FedTiny_weighs_reports_by_samples()
    {
        var fold = Tiny.BeginReports(null, 2, Measuring)!;
        fold.Add(new ClientReply { Client = 0, Examples = 1, Report = new float[] { 4, 0 } });
        fold.Add(new ClientReply { Client = 1, Examples = 3, Report = new float[] { 0, 1 } });

        Assert.Equal([1, 2], KeptBy(Tiny.Prune(Adjustment(fold.End(Weights.Zeros(Full.Layout))))));
    }

    /// <summary>Inputs and outputs are in no block: of two hidden groups the second is adjusted first.</summary>
    [Fact]
    public void FedTiny_forms_blocks_of_groups_that_are_not_fixed()
    {
        var network = new NetworkBuilder("n", new SampleShape(2, 1, 1)).Flatten().Linear(4).ReLU().Linear(6).ReLU().Linear(2).Build(2);
        var units = new Units(network, [.. network.Groups.Select(group =>
            Selection.Of([.. Enumerable.Range(0, group.Width).Select(unit => group.IsFixed || unit < group.Width / 2)]))]);
        int[] Adjusted(int round) =>
            [.. Tiny.SetsOf(new(round, 1, units.Small) { Units = units }).Where(set => set.Swaps > 0).Select(set => set.Kept.Count)];

        Assert.Equal([6], Adjusted(2));
        Assert.Equal([4], Adjusted(4));
        Assert.Equal([6], Adjusted(6));
    }

    /// <summary>Of mean |w| (1, 2) the first will go: its outgoing weights 3 and -4 get 2λw, 3 and -4 for λ = .5. Which units are marked is
    /// decided at the first step.</summary>
    [Fact]
    public void FedMef_draws_outgoing_weights_to_0()
    {
        var probe = Half(new FedMefUnits(Plan, 9) { ExtrusionPenalty = 0.5 }).Probe(Measuring)!;
        var (model, gradients) = (Values(0, Same(1), Same(2), Same(7), Same(7)), new float[22]);
        (model[12], model[13], model[16], model[17]) = (3, 5, -4, 5);

        probe.Adjust(model, gradients);
        Array.Fill(model, 100, 0, 2);
        probe.Adjust(model, gradients);

        Assert.Equal([.. new float[12], 6, 0, 0, 0, -8, 0, 0, 0, 0, 0], gradients);
    }
}
