using System.Collections.Immutable;

namespace AutoFlip.Tests;

/// <summary>Runs put together by setting, and compared.</summary>
public sealed class ComparisonChartsTests
{
    static RunRecord Run(ulong seed, Func<Experiment, Experiment>? change = null, params ImmutableArray<RoundReport> rounds) =>
        HandMadeRun.Record with
        {
            Experiment = (change ?? (e => e))(HandMadeRun.Experiment) with { Seed = seed },
            Rounds = rounds.IsEmpty ? HandMadeRun.Record.Rounds : rounds,
        };

    static Line Line(IReadOnlyList<RunRecord> runs, string id, int place = 0) =>
        Assert.IsType<LineChart>(Assert.Single(RunCharts.Comparing(runs), chart => chart.Id == id)).Lines[place];

    [Fact]
    public void Seeds_become_a_mean_and_a_sample_standard_deviation()
    {
        // accuracy 0.5 and 0.7: mean 0.6, deviation sqrt((0.01 + 0.01) / (2 - 1))
        var line = Line([Run(1, null, HandMadeRun.Round(1, 0.5)), Run(2, null, HandMadeRun.Round(1, 0.7))], "compare-acc1");

        Assert.Equal("fedavg + autoflip", line.Name);
        Assert.Equal(0.6, Assert.Single(line.Y), 1e-12);
        Assert.Equal(Math.Sqrt(0.02), line.Spread!.Value[0], 1e-12);
    }

    [Fact]
    public void One_seed_alone_has_no_spread() => Assert.Null(Line([Run(1)], "compare-acc1").Spread);

    [Fact]
    public void Rounds_count_that_all_seeds_have()
    {
        RunRecord[] runs = [Run(1), Run(2, null, HandMadeRun.Round(1), HandMadeRun.Round(2, 0.6))]; // the second has not come further

        Assert.Equal([2], Line(runs, "compare-acc1").X);
        Assert.Equal([1, 2], Line(runs, "compare-bytes").X);
        Assert.Equal([14_000, 28_000], Line(runs, "compare-bytes").Y);
        Assert.Equal([28_000], Line(runs, "compare-acc1-over-bytes").X);
    }

    [Fact]
    public void Time_so_far_is_rounds_and_exploration() => // 1 + 2, then 3.5 of the last explorer and 3, then 4
        Assert.Equal([1, 3, 9.5, 13.5], Line([Run(1)], "compare-seconds").Y);

    [Fact]
    public void Settings_are_named_by_what_differs()
    {
        string[] Names(params Func<Experiment, Experiment>[] changes) => [.. RunGroup.Of([.. changes.Select(change =>
            Run(1, change))]).Select(group => group.Name)];

        Assert.Equal(["fedavg + autoflip", "fedavg"], Names(e => e, e => e with { Pruner = "none" }));
        Assert.Equal(["prune fraction 0.5", "prune fraction 0.7"], Names(e => e, e => e with { PruneFraction = 0.7m }));
        Assert.Equal(["wire down fp32", "wire down fp16"], Names(e => e, e => e with { WireDown = WireFormat.Fp16 }));
        Assert.Equal(["CIFAR10, TwoCNN", "MNIST, TwoNN"], Names(e => e, e => e with { Dataset = "MNIST", Model = "TwoNN" }));
        Assert.Equal(["metrics acc1 f1", "metrics acc1"], Names(e => e, e => e with { Metrics = ["acc1"] }));
        Assert.Equal(
            ["TwoCNN, hidden size 32, layer count 4 and 1 more", "TwoNN, hidden size 1, layer count 1 and 1 more"],
            Names(e => e, e => e with { Model = "TwoNN", HiddenSize = 1, LayerCount = 1, Clients = 9 }));
    }

