using System.Collections.Immutable;

namespace AutoFlip.Tests;

/// <summary>What figures show, by numbers added up by hand.</summary>
public sealed class RunChartsTests
{
    static readonly ImmutableArray<Chart> Charts = RunCharts.Of(HandMadeRun.Record);

    static T Chart<T>(string id, ImmutableArray<Chart>? charts = null)
        where T : Chart => Assert.IsType<T>(Assert.Single(charts ?? Charts, chart => chart.Id == id));

    static Line Line(string id, string name, ImmutableArray<Chart>? charts = null) =>
        Assert.Single(Chart<LineChart>(id, charts).Lines, line => line.Name == name);

    [Fact]
    public void Bytes_add_up_and_exploration_counts_from_the_first_pruned_round_on()
    {
        Assert.Equal([1, 2, 3, 4], Line("bytes", "to clients").X);
        Assert.Equal([10_000, 20_000, 27_000, 32_000], Line("bytes", "to clients").Y); // + 2 x 1,000 of explorers in round 3
        Assert.Equal([4_000, 8_000, 11_000, 13_000], Line("bytes", "from clients").Y);
        Assert.Equal([14_000, 28_000, 38_000, 45_000], Line("bytes", "both").Y);
        Assert.Equal([20_000, 40_000, 60_000, 80_000], Line("bytes", "dense float32").Y);
    }

