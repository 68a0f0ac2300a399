using System.Collections.Immutable;

namespace AutoFlip.Tests;

/// <summary>Personal models in charts, tables and text; nothing of them where an algorithm has none.</summary>
public class PersonalReportTests
{
    /// <summary>Rounds 2 and 4 of four are evaluated; on other clients personal models reach 0.9 and 0.95.</summary>
    static readonly RunRecord Personal = HandMadeRun.Record with
    {
        Rounds =
        [
            .. HandMadeRun.Record.Rounds.Select(round => round with
            {
                ClientsEvaluatedIn = Figures(0.7),
                ClientsPersonalIn = Figures(round.Round == 1 ? 0.7 : 0.8),
                ClientsPersonalOut = round.Round % 2 == 0 ? Figures(0.85 + 0.025 * round.Round) : null,
            }),
        ],
    };

    static readonly RunSummary Summary = Summaries.SoFar(
        HandMadeRun.Experiment, Catalog.Metrics["acc1"](HandMadeRun.Experiment), [], Personal.Rounds);

    [Fact]
    public void Charts_have_a_line_of_them_beside_that_of_the_global_model()
    {
        var charts = RunCharts.Of(Personal);

        Assert.Equal([2, 4], Line(charts, "local", "other clients, personal").X);
        Assert.Equal([0.9, 0.95], Line(charts, "local", "other clients, personal").Y.Select(y => Math.Round(y, 12)));
        Assert.Equal([2, 3, 4], Line(charts, "local", "cohort, personal").X); // in round 1 they are the trained models
        Assert.Equal([28_000, 45_000], Line(charts, "metric-over-bytes", "other clients, personal").X);
        Assert.DoesNotContain(
            RunCharts.Of(HandMadeRun.Record).OfType<LineChart>(),
            chart => chart.Note.Contains("ersonal", StringComparison.Ordinal) || chart.Lines.Any(line => line.Name.EndsWith("personal")));
    }

    [Fact]
    public void A_summary_has_those_of_the_last_evaluation()
    {
        Assert.Equal(0.95, Summary.Metrics.Primary.Personal!.Value, 12);
        Assert.Contains(("Personal models", "95.0 %"), Results.Rows(Summary));
        Assert.Contains("  personal 0.9500", RoundLine.Of(Personal.Rounds[3], "acc1").ToText(4, "acc1"));
        Assert.DoesNotContain("personal", RoundLine.Of(Personal.Rounds[2], "acc1").ToText(4, "acc1"));
        Assert.DoesNotContain(Results.Rows(Dense), row => row.Label == "Personal models");
    }

    [Fact]
    public void The_first_sentence_and_the_first_tile_of_a_report_are_about_them()
    {
        Assert.Equal(
            "Accuracy of personal models is 95.0 % on clients that did not take part; they are on the clients, and the model in this "
            + "directory is the global one, which reaches 65.0 % there.", Findings.Of(Personal).First().Text);
        Assert.Equal(("Personal models", "95.0 %"), Results.Rows(Summary).First());
        var page = new RunPage(Personal, "run", 2, new PageLinks(null), new ReportOptions(_ => [], _ => "")).Overview.Text;
        Assert.Matches("Accuracy, personal.*95.0 %", page.ReplaceLineEndings(" "));
        Assert.DoesNotContain("75.0 %", page, StringComparison.Ordinal);
    }

    /// <summary>On clients the personal models have 0.9 and 0.95, FedAvg's global model 0.4 and 0.65: means 0.925 and 0.525. On the
    /// server's test set both global models have 0.5 and 0.75.</summary>
    [Fact]
    public void Runs_are_compared_on_clients_where_one_has_personal_models()
    {
        var (both, dense) = (QualityBasis.Of([Dense, Summary]), QualityBasis.Of([Dense, Dense]));

        Assert.Equal(
            (0.925, 0.525),
            (Math.Round(both.Of(Summary.Metrics.Primary)!.Value, 12), Math.Round(both.Of(Dense.Metrics.Primary)!.Value, 12)));
        Assert.Equal(0.625, dense.Of(Dense.Metrics.Primary));
        Assert.Equal([0.9, 0.95], Summary.Evaluations.Select(evaluation => Math.Round(both.Of(evaluation)!.Value, 12)));
    }

    [Fact]
    public void Settings_with_them_are_set_against_FedAvg_on_clients()
    {
        var dense = HandMadeRun.Experiment with { Pruner = "none" };

        var (_, _, findings) = Assert.Single(Findings.Of(RunGroup.Of(
            [HandMadeRun.Record with { Experiment = dense }, Personal with { Experiment = dense with { Algorithm = "fedper" } }])));

        Assert.Equal(
            "It gained 40.0 points of accuracy, 52.5 % to 92.5 % (on clients, of their personal models where the algorithm has some).",
            findings[0].Text);
    }

    [Fact]
    public void Compared_charts_show_every_setting_on_clients()
    {
        var charts = RunCharts.Comparing(
            [HandMadeRun.Record, Personal with { Experiment = HandMadeRun.Experiment with { Algorithm = "fedper" } }]);

        foreach (var id in (string[])["compare-acc1-personal", "compare-acc1-over-bytes", "compare-acc1-over-macs"])
        {
            var lines = Assert.IsType<LineChart>(Assert.Single(charts, chart => chart.Id == id)).Lines;
            Assert.Equal([0.4, 0.65], lines[0].Y.Select(y => Math.Round(y, 12)));
            Assert.Equal([0.9, 0.95], lines[1].Y.Select(y => Math.Round(y, 12)));
        }
    }

    [Fact]
    public void A_comparison_has_a_row_of_them_if_a_run_has_some()
    {
        Assert.Contains("of personal models", RunComparison.Of([Summary, Dense]).Rows.Select(row => row.Label).Aggregate((a, b) => a + b));
        Assert.DoesNotContain("of personal models", RunComparison.Of([Dense]).Rows.Select(row => row.Label).Aggregate((a, b) => a + b));
    }

    static RunSummary Dense => Summaries.SoFar(
        HandMadeRun.Experiment, Catalog.Metrics["acc1"](HandMadeRun.Experiment), [], HandMadeRun.Record.Rounds);

    static Line Line(ImmutableArray<Chart> charts, string id, string name) =>
        Assert.Single(Assert.IsType<LineChart>(Assert.Single(charts, chart => chart.Id == id)).Lines, line => line.Name == name);

    static ImmutableSortedDictionary<string, MetricSummary> Figures(double accuracy) =>
        ImmutableSortedDictionary<string, MetricSummary>.Empty
        .Add("loss", new MetricSummary(0, 1 - accuracy, 0.2)).Add("acc1", new MetricSummary(0, accuracy, 0.05));
}
