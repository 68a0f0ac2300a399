namespace AutoFlip.Tests;

/// <summary>What holds for every pruner that swaps whole units: <see cref="PruneFlUnits"/>, <see cref="FedTinyUnits"/>,
/// <see cref="FedMefUnits"/> and <see cref="FedRtsUnits"/>.</summary>
public class UnitSwapsTests
{
    public static TheoryData<string> Names => Swaps.OfUnits;

    static readonly Network TwoCnn = Catalog.Models["TwoCNN"](new SampleShape(1, 12, 12), 10, new ModelOptions { HiddenSize = 4 });

    static int[] Widths(Network network, Mask mask) => [.. mask.Shrink(network).Groups.Select(group => group.Width)];

    public static MatrixTheoryData<string, string> NamesAndModels => new([.. Names.Select(row => row.Data)], ["TwoNN", "convolutions"]);

    /// <summary>Masks are made in round 2, adjusted in 4 and 6, and measured with in 3 and 5.</summary>
    [Theory, MemberData(nameof(NamesAndModels))]
    public async Task Each_group_keeps_its_number_of_units_while_they_change(string name, string model)
    {
        var experiment = Swaps.Of(name).WithOption("blocks", 1, name == "fedtiny units") with { Model = model };
        var network = model == "TwoNN" ? TinyFederation.Network(experiment) : new NetworkBuilder(model, new SampleShape(1, 4, 4))
            .Sequence("a", f => f.Conv2d(6, 3, padding: 1).BatchNorm2d().ReLU().Conv2d(8, 3, padding: 1).BatchNorm2d().ReLU().Flatten())
            .Linear(3, "b").Build(3);

        var outcome = await TinyFederation.RunAsync(experiment, network: network);

        var small = outcome.Rounds.Where(round => round.State.Round is 2 or 4 or 6).Select(round => round.Mask).ToList();
        Assert.Single(small.Select(mask => string.Join(' ', Widths(network, mask))).Distinct());
        var fewest = name == "fedrts units" ? 2 : 3; // a draw may come to the same units
        Assert.InRange(small.Select(mask => mask.Values.Sha256).Distinct().Count(), fewest, 3);
        Assert.Every(small, mask => Assert.NotNull(mask.Units));
        Assert.Every(
            outcome.Rounds.Where(round => round.State.Round is 3 or 5), round => Assert.Null(round.Mask.Units)); // the full network
    }

    /// <summary>The same outputs as the small network's but for the order of sums, and gradients on outgoing weights of removed units
    /// alone.</summary>
    [Fact]
    public void A_measuring_round_computes_what_the_small_network_does()
    {
        var weights = Masks.Values(TwoCnn.Layout, 3);
        var mask = new PruneFlUnits(new PruningPlan(0.5m, 1, 1, 1) { UnitsOnly = true }, Rounds: 9).Prune(
            new(TwoCnn, 1, [], null, new Seeds(1)) { Weights = weights });
        var measuring = PruneFlUnits.Measuring(TwoCnn, mask);
        using var scope = TorchSharp.torch.NewDisposeScope();
        var images = TorchSharp.torch.randn([3, 1, 12, 12], generator: new TorchSharp.torch.Generator(1));

        float[] Outputs(Network network, Weights values)
        {
            using var module = new NetworkModule<float>(network);
            values.Values.CopyTo(module.Values);
            return module.Forward(images, training: false).data<float>().ToArray();
        }

        Assert.True(mask.Density < 0.6);
        var (small, full) = (Outputs(mask.Shrink(TwoCnn), mask.Shrink(weights)), Outputs(TwoCnn, measuring.Apply(weights)));
        Assert.Contains(small, value => Math.Abs(value) > 1e-3);
        var rounding = 1e-6f * small.Max(Math.Abs);
        foreach (var (one, other) in small.Zip(full)) Assert.Equal(one, other, rounding);
        Assert.True(measuring.Kept > mask.Kept && measuring.Kept < measuring.Count);
    }

    /// <summary>Removed weights keep the server's values in every round; in measuring rounds the incoming weights of removed units get no
    /// gradient. A unit comes back with them, and with outgoing weights of 0.</summary>
    [Theory, MemberData(nameof(Names))]
    public async Task Removed_units_do_not_move_and_come_back_without_a_say(string name)
    {
        var experiment = Swaps.Of(name) with { Optimizer = "SGD", LearningRate = 0.1 };
        var network = TinyFederation.Network(experiment);

        var rounds = (await TinyFederation.RunAsync(experiment)).Rounds;

        var came = 0;
        for (var t = 1; t < rounds.Length; t++)
        {
            var (start, end) = (rounds[t].Start.Values.ToArray(), rounds[t].State.Server.Weights.Values.ToArray());
            for (var i = 0; i < rounds[t].Mask.Count; i++)
                if (!rounds[t].Mask.Values[i]) Assert.Equal(start[i], end[i]);
            var units = (rounds[t].Mask.Units ?? rounds[t - 1].Mask.Units)!;
            foreach (var (group, kept) in network.Groups.Zip(units.Kept))
            {
                if (rounds[t].Mask.Units is null) // measuring
                    foreach (var (unit, first, length) in Incoming(group, network.Layout))
                        if (!kept[unit]) Assert.Equal(start[first..(first + length)], end[first..(first + length)]);
                if (rounds[t].State.Round is not (4 or 6)) continue;
                var before = rounds[t - 2].Mask.Units!.Kept[network.Groups.IndexOf(group)];
                foreach (var (unit, first, length) in UnitScores.Outgoing(group, network.Layout))
                    if (kept[unit] && !before[unit])
                    {
                        came++;
                        Assert.Every(start[first..(first + length)], value => Assert.Equal(0, value));
                    }
            }
        }
        Assert.True(came > 0);
    }