    /// <summary>A run writes down every option of its methods, defaults too. HeteroFL's defaults are no difference to FedAvg, which has no
    /// such options; its scaler is one where it is on.</summary>
    [Fact]
    public void Options_of_methods_name_settings_where_they_differ()
    {
        static string[] Names(params Experiment[] experiments) =>
            [.. RunGroup.Of([.. experiments.Select(experiment => HandMadeRun.Record with
            {
                Experiment = MethodOptions.Complete(experiment),
            })]).Select(group => group.Name)];
        var dense = HandMadeRun.Experiment with { Pruner = "none" };
        var (cut, scaled) = (dense with { Pruner = "heterofl" }, (dense with { Pruner = "heterofl" }).WithOption("scaler", true));
        var prox = dense with { Algorithm = "fedprox" };

        Assert.Equal(["fedavg", "fedavg + heterofl"], Names(dense, cut));
        Assert.Equal(["fedavg", "fedavg + heterofl, scaler True"], Names(dense, scaled));
        Assert.Equal(["scaler False", "scaler True"], Names(cut, scaled));
        Assert.Equal(["fedavg", "fedprox, mu 1"], Names(dense, prox.WithOption("mu", 1.0)));
        var rates = Names(dense, cut.WithOption("modelRates", "1,0.5"));
        Assert.Equal("fedavg + heterofl, model rates 1,0.5", rates[1]);
    }

    [Fact]
    public void What_only_pruning_reads_does_not_part_runs_that_do_not_prune()
    {
        var groups = RunGroup.Of([
            Run(1, e => e with { Pruner = "none" }), Run(2, e => e with { Pruner = "none", PruneFraction = 0.9m }), Run(1)]);

        Assert.Equal([2, 1], groups.Select(group => group.Runs.Length));
        Assert.Equal(["fedavg", "fedavg + autoflip"], groups.Select(group => group.Name));
    }

    /// <summary>Two runs of another program's method, which may differ in options that are not read here.</summary>
    [Fact]
    public void Runs_of_a_method_that_is_not_known_are_not_put_together()
    {
        RunRecord Mine(string directory) => Run(1, e => e with { Algorithm = "mine" }) with { Directory = directory };

        Assert.Equal([1, 1], RunGroup.Of([Mine("a"), Mine("b")]).Select(group => group.Runs.Length));
    }

    [Fact]
    public void What_an_experiment_is_called_and_how_a_decimal_is_written_part_nothing() =>
        Assert.Equal(2, Assert.Single(RunGroup.Of([Run(1), Run(2, e => e with { Name = "other", PruneFraction = 0.50m })])).Runs.Length);

    [Fact]
    public void Of_equal_seeds_the_run_that_came_furthest_stays()
    {
        var group = Assert.Single(RunGroup.Of([Run(1, null, HandMadeRun.Round(1)), Run(1)]));

        Assert.Equal(4, Assert.Single(group.Runs).Rounds.Length);
    }

    [Fact]
    public void Names_that_come_out_alike_are_numbered()
    {
        var names = RunGroup.Of(
        [
            Run(1, e => e with { Model = "TwoNN", HiddenSize = 1, LayerCount = 1, Clients = 8 }),
            Run(1, e => e with { Model = "TwoNN", HiddenSize = 1, LayerCount = 1, Clients = 9 }),
            Run(1),
        ]).Select(group => group.Name).ToList();

        Assert.Equal("TwoNN, hidden size 1, layer count 1 and 1 more (2)", names[1]);
        Assert.Distinct(names);
    }

    [Fact]
    public void Runs_of_different_tasks_are_compared_by_their_own_metrics()
    {
        var evaluated = new ServerEvaluation(1, ImmutableSortedDictionary<string, double?>.Empty.Add("mse", 4));
        var regression = Run(1, e => e with { Metrics = ["mse"] }, HandMadeRun.Round(1) with { ServerEvaluated = evaluated });

        var charts = RunCharts.Comparing([Run(1), regression]).OfType<LineChart>().ToList();

        Assert.Single(charts.Single(chart => chart.Id == "compare-acc1").Lines);
        Assert.Equal(4, Assert.Single(charts.Single(chart => chart.Id == "compare-mse").Lines).Y[0]);
        Assert.Equal(2, charts.Single(chart => chart.Id == "compare-loss").Lines.Length);
    }

    [Fact]
    public void No_runs_make_no_charts() => Assert.Empty(RunCharts.Comparing([]));
}
