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
    public void The_first_sentence_of_a_report_has_them_and_says_where_they_are() => Assert.Contains(
        "Personal models reach 95.0 % on the same samples; they are on the clients, and the model in this directory is the global one.",
        Findings.Of(Personal).First().Text);

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
