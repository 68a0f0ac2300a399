using CsCheck;

namespace AutoFlip.Tests;

public sealed class SubModelTests : IDisposable
{
    static readonly Experiment Tiny = TinyFederation.Experiment with { Pruner = "heterofl", ServerMomentum = 0 };
    static readonly Network Network = TinyFederation.Network(Tiny); // two hidden layers of 8

    readonly TemporaryDirectory _folder = new();

    public static TheoryData<string> Pruners =>
        [.. Catalog.Pruners.Where(entry => entry.Value(new()).HasSubModels).Select(entry => entry.Key)];

    public void Dispose() => _folder.Dispose();

    /// <summary>ceil(0.5·5) = 3; ceil(0.0625·8) = 1; 0.7·10 is 7 and not 8, which doubles would give.</summary>
    [Theory, InlineData("0.5", 5, 3), InlineData("0.0625", 8, 1), InlineData("0.7", 10, 7), InlineData("1", 6, 6)]
    public void A_rate_gives_a_number_of_units_rounded_up(string rate, int width, int units) => Assert.Equal(
        units, SubModelPruner.UnitsAt(decimal.Parse(rate, System.Globalization.CultureInfo.InvariantCulture), width));

    [Fact]
    public void HeteroFL_keeps_the_first_units()
    {
        var units = new HeteroFl { ModelRates = "0.5" }.SubModelOf(At(round: 3, client: 1));

        Assert.Every(Hidden(units), kept => Assert.Equal([0, 1, 2, 3], Indices(kept)));
    }

    /// <summary>K = 8, width 4. Round 1 begins at unit 0, round 7 at unit 6: 6, 7, 0, 1. Over K rounds in a row each unit is trained as
    /// often as every other: 4 times.</summary>
    [Fact]
    public void FedRolex_rolls_its_window_over_all_units()
    {
        var pruner = new FedRolex { ModelRates = "0.5" };

        Assert.Every(Hidden(pruner.SubModelOf(At(round: 1, client: 0))), kept => Assert.Equal([0, 1, 2, 3], Indices(kept)));
        Assert.Every(Hidden(pruner.SubModelOf(At(round: 7, client: 0))), kept => Assert.Equal([0, 1, 6, 7], Indices(kept)));
        var trained = Enumerable.Range(5, 8).SelectMany(round => Indices(Hidden(pruner.SubModelOf(At(round, client: 2)))[0]));
        Assert.Every(trained.CountBy(unit => unit), unit => Assert.Equal(4, unit.Value));
    }

    [Fact]
    public void Federated_dropout_draws_units_by_round_client_and_layer()
    {
        var pruner = new FederatedDropout { ModelRates = "0.5" };
        var units = pruner.SubModelOf(At(round: 2, client: 3));

        Assert.Equal(units, pruner.SubModelOf(At(round: 2, client: 3)));
        Assert.Every(Hidden(units), kept => Assert.Equal(4, kept.Kept));
        var others = from round in Enumerable.Range(1, 6)
                     from client in Enumerable.Range(0, 6)
                     from kept in Hidden(pruner.SubModelOf(At(round, client)))
                     select string.Join(' ', Indices(kept));
        Assert.True(others.Distinct().Count() > 36); // of 72 draws out of 70 sets: about 45
    }

    [Fact]
    public void Clients_are_divided_evenly_among_the_rates_or_drawn_anew_in_each_round()
    {
        var pruner = new HeteroFl();
        decimal[] rates = [.. Enumerable.Range(0, 100).Select(client => pruner.RateOf(new(Network, 1, client, 100, new Seeds(3))))];

        Assert.Every(rates.CountBy(rate => rate), rate => Assert.Equal(20, rate.Value));
        Assert.Equal(rates, Enumerable.Range(0, 100).Select(client => pruner.RateOf(new(Network, 9, client, 100, new Seeds(3)))));
        var moving = pruner with { DynamicRates = true };
        Assert.Equal(5, Enumerable.Range(1, 60).Select(round => moving.RateOf(At(round, client: 0))).Distinct().Count());
    }

    [Theory, InlineData(""), InlineData("0.5,"), InlineData("0"), InlineData("1.5"), InlineData("-1")]
    [InlineData("half"), InlineData("1e-1")]
    public void Rates_that_are_none_are_refused_before_data_are_loaded(string rates) => Assert.Contains(
        "numbers in (0, 1], separated by commas",
        Assert.Single(ExperimentRules.Violations((Tiny with { Dataset = "Digits", Model = "LeNet" }).WithOption("modelRates", rates))));

