using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AutoFlip.Cli;

namespace AutoFlip.Tests;

public sealed partial class ReportPageTests : IDisposable
{
    const string Hostile = "</script><img src=x onerror=alert(1)>\u2028\u2029\"'&";
    static readonly PageLinks NoLinks = new(Folder: null);

    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    static string Text(params RunRecord[] runs) => ReportFile.Text(ReportPage.Of(runs, NoLinks, ExperimentChoices.ForReports));

    /// <summary>A run in which everything that somebody else may have named is named as badly as can be.</summary>
    static RunRecord HostileRun()
    {
        var run = MadeUpRun.Record(
            MadeUpRun.Experiment with { Name = Hostile, Dataset = $"csv:{Hostile}", Target = Hostile, Owner = Hostile, Model = Hostile },
            directory: Path.Combine("runs", Hostile));
        return run with
        {
            Rounds = [.. run.Rounds.Select(round =>
                round with {
                    Failures = [new ClientFailure(0, Hostile)],
                    Layers = [.. round.Layers.Select(layer => layer with { Name = Hostile + layer.Name })] })],
            Explorers = [run.Explorers[0] with { Failure = Hostile }],
            Partition = run.Partition! with { Classes = [.. run.Partition.Classes.Select(name => Hostile + name)] },
            Guidance = run.Guidance! with
            {
                Guidance = Hostile,
                Tensors = [.. run.Guidance.Tensors.Select(tensor => tensor with { Tensor = Hostile })]
            },
            Models = [Hostile],
        };
    }

    [Fact]
    public void No_name_becomes_markup_and_none_ends_a_script()
    {
        var text = Text(HostileRun(), HostileRun() with { Experiment = HostileRun().Experiment with { Seed = 2 } });

        Assert.DoesNotContain("<img", text);
        Assert.Contains("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;", text);
        Assert.Equal(2, Regex.Count(text, "</script>")); // the page's own two
        var charts = Charts.Match(text).Groups[1].Value;
        Assert.DoesNotContain('<', charts);
        Assert.DoesNotContain('\u2028', charts);
        Assert.Contains("onerror", JsonDocument.Parse(charts).RootElement.ToString());
    }

