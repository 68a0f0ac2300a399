using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using AutoFlip.Bench;
using CsCheck;

namespace AutoFlip.Tests;

/// <summary>What holds of the charts of every run.</summary>
public sealed partial class ChartLawsTests
{
    /// <summary>Made-up runs of all sizes, cut short anywhere.</summary>
    static readonly Gen<RunRecord> Runs =
        from rounds in Gen.Int[1, 40]
        from done in Gen.Int[0, 40]
        from clients in Gen.OneOf(Gen.Int[1, 9], Gen.Int[49, 120])
        from every in Gen.Int[1, 5]
        from layers in Gen.OneOf(Gen.Int[1, 6], Gen.Int[39, 60])
        from classes in Gen.OneOf(Gen.Int[1, 5], Gen.Int[60, 80])
        from dense in Gen.Int[0, 5]
        from metrics in Gen.OneOf(
            Gen.Const<string[]>(["acc1", "acc5"]), Gen.Const<string[]>(["mse", "mae", "r2"]), Gen.Const<string[]>(["seqacc"]))
        let experiment = new Experiment
        {
            Rounds = rounds,
            Clients = clients,
            EvaluateEvery = every,
            Metrics = [.. metrics],
            DenseRounds = Math.Min(dense, rounds - 1)
        }
        let run = SyntheticRun.Of(experiment, layers, classes)
        select run with { Rounds = [.. run.Rounds.Take(done)] };

    [Fact]
    public void Charts_are_never_empty_and_never_undefined() => Runs.Sample(
        run =>
        {
            foreach (var chart in RunCharts.Of(run).Concat(RunCharts.Comparing([
                run, run with { Experiment = run.Experiment with { Seed = 2 } }])))
            {
                Assert.NotEmpty(chart.Title);
                switch (chart)
                {
                    case LineChart lines:
                        Assert.NotEmpty(lines.Lines);
                        Assert.Distinct(lines.Lines.Select(line => line.Name));
                        Assert.Every(lines.Lines, Check);
                        Assert.True(!lines.Y.IsLogarithmic || lines.Lines.All(line => line.Y.All(y => y > 0)));
                        break;
                    case BarChart bars:
                        Assert.NotEmpty(bars.Names);
                        Assert.Every(bars.Bars, bar => Assert.Equal(bars.Names.Length, bar.Values.Length));
                        Assert.Every(bars.Bars.SelectMany(bar => bar.Values), value => Assert.InRange(value, 0, double.MaxValue));
                        break;
                    case HeatMap map:
                        Assert.Equal(map.Rows.Length, map.Values.Length);
                        Assert.Every(map.Values, row => Assert.Equal(map.Columns.Length, row.Length));
                        Assert.Every(map.Values.SelectMany(row => row), value => Assert.InRange(value, 0, double.MaxValue));
                        break;
                }
            }
        },
        iter: 60);

    static void Check(Line line)
    {
        Assert.InRange(line.X.Length, 1, ChartDraft.MaxPoints);
        Assert.Equal((line.X.Length, line.X.Length), (line.Y.Length, line.Spread?.Length ?? line.Y.Length));
        Assert.Every(line.X.Concat(line.Y).Concat(line.Spread ?? []), value => Assert.True(double.IsFinite(value)));
        Assert.Equal(line.X.Order(), line.X);
    }

    [Fact]
    public void Ids_are_unique_and_safe_as_names_of_files() => Runs.Sample(
        run =>
        {
            string[] ids = [.. RunCharts.Of(run).Concat(RunCharts.Comparing([run])).Select(chart => chart.Id)];
            Assert.Distinct(ids);
            Assert.All(ids, id => Assert.Matches(SafeId, id), throwIfEmpty: false); // a run without rounds has no charts
        },
        iter: 30);

    [Fact]
    public void What_was_sent_and_computed_so_far_never_shrinks() => Runs.Sample(
        run => Assert.All(
            RunCharts.Of(run).OfType<LineChart>().Where(chart => chart.Id == "bytes").SelectMany(chart => chart.Lines),
            line => Assert.Equal(line.Y.Order(), line.Y), throwIfEmpty: false),
        iter: 30);

    [Fact]
    public void Guidance_of_kept_and_removed_weights_is_all_of_it() => Runs.Sample(
        run => Assert.Equal(
            1, RunCharts.Of(run).OfType<BarChart>().Single(chart => chart.Id == "guidance").Bars.Sum(bar => bar.Values.Sum()), 1e-9),
        iter: 30);

    [Fact]
    public void Long_lines_are_thinned_evenly_and_keep_their_ends() => Gen.Int[1, 5_000].Sample(
        count =>
        {
            var line = ChartDraft.Line("long", Enumerable.Range(1, count).Select(x => new ChartPoint(x, 2 * x)))!;

            Assert.Equal(Math.Min(count, ChartDraft.MaxPoints), line.X.Length);
            Assert.Equal((1, count), (line.X[0], line.X[^1]));
            Assert.Every(line.X.Zip(line.Y), point => Assert.Equal(2 * point.First, point.Second)); // points keep their values
            var steps = line.X.Zip(line.X.Skip(1), (one, next) => next - one).ToList();
            Assert.True(steps.Count == 0 || steps.Max() - steps.Min() <= 1);
        },
        iter: 50);

    [Fact]
    public void Undefined_points_are_no_points()
    {
        var line = ChartDraft.Line(
            "some", [new(1, null), new(2, double.NaN), new(3, 5, double.NaN), new(double.PositiveInfinity, 1), new(4, 6, 0.5)])!;

        Assert.Equal([3, 4], line.X);
        Assert.Equal([0, 0.5], line.Spread!.Value);
        Assert.Null(ChartDraft.Line("none", [new(1, double.NegativeInfinity)]));
    }

    [Fact]
    public void Charts_are_the_same_after_json()
    {
        var charts = RunCharts.Of(HandMadeRun.Record);

        var text = JsonSerializer.Serialize(charts);

        Assert.Equal(text, JsonSerializer.Serialize(JsonSerializer.Deserialize<ImmutableArray<Chart>>(text)));
        Assert.Contains("\"kind\":\"heatmap\"", text);
    }

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    static partial Regex SafeId { get; }
}