    [Fact]
    public void Costs_of_exploration_are_mentioned_where_clients_explored()
    {
        const string Sentence = "Exploration counts from the first pruned round on.";
        var without = RunCharts.Of(HandMadeRun.Record with { Explorers = [] });

        foreach (var id in (string[])["bytes", "metric-over-bytes", "metric-over-macs"])
        {
            Assert.Contains(Sentence, Chart<LineChart>(id).Note, StringComparison.Ordinal);
            Assert.DoesNotContain("xploration", Chart<LineChart>(id, without).Note, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Accuracy_stands_over_what_was_spent_by_then()
    {
        var overBytes = Line("metric-over-bytes", "server's test set");
        Assert.Equal([28_000, 45_000], overBytes.X);
        Assert.Equal([0.50, 0.75], overBytes.Y);
        // 2 dense rounds of 100 x 8; 2 explorers of 10 x 8; 2 pruned rounds of 100 x 2
        Assert.Equal([1_600, 1_600 + 160 + 400], Line("metric-over-macs", "server's test set").X);
        Assert.Equal([0.4, 0.65], Line("metric-over-macs", "other clients").Y.Select(y => Math.Round(y, 12)));
    }

    [Fact]
    public void Metric_that_is_never_defined_has_no_line()
    {
        var chart = Chart<LineChart>("global");

        Assert.Equal("accuracy", Assert.Single(chart.Lines).Name); // f1 is NaN throughout
        Assert.Equal((AxisUnit.Share, AxisUnit.Count), (chart.Y.Unit, chart.X.Unit));
        Assert.Equal([2, 4], chart.Lines[0].X);
    }

    [Fact]
    public void Clients_spread_by_their_standard_deviation()
    {
        var training = Line("local", "training");

        Assert.Equal([0.3, 0.3, 0.3, 0.3], training.Y);
        Assert.Equal([0.05, 0.05, 0.05, 0.05], training.Spread!.Value);
        Assert.Equal([2, 4], Line("local", "other clients").X);
        Assert.DoesNotContain(Chart<LineChart>("local").Lines, line => line.Name == "cohort, held out"); // nobody evaluated
    }

    [Fact]
    public void Loss_is_that_of_clients_and_of_the_server()
    {
        Assert.Equal([2, 1, 2.0 / 3, 0.5], Line("loss", "training").Y);
        Assert.Equal([1.25, 1.25], Line("loss", "server's test set").Y);
        Assert.Null(Line("loss", "training").Spread);
    }

    [Fact]
    public void Density_says_what_is_kept_of_parameters_units_tensors_and_arithmetic()
    {
        Assert.Equal([1, 1, 0.5, 0.5], Line("density", "parameters").Y);
        Assert.Equal([1, 1, 0.25, 0.25], Line("density", "units").Y); // 1 of 4
        Assert.Equal([1, 1, 0.6, 0.6], Line("density", "trained").Y); // 6 of 10
        Assert.Equal([1, 1, 0.25, 0.25], Line("density", "computation").Y); // 2 of 8
    }

    [Fact]
    public void Seconds_are_shown_where_something_was_done()
    {
        Assert.Equal([2, 4, 6, 8], Line("seconds", "training").Y);
        Assert.Equal([3], Line("seconds", "mask").X); // the mask of round 4 is that of round 3
        Assert.Equal([2, 4], Line("seconds", "evaluation").X);
        Assert.DoesNotContain(Chart<LineChart>("seconds").Lines, line => line.Name == "fold"); // 0 throughout
    }

    [Fact]
    public void Partition_is_who_has_what()
    {
        var map = Chart<HeatMap>("partition");
        Assert.Equal(["cat", "dog"], map.Columns);
        Assert.Equal(["0", "1"], map.Rows);
        Assert.Equal([3, 0, 1, 2], map.Values.SelectMany(row => row));

        var samples = Chart<BarChart>("samples");
        Assert.Equal([3, 3], samples.Bars[0].Values);
        Assert.Equal([1, 1], samples.Bars[1].Values);
    }

    [Fact]
    public void Layers_are_those_after_the_last_round()
    {
        var units = Chart<BarChart>("layer-units");
        Assert.Equal(("a", 1.0, 3.0), (Assert.Single(units.Names), units.Bars[0].Values[0], units.Bars[1].Values[0]));
        var parameters = Chart<BarChart>("layer-parameters");
        Assert.Equal([0.375, 1], parameters.Bars[0].Values); // 3 of 8, 2 of 2
        Assert.Equal([1, 2, 3, 4], Line("layer-distance", "a").Y);
        Assert.Equal([10, 20, 30, 40], Line("layer-distance", "b").Y);
        Assert.Equal([1, 0.5, 1 / 3.0, 0.25], Line("layer-step", "a").Y);
    }

    [Fact]
    public void Guidance_goes_into_half_orders_of_magnitude()
    {
        // 20 weights: 4 of guidance 0 (1 kept), 4 removed at 10^-2..10^-1.9375 and 12 kept at 10^-0.0625..10^0, where the last bin ends.
        var bars = Chart<BarChart>("guidance");
        Assert.Equal(["less", "3e-3", "1e-2", "3e-2", "1e-1", "3e-1", "1e+0"], bars.Names);
        Assert.Equal([1, 0, 0, 0, 0, 12, 0], bars.Bars[0].Values.Select(share => Math.Round(share * 20, 9)));
        Assert.Equal([3, 0, 4, 0, 0, 0, 0], bars.Bars[1].Values.Select(share => Math.Round(share * 20, 9)));
        Assert.Equal(bars.Bars[0].Values, Assert.Single(Chart<HeatMap>("guidance-kept").Values)); // one tensor is all
        Assert.Equal("a.weight", Assert.Single(Chart<HeatMap>("guidance-removed").Rows));
    }

    [Fact]
    public void Guidance_that_is_nothing_but_zeros_is_one_place()
    {
        var zeros = new GuidanceHistogram(
            "a.weight", 0, 0, [.. new int[GuidanceHistogram.Bins]], [.. new int[GuidanceHistogram.Bins]], 4, 1);
        var bars = Chart<BarChart>("guidance", RunCharts.Of(HandMadeRun.Record with { Guidance = new("deviation", 1, 1, [zeros]) }));

        Assert.Equal("less", Assert.Single(bars.Names));
        Assert.Equal((0.25, 0.75), (bars.Bars[0].Values[0], bars.Bars[1].Values[0]));
    }

    [Fact]
    public void Errors_have_axes_of_their_own()
    {
        var metrics = ImmutableSortedDictionary<string, double?>.Empty.Add("mse", 4).Add("mae", 1).Add("r2", 0.5).Add("d2", 0.4);
        var record = HandMadeRun.Record with
        {
            Experiment = HandMadeRun.Experiment with { Metrics = ["mse", "mae", "r2", "d2"] },
            Rounds = [HandMadeRun.Round(1) with { ServerEvaluated = new ServerEvaluation(1, metrics) }],
        };

        var charts = RunCharts.Of(record).OfType<LineChart>().Where(chart => chart.Id.StartsWith("global", StringComparison.Ordinal))
            .ToList();

        Assert.Equal(["global-mse", "global-mae", "global-scores"], charts.Select(chart => chart.Id)); // as the experiment orders them
        Assert.Equal(["r2", "d2"], charts[2].Lines.Select(line => line.Name));
        Assert.Equal("mse on the server's test set", charts[0].Title);
    }

    [Fact]
    public void Metric_of_a_later_version_has_an_axis_of_its_own()
    {
        var metrics = ImmutableSortedDictionary<string, double?>.Empty.Add("acc1", 0.5).Add("bleu/4", 30);
        var charts = RunCharts.Of(HandMadeRun.Record with
        {
            Rounds = [HandMadeRun.Round(1) with { ServerEvaluated = new ServerEvaluation(
            1, metrics) }]
        });

        Assert.Equal(30, Line("global-bleu-4", "bleu/4", charts).Y[0]);
        Assert.Single(Chart<LineChart>("global", charts).Lines);
    }

    [Fact]
    public void Learning_rate_is_shown_if_it_changes()
    {
        Assert.DoesNotContain(Charts, chart => chart.Id == "learning-rate");

        var charts = RunCharts.Of(HandMadeRun.Record with
        {
            Rounds = [
            HandMadeRun.Round(1), HandMadeRun.Round(2) with { LearningRate = 0.05 }]
        });
        Assert.Equal([0.1, 0.05], Line("learning-rate", "learning rate", charts).Y);
    }

    [Fact]
    public void Axis_of_values_over_two_orders_of_magnitude_is_logarithmic()
    {
        RoundReport Loss(int t, double loss) =>
            HandMadeRun.Round(t) with { ServerEvaluated = new ServerEvaluation(loss, ImmutableSortedDictionary<string, double?>.Empty) };
        bool IsLogarithmic(double loss) => Chart<LineChart>(
            "loss", RunCharts.Of(HandMadeRun.Record with { Rounds = [Loss(1, 2), Loss(2, loss)] })).Y.IsLogarithmic;

        Assert.False(IsLogarithmic(99)); // the least is 1, the training loss of round 2
        Assert.True(IsLogarithmic(100));
        Assert.False(IsLogarithmic(-100)); // logarithms need numbers above 0
    }

    [Fact]
    public void Run_of_an_earlier_version_or_without_rounds_shows_what_it_can()
    {
        var old = HandMadeRun.Record with
        {
            Partition = null,
            Guidance = null,
            Rounds = [.. HandMadeRun.Record.Rounds.Select(round => round with { Layers = [] })]
        };
        Assert.Equal(
            ["global", "local", "loss", "density", "bytes", "seconds", "metric-over-bytes", "metric-over-macs"],
            RunCharts.Of(old).Select(chart => chart.Id));
        Assert.Equal(["parameters", "computation"], Chart<LineChart>("density", RunCharts.Of(old)).Lines.Select(line => line.Name));
        Assert.Empty(RunCharts.Of(old with { Rounds = [] }));
    }

    [Fact]
    public void Many_clients_are_shown_by_real_ones_and_their_sizes_counted()
    {
        var record = HandMadeRun.Record with
        {
            Partition = new(
                ["a", "b"], [.. Enumerable.Range(1_000, 10_000).Select(size => (ImmutableArray<int>)[size, 0])],
                [.. Enumerable.Repeat((ImmutableArray<int>)[0, 0], 10_000)]),
        };

        var map = Chart<HeatMap>("partition", RunCharts.Of(record));
        Assert.Equal((50, "0", "9999"), (map.Rows.Length, map.Rows[0], map.Rows[^1]));
        Assert.Every(map.Rows.Zip(map.Values), row => Assert.Equal(row.First, $"{row.Second[0] - 1_000}")); // client n holds 1,000 + n
        Assert.Contains("50 of 10,000 clients", map.Note);

        var sizes = Chart<BarChart>("samples", RunCharts.Of(record)); // 1,000..10,999 in bins of 500: 9,999 / 20 + 1
        Assert.Equal(10_000, sizes.Bars[0].Values.Sum());
        Assert.Equal(("1000–1499", "10500–10999", 500.0), (sizes.Names[0], sizes.Names[^1], sizes.Bars[0].Values[^1]));
    }

    [Fact]
    public void Clients_of_very_different_sizes_are_counted_in_bins_that_double()
    {
        BarChart? Sizes(params int[] sizes) => RunCharts.Of(HandMadeRun.Record with
        {
            Partition = new(
                ["a"], [.. Enumerable.Range(0, 60).Select(i => (ImmutableArray<int>)[sizes[i % sizes.Length]])],
                [.. Enumerable.Repeat((ImmutableArray<int>)[0], 60)]),
        }).OfType<BarChart>().SingleOrDefault(chart => chart.Id == "samples");

        var skewed = Sizes(0, 1, 3, 60)!;
        Assert.Equal(["0", "1", "2–3", "4–7", "8–15", "16–31", "32–63"], skewed.Names);
        Assert.Equal([15, 15, 15, 0, 0, 0, 15], skewed.Bars[0].Values);
        Assert.Equal(("4–7", "256–511"), (Sizes(5, 300)!.Names[0], Sizes(5, 300)!.Names[^1]));
        Assert.Equal(["4", "5", "6"], Sizes(4, 6)!.Names);
        Assert.Null(Sizes(7)); // all alike
    }

    [Fact]
    public void Many_classes_are_shown_by_the_most_frequent_ones()
    {
        ImmutableArray<int> counts = [.. Enumerable.Range(0, 100)];
        var record = HandMadeRun.Record with { Partition = new([.. counts.Select(c => $"w{c}")], [counts], [[.. new int[100]]]) };

        var map = Chart<HeatMap>("partition", RunCharts.Of(record));

        Assert.Equal((40, "w61", "w99", "others"), (map.Columns.Length, map.Columns[0], map.Columns[^2], map.Columns[^1]));
        Assert.Equal(60 * 61 / 2, map.Values[0][^1]); // 0 + 1 + ... + 60
        Assert.Contains("39 most frequent of 100 classes", map.Note);
    }

    [Fact]
    public void Many_layers_are_shown_by_the_largest_in_their_order()
    {
        ImmutableArray<LayerFigures> layers = [.. Enumerable.Range(1, 75).Select(i => new LayerFigures($"l{i}", i, i, 1, 1, 1))];
        var charts = RunCharts.Of(HandMadeRun.Record with { Rounds = [HandMadeRun.Round(1) with { Layers = layers }] });

        var lines = Chart<LineChart>("layer-distance", charts);
        Assert.Equal(Enumerable.Range(64, 12).Select(i => $"l{i}"), lines.Lines.Select(line => line.Name));
        Assert.Contains("12 layers with the most parameters, of 75", lines.Note);
        Assert.Equal(40, Chart<BarChart>("layer-parameters", charts).Names.Length);
        Assert.DoesNotContain(charts, chart => chart.Id == "layer-units");
    }
}