    static IEnumerable<(int Unit, int Start, int Length)> Incoming(ChannelGroup group, WeightLayout layout) =>
        from membership in @group.Memberships
        where membership.Makes
        let tensor = layout[membership.Tensor]
        let row = tensor.Length / tensor.Shape[0]
        from unit in Enumerable.Range(0, @group.Width)
        select (unit, tensor.Offset + (membership.Start + unit * membership.Block) * row, membership.Block * row);

    /// <summary>Rounds of the small network compute less; measuring rounds are dense.</summary>
    [Fact]
    public async Task Only_measuring_rounds_compute_the_full_network()
    {
        var experiment = Swaps.Of("prunefl units") with { EvaluationScope = EvaluationScope.Global };
        var rounds = (await TinyFederation.RunAsync(experiment)).Rounds;

        Assert.True(rounds[1].Report.DownBytes < 0.8 * rounds[0].Report.DownBytes);
        Assert.True(rounds[2].Report.DownBytes > rounds[3].Report.DownBytes);
    }

    /// <summary>Rounds 3 and 5 measure for 4 and 6. The last round would for 8, and trains the small network; a run that is prolonged goes
    /// on with its mask.</summary>
    [Theory, MemberData(nameof(Names))]
    public async Task The_last_round_trains_the_small_network(string name)
    {
        var experiment = Swaps.Of(name) with { Rounds = 7 };

        var rounds = (await TinyFederation.RunAsync(experiment)).Rounds;
        var longer = (await TinyFederation.RunAsync(experiment with { Rounds = 10 }, from: rounds[^1].State)).Rounds;

        Assert.Equal([true, false, true, false, true, true], rounds.Skip(1).Select(round => round.Mask.Units is not null));
        Assert.Same(rounds[^1].Mask, rounds[^2].Mask);
        Assert.Equal(rounds[^1].Mask.Values, longer[0].Mask.Values);
        Assert.Null(longer[1].Mask.Units); // 9 measures for 10
        Assert.NotEqual(rounds[^1].Mask.Values, longer[2].Mask.Values);
    }

    /// <summary>The units of least mean |w| go in round 2, as under the pruner magnitude.</summary>
    [Theory, MemberData(nameof(Names))]
    public async Task A_ratio_of_0_is_a_static_mask_to_the_bit(string name)
    {
        var experiment = Swaps.Of(name).WithOption("maskInit", MaskInit.Magnitude);
        var magnitude = experiment with
        {
            Pruner = "magnitude",
            Options = OptionValues.None,
            GuidanceNormalization = GuidanceScale.None,
            Regrow = Regrow.Keep,
        };

        var fixedMask = await TinyFederation.RunAsync(experiment.WithOption("adjustmentRatio", 0.0));

        Assert.Equal((await TinyFederation.RunAsync(magnitude)).Global.Sha256(), fixedMask.Global.Sha256());
        Assert.NotEqual(fixedMask.Global.Sha256(), (await TinyFederation.RunAsync(experiment)).Global.Sha256());
    }

    /// <summary>Measuring rounds of the same mask: a number of each unit, numbers and positions of those that come, positions.</summary>
    [Fact]
    public async Task Reports_cost_what_they_hold()
    {
        async Task<long> Up(string name) =>
            (await TinyFederation.RunAsync(Swaps.Of(name) with { EvaluationScope = EvaluationScope.Global })).Rounds[2].Report.UpBytes;

        var (all, chosen, positions) = (await Up("prunefl units"), await Up("fedmef units"), await Up("fedrts units"));

        Assert.True(all > chosen && chosen > positions);
    }

    /// <summary>Options of a method are found at its record for weights, and set at the one for units: by name.</summary>
    [Theory, MemberData(nameof(Names))]
    public void The_record_for_units_has_the_options_of_the_one_for_weights(string name)
    {
        string[] OptionsOf(string kind) =>
        [
            .. MethodOption.Of(Catalog.Pruners[name.Split(' ')[0]](Swaps.Of(kind)))
                .Select(option => $"{option.Name} {option.Default} {option.Accepted} {option.Attribute.Help}").Order()
        ];

        Assert.Equal(OptionsOf(name.Split(' ')[0]), OptionsOf(name));
    }

    [Theory, MemberData(nameof(Names))]
    public void What_cannot_be_measured_is_refused(string name)
    {
        var experiment = Swaps.Of(name);
        string? Refusal(Experiment experiment) => Catalog.Pruners[experiment.Pruner](experiment).Refuses(experiment);
        Assert.Equal(
            "Options.AdjustmentInterval: '1' is not accepted. Accepted: at least 2 under Experiment.Pruning structured.",
            Refusal(experiment.WithOption("adjustmentInterval", 1)));
        Assert.StartsWith(
            "Options.LayerDensities: 'erk' is not accepted.",
            Refusal(experiment.WithOption("layerDensities", LayerDensities.Erk)), StringComparison.Ordinal);
        Assert.Null(Refusal(experiment));
        var attention = Catalog.Models["DistilBert"](new SampleShape(1, 1, 8), 2, new ModelOptions { EmbeddingSize = 24, HiddenSize = 24 });
        Assert.Contains(
            "layer normalisation or attention",
            Assert.Throws<AutoFlipException>(() => Catalog.Pruners[experiment.Pruner](experiment).Check(attention)).Message,
            StringComparison.Ordinal);
    }
}