    [Theory]
    [InlineData("heterofl", "0.5,0.25", true), InlineData("fjord", "0.5", true), InlineData("heterofl", "1,0.5", false)]
    [InlineData("fedrolex", "0.5", false), InlineData("federated-dropout", "0.75", false)]
    public void Units_that_nobody_trains_are_named_before_the_run(string pruner, string rates, bool isWarned)
    {
        var experiment = (Tiny with { Pruner = pruner, EvaluationScope = EvaluationScope.Global }).WithOption("modelRates", rates);

        Assert.Equal(
            isWarned ? [$"Experiment.Pruner {pruner}: no client trains the last units of any layer, with Options.ModelRates {rates}. The "
                + "global model has them as they were drawn."] : [],
            Catalog.Pruners[pruner](experiment).Warns(experiment, TinyFederation.Network(experiment)));
    }

    /// <summary>Of 8 units 0.99 are 8.</summary>
    [Theory, InlineData("1,1"), InlineData("1,0.99")]
    public void Rates_at_which_every_client_trains_all_are_named_before_the_run(string rates)
    {
        var experiment = (Tiny with { Pruner = "heterofl" }).WithOption("modelRates", rates);

        Assert.Equal(
            [$"Experiment.Pruner heterofl: with Options.ModelRates {rates} every client trains the whole model."],
            Catalog.Pruners["heterofl"](experiment).Warns(experiment, TinyFederation.Network(experiment)));
    }

    [Theory, MemberData(nameof(Pruners))]
    public void A_model_without_units_to_leave_out_is_named_before_the_run(string pruner)
    {
        var experiment = Tiny with { Pruner = pruner, Model = "LogReg" };

        Assert.Equal(
            [$"Experiment.Pruner {pruner}: LogReg has no layer of which units could be left out, so every client trains the whole model."],
            Catalog.Pruners[pruner](experiment).Warns(experiment, TinyFederation.Network(experiment)));
    }

    [Theory, MemberData(nameof(Pruners))]
    public void An_algorithm_that_folds_replies_by_position_is_refused(string pruner)
    {
        var sentence = Assert.Single(ExperimentRules.Violations(
            Tiny with { Pruner = pruner, Dataset = "Digits", Model = "LeNet", Algorithm = "scaffold", Optimizer = "SGD" }));

        Assert.Contains($"Experiment.Algorithm scaffold: it cannot fold the sub-models", sentence);
        Assert.Contains("Accepted: fedavg, ", sentence);
    }

    /// <summary>An algorithm with a fold of its own has to consider sub-models.</summary>
    [Fact]
    public void An_algorithm_that_begins_a_round_itself_takes_no_sub_models() => Assert.Every(Catalog.Algorithms, entry =>
    {
        var algorithm = entry.Value(new());
        var foldsItself = algorithm.GetType().GetMethod(nameof(FederatedAlgorithm.BeginRound))!.DeclaringType != typeof(FederatedAlgorithm);
        Assert.False(foldsItself && algorithm.TakesSubModels, entry.Key);
    });

    /// <summary>Rate 1 for everybody is federated averaging, to the bit and in bytes.</summary>
    [Theory, MemberData(nameof(Pruners))]
    public async Task At_rate_1_it_is_FedAvg(string pruner)
    {
        var plain = await TinyFederation.RunAsync(Tiny with { Pruner = "none" });
        var whole = await TinyFederation.RunAsync((Tiny with { Pruner = pruner }).WithOption("modelRates", "1"));

        Assert.Equal(plain.Global.Sha256(), whole.Global.Sha256());
        Assert.Equal(plain.Rounds.Select(round => round.Report.DownBytes), whole.Rounds.Select(round => round.Report.DownBytes));
    }