    [Fact]
    public void A_run_on_a_GPU_names_device_model_and_libtorch()
    {
        var run = MadeUpRun.Record();
        run = run with
        {
            Summary = run.Summary! with { Kernels = "torch", Device = "cuda:0,cuda:1", Gpu = "NVIDIA <A100>", Libtorch = "2.10.0+cu128" },
        };

        Assert.Contains("trained by libtorch 2.10.0+cu128 on cuda:0,cuda:1 (NVIDIA &lt;A100&gt;)", Text(run), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_loaded_from_anywhere()
    {
        var text = Text(MadeUpRun.Record());

        Assert.DoesNotContain(
            References.Matches(text),
            reference => !reference.Groups[1].Value.StartsWith('#')
                && !reference.Groups[1].Value.StartsWith("data:", StringComparison.Ordinal));
        Assert.Contains("default-src &#39;none&#39;", text);
        Assert.DoesNotContain("connect-src", text);
        Assert.DoesNotContain("@import", text);
        Assert.DoesNotContain(" style=\"", text);
    }

    /// <summary>The demand of a run of 200 rounds and 20 clients: less than 2 MB.</summary>
    [Fact]
    public void Large_run_s_report_is_small()
    {
        var run = MadeUpRun.Record(MadeUpRun.Experiment with
        {
            Rounds = 200,
            Clients = 20,
            Metrics = ["acc1", "acc5", "f1", "precision", "recall"]
        });
        var wide = run with
        {
            Rounds = [.. run.Rounds.Select(round =>
            round with { Layers = [.. Enumerable.Range(0, 60).Select(i =>
                round.Layers[0] with { Name = $"features.{i}", Distance = round.Round / 7.0 + i })] })]
        };

        Assert.InRange(Encoding.UTF8.GetByteCount(Text(wide)), 100_000, 1_000_000);
    }

    [Fact]
    public void Of_very_many_runs_only_the_comparison_is_drawn()
    {
        var text = Text([.. Enumerable.Range(1, 21).Select(seed => MadeUpRun.Record(MadeUpRun.Experiment with { Seed = (ulong)seed }))]);

        Assert.Every(Places.Matches(text), place => Assert.StartsWith("all-", place.Groups[1].Value));
        Assert.Contains("id=\"run21-ledger\"", text);
    }

    [Fact]
    public void Every_place_of_a_figure_has_its_data()
    {
        var text = Text(MadeUpRun.Record(), MadeUpRun.Record(MadeUpRun.Experiment with { Pruner = "none" }));
        using var charts = JsonDocument.Parse(Charts.Match(text).Groups[1].Value);

        var places = Places.Matches(text).Select(place => place.Groups[1].Value).ToList();

        Assert.True(places.Count > 20);
        Assert.Equal(places.Order(), charts.RootElement.EnumerateObject().Select(chart => chart.Name).Order());
        Assert.Equal(places.Count, places.Distinct().Count());
    }

    [Fact]
    public void Ids_are_there_once_and_links_lead_to_them()
    {
        var text = Text(MadeUpRun.Record(), MadeUpRun.Record(MadeUpRun.Experiment with { Seed = 2 }));
        var ids = Ids.Matches(text).Select(id => id.Groups[1].Value).ToList();

        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Every(
            References.Matches(text).Select(reference => reference.Groups[1].Value).Where(target => target.StartsWith('#')),
            target => Assert.Contains(target[1..], ids));
    }

    [Fact]
    public void Headings_go_down_one_level_at_a_time()
    {
        foreach (var text in (string[])[
            Text(MadeUpRun.Record()), Text(MadeUpRun.Record(), MadeUpRun.Record(MadeUpRun.Experiment with { Pruner = "none" }))])
        {
            int[] levels = [.. Headings.Matches(text).Select(heading => int.Parse(heading.Groups[1].Value))];

            Assert.Equal(1, Assert.Single(levels, level => level == 1));
            Assert.Every(levels.Zip(levels.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1));
        }
    }

    [Fact]
    public void Run_that_goes_on_says_how_far_it_is()
    {
        var page = ReportPage.Of([MadeUpRun.Record(rounds: 5)], NoLinks, ExperimentChoices.ForReports);

        Assert.Equal("round 5 of 12 done", page.Progress);
        Assert.Contains("<span class=\"chip goes-on\">round 5 of 12 done</span>", page.Content.Text);
        Assert.DoesNotContain("model_sha256", page.Content.Text);
    }

    [Fact]
    public void Run_before_its_first_round_and_no_run_at_all_are_pages_too()
    {
        var run = MadeUpRun.Record(MadeUpRun.Experiment with { ExplorerFraction = 0.5 }, rounds: 0);

        Assert.Equal(
            "exploring, 1 of 2 done",
            ReportPage.Of([run with { Explorers = run.Explorers[..1] }], NoLinks, ExperimentChoices.ForReports).Progress);
        Assert.Equal("in its first round", ReportPage.Of([run with { Explorers = [] }], NoLinks, ExperimentChoices.ForReports).Progress);
        Assert.Equal("loading", ReportPage.Of([], NoLinks, ExperimentChoices.ForReports).Progress);
    }

    [Fact]
    public void Run_of_an_earlier_version_lacks_figures_but_not_a_page()
    {
        var run = MadeUpRun.Record();

        var page = ReportPage.Of(
            [run with { Partition = null, Guidance = null, Rounds = [.. run.Rounds.Select(round => round with { Layers = [] })] }], NoLinks,
            ExperimentChoices.ForReports);

        Assert.DoesNotContain("run-layers", page.Content.Text);
        Assert.DoesNotContain("run-clients", page.Content.Text);
    }

    [Fact]
    public void Failures_are_named()
    {
        var text = ReportPage.Of([MadeUpRun.Record()], NoLinks, ExperimentChoices.ForReports).Content.Text;

        Assert.Contains("<th scope=\"row\">round 2</th><td>1</td><td class=\"words\">it sent &lt;nothing&gt; [in time]</td>", text);
        Assert.Contains("Clients that failed", text);
    }

    [Fact]
    public void Means_over_seeds_come_with_their_deviation()
    {
        var text = ReportPage.Of(
            [.. ((ulong[])[1, 2, 3]).Select(seed => MadeUpRun.Record(MadeUpRun.Experiment with { Seed = seed }))], NoLinks,
            ExperimentChoices.ForReports).Content.Text;

        // Of the last five evaluations 0.8478, 0.8488, 0.8498 (see FindingsTests): as percent 84.9 with a deviation of
        // 0.1. What does not vary stands alone.
        Assert.Contains(
            "<td>3</td><td>12</td><td>84.9 % ± 0.1 %</td><td>50.0 %</td>", text.Replace("&#177;", "±", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("page", "runs/a b", "../runs/a%20b/final.safetensors")]
    [InlineData("runs/a b", "runs/a b", "final.safetensors")]
    [InlineData(".", "x:y#?", "x%3Ay%23%3F/final.safetensors")]
    public void Links_are_relative_and_encoded(string page, string run, string expected) =>
        Assert.Equal(
            $"<a class=\"path\" href=\"{expected}\">final.safetensors</a>",
            new PageLinks(Path.GetFullPath(page)).To(run, "final.safetensors").Text);

    [Fact]
    public void Report_of_a_run_lies_in_its_directory_and_links_what_is_there()
    {
        var run = MadeUpRun.Record(directory: _folder["run"]);
        MadeUpRun.Write(run);
        File.WriteAllText(Path.Combine(run.Directory, "checkpoints", "final.safetensors"), "");

        ReportFile.WriteInto(run.Directory, ExperimentChoices.ForReports);

        var text = File.ReadAllText(Path.Combine(run.Directory, "report.html"));
        Assert.Contains("href=\"checkpoints/final.safetensors\"", text);
        Assert.Contains("href=\"rounds.jsonl\"", text);
        Assert.DoesNotContain("href=\"results.json\"", text); // there is none
        Assert.False(File.Exists(Path.Combine(run.Directory, "report.html.partial")));
    }

    [Fact]
    public void Numbers_of_figures_have_the_digits_that_are_shown_and_no_more() =>
        Assert.Equal("""{"a":{"kind":"lines","x":{"label":"x","unit":"Count","log":false},"y":{"label":"y","unit":"Share","log":true},"xs":[[1,2]],"lines":[{"name":"l","x":0,"y":[0.33333334,null]},{"name":"m","x":0,"y":[1,2],"spread":[0,0.5]}],"title":"T"}}""",
            ChartJson.Write(ChartJson.Of([(
                "a", new LineChart("a", "T", new("x", AxisUnit.Count), new("y", AxisUnit.Share) { IsLogarithmic = true },
                [
                    new Line("l", [1, 2], [1 / 3.0, double.NaN]), new Line("m", [1, 2], [1, 2]) { Spread = ImmutableArray.Create(0, 0.5) }
                ]))])));

    [GeneratedRegex("""<script type="application/json" id="charts">(.*?)</script>""", RegexOptions.Singleline)]
    static partial Regex Charts { get; }

    [GeneratedRegex(" data-chart=\"([^\"]*)\"")]
    static partial Regex Places { get; }

    [GeneratedRegex(" id=\"([^\"]*)\"")]
    static partial Regex Ids { get; }

    [GeneratedRegex(" (?:src|href|srcset|action)=\"([^\"]*)\"")]
    static partial Regex References { get; }

    [GeneratedRegex("<h([1-6])[ >]")]
    static partial Regex Headings { get; }
}
