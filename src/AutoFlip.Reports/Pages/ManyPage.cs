using System.Collections.Immutable;

namespace AutoFlip.Reports;

/// <summary>Sections of a page about several runs.</summary>
/// <param name="Runs">At least two.</param>
sealed record ManyPage(IReadOnlyList<RunRecord> Runs)
{
    readonly ImmutableArray<RunGroup> _groups = RunGroup.Of(Runs);

    /// <summary>The figures by which they are compared, and where these are drawn.</summary>
    public ImmutableArray<(string Place, Chart Chart)> Charts { get; } = [.. RunCharts.Comparing(Runs).Select(chart =>
        ($"all-{chart.Id}", chart))];

    /// <summary>Its sections with their titles, in order.</summary>
    public IEnumerable<(string Id, string Title, Html Content)> Sections =>
    [
        ("summary", "Summary", Html.Join(Gains, Means)),
        .. Charts.IsEmpty ? [] : new[] { ("figures", "Figures", PageParts.Figures(Charts)) },
        ("comparison", "Run by run", Comparison),
    ];

    Html Gains
    {
        get
        {
            var gains = Findings.Of(_groups).ToList();
            return gains is []
                ? Html.Of(
                    $"<p>There is no baseline: none of these runs is plain FedAvg (<code>--pruner none</code>) with the same data, "
                    + $"clients, model and number of rounds.</p>\n")
                : Html.Join(gains.Select(gain => Html.Of($"""
                    <section><h3>{gain.Name} <span class="against">against {gain.Against}</span></h3>
                    {PageParts.Sentences(gain.Findings)}</section>

                    """)));
        }
    }

    /// <summary>A row per setting: means over the seeds.</summary>
    Html Means
    {
        get
        {
            var basis = QualityBasis.Of(Runs.Select(run => run.Figures));
            string[] metrics = [.. _groups.Select(group => group.Runs[0].Figures.Metrics.Primary.Name).Distinct()];
            IReadOnlyList<Html> Row(RunGroup group)
            {
                string Show(Func<RunSummary, double?> figure, Func<double, string> show) => Text(
                    Spread.Of(group.Runs.Select(run => figure(run.Figures))), show);
                return HtmlTable.Row(
                [
                    group.Name, $"{group.Runs.Length}", Show(run => run.RoundsDone, value => Readable.Count((long)Math.Round(value))),
                    .. metrics.Select(metric =>
                        Show(
                            run => run.Metrics.Primary.Name == metric ? basis.Of(run.Metrics.Primary) : null,
                            value => Readable.Metric(metric, value))),
                    Show(run => run.ModelSize.Density, value => Readable.Percent(value)),
                    Show(run => Findings.Sent(run), value => Readable.Bytes((long)value)),
                    Show(run => run.Traffic.DenseFp32Bytes > 0 ? run.Traffic.Ratio : null, value => Readable.Ratio(value)),
                    Show(
                        run => run.Compute.DenseMacs > 0 ? Findings.Macs(run) / run.Compute.DenseMacs : null,
                        value => Readable.Ratio(value)),
                    Show(run => run.Time.Total, Readable.Time), Readable.Count(group.Runs.Sum(run => run.Figures.Failures)),
                ]);
            }
            string[] names = [.. metrics.Select(Metric.DisplayNameOf)];
            return new HtmlTable("means",
                $"Means over seeds ± sample standard deviation; {string.Join(", ", names)}: {Findings.BasisOf(Runs)}; "
                + $"bytes and multiply-accumulates also as ratios to dense float32 FedAvg",
                ["setting", "seeds", "rounds", .. names, "kept", "sent", "sent / dense", "computed / dense", "time", "failed"],
                [.. _groups.Select(Row)]).Write();
        }
    }

    /// <summary>Mean ± deviation; the mean alone where the deviation is too small to be shown.</summary>
    internal static string Text(Spread? spread, Func<double, string> show) => spread is null ? "-"
        : spread.Deviation is { } deviation && show(deviation) != show(0) ? $"{show(spread.Mean)} ± {show(deviation)}"
        : show(spread.Mean);

    Html Comparison
    {
        get
        {
            var table = RunComparison.Of([.. Runs.Select(run => run.Figures)]);
            return new HtmlTable(
                "comparison-table", "All metrics of all runs; column numbers refer to the runs below", ["figure", .. table.Headers],
                [.. table.Rows.Select(row =>
                    HtmlTable.Row([row.Label.Replace("  ", "· ", StringComparison.Ordinal), .. row.Figures]))]).Write();
        }
    }
}