    /// <summary>One rate for all under HeteroFL is the training of one narrow network: what it does not have never moves.</summary>
    [Theory, InlineData(WireFormat.Fp32), InlineData(WireFormat.Fp16), InlineData(WireFormat.Int8)]
    public async Task Units_that_no_client_has_never_move(WireFormat wire)
    {
        var experiment = (Tiny with { WireDown = wire, WireUp = wire, ServerMomentum = 0.9 }).WithOption("modelRates", "0.5");
        var outcome = await TinyFederation.RunAsync(experiment);
        var (initial, trained) = (TinyFederation.Initial(experiment), outcome.Global);
        var present = new HeteroFl { ModelRates = "0.5" }.SubModelOf(At(1, 0)).Present;

        int[] moved = [.. Enumerable.Range(0, present.Count).Where(place => initial.Values[place] != trained.Values[place])];
        Assert.Every(moved, place => Assert.True(present[place]));
        Assert.True(moved.Length > present.Kept / 2);
    }

    [Theory, MemberData(nameof(Pruners))]
    public async Task Tensors_bytes_and_products_are_those_of_the_sub_models(string pruner)
    {
        var outcome = await TinyFederation.RunAsync((Tiny with { Pruner = pruner }).WithOption("modelRates", "0.5"));

        Assert.Every(outcome.Rounds, round =>
        {
            Assert.Equal(16 * 4 + 4 + 4 * 4 + 4 + 4 * 3 + 3, round.Report.TrainedParameters);
            Assert.Equal(16 * 4 + 4 * 4 + 4 * 3, round.Report.ActiveMacsPerSample);
            Assert.True(round.Report.UpBytes < 0.65 * round.Report.DenseFp32Bytes / 2); // 103 of 235 parameters, and heads of messages
            Assert.Equal(1, round.Report.Density);
            Assert.Empty(round.Report.Failures);
        });
    }

    /// <summary>The model that is exported is whole; what clients trained was not.</summary>
    [Fact]
    public void The_summary_has_the_sizes_that_clients_trained()
    {
        var experiment = (FinishedRuns.Small with { Pruner = "heterofl" }).WithOption("modelRates", "0.5");
        Directory.CreateDirectory(_folder["run"]);
        var summary = Simulation.Run(
            experiment, new RunOptions { ResultPath = _folder["run"], Workers = 1, Offline = true }, RunObserver.None, TimeProvider.System,
            default);

        // 64 pixels, two hidden layers of 8 and 10 classes; half of the units
        Assert.Equal((64 * 8 + 8 + 8 * 8 + 8 + 8 * 10 + 10, 1.0), (summary.ModelSize.ActiveParameters, summary.ModelSize.Density));
        Assert.Equal(64 * 4 + 4 + 4 * 4 + 4 + 4 * 10 + 10, summary.ModelSize.TrainedParameters);
        Assert.Equal(64 * 4 + 4 * 4 + 4 * 10, summary.Compute.ActiveMacsPerSample);
    }

    [Theory, MemberData(nameof(Pruners))]
    public async Task Workers_and_the_order_in_which_clients_finish_do_not_matter(string pruner)
    {
        var experiment = Tiny with { Pruner = pruner, WireUp = WireFormat.Int8, WireDown = WireFormat.Fp16, CohortFraction = 1 };
        var one = await TinyFederation.RunAsync(experiment);
        var three = await TinyFederation.RunAsync(experiment, workers: 3);

        Assert.Equal(one.Global.Sha256(), three.Global.Sha256());
        Assert.Equal(
            one.Rounds.Select(round => (round.Report.DownBytes, round.Report.UpBytes)),
            three.Rounds.Select(round => (round.Report.DownBytes, round.Report.UpBytes)));
    }

    [Theory, MemberData(nameof(Pruners))]
    public void A_resumed_run_ends_with_the_same_model(string pruner)
    {
        var experiment = FinishedRuns.Small with { Pruner = pruner, ServerMomentum = 0.9, WireUp = WireFormat.Int8, Rounds = 3 };
        var unbroken = ResumedRuns.Unbroken(experiment, _folder["whole"]);

        Assert.Every([1, 2], after => Assert.Equal(unbroken, ResumedRuns.Resumed(experiment, _folder[$"after {after}"], after)));
    }

    static SubModelContext At(int round, int client) => new(Network, round, client, Tiny.Clients, new Seeds(7));

    static Selection[] Hidden(Units units) =>
        [.. Network.Groups.Zip(units.Kept).Where(group => !group.First.IsFixed).Select(group => group.Second)];

    static IEnumerable<int> Indices(Selection kept) => Enumerable.Range(0, kept.Count).Where(unit => kept[unit]);
}
