using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A point of a curve in TensorBoard.</summary>
/// <param name="Tag">The chart. What stands before a slash is the heading that it is shown under.</param>
/// <param name="Value">Finite.</param>
readonly record struct CurvePoint(string Tag, double Value);

/// <summary>Values of a round for TensorBoard.</summary>
/// <remarks>
/// The figures that the reference shows have its tags: <c>Local Training Loss</c>, <c>Local Test Acc1(In)</c> (participants' own models),
/// <c>Local Test Acc1(Out)</c> (the global model on others), <c>Server Acc1</c>, <c>Generalization Gap (Acc1)</c>. Its loss tags have a
/// blank more, before the parenthesis and at the end, by oversight: here all tags are alike. Ours have a heading. What is undefined or not
/// finite has no point, as in <c>rounds.jsonl</c>.
/// </remarks>
static class RoundPoints
{
    /// <summary>All figures; those of clients as plain means.</summary>
    /// <param name="report">The round.</param>
    /// <param name="before">Bytes of the rounds before.</param>
    public static IEnumerable<CurvePoint> All(RoundReport report, long before) => OfClients(report, mean => mean.Equal, gap => gap.Equal)
        .Concat(OfServer(report.ServerEvaluated)).Concat(Finite(Ours(report, before)));

    /// <summary>The figures of clients as means weighted by their samples.</summary>
    public static IEnumerable<CurvePoint> Weighted(RoundReport report) => OfClients(report, mean => mean.Weighted, gap => gap.Weighted);

    static IEnumerable<CurvePoint> OfClients(RoundReport report, Func<MetricSummary, double?> mean, Func<Gap, double?> gap)
    {
        IEnumerable<(string, double?)> Group(ImmutableSortedDictionary<string, MetricSummary>? figures, string before, string after) =>
            figures is null ? [] : figures.Select(figure => ($"Local {before} {Metric.Title(figure.Key)}{after}", mean(figure.Value)));

        return Finite([
            .. Group(report.ClientsUpdated, "Training", ""), .. Group(report.ClientsEvaluatedIn, "Test", "(In)"),
            .. Group(report.ClientsEvaluatedOut, "Test", "(Out)"),
            .. Group(report.ClientsPersonalIn, "Personal", "(In)"), .. Group(report.ClientsPersonalOut, "Personal", "(Out)"),
            .. report.GeneralizationGap is { } gaps
                ? gaps.Select(of =>
                    ($"Generalization Gap ({Metric.Title(of.Key.Replace("gen_gap_", "", StringComparison.Ordinal))})", gap(of.Value)))
                : [],
        ]);
    }

    static IEnumerable<CurvePoint> OfServer(ServerEvaluation? server) =>
        server is null
            ? []
            : Finite([
                ("Server Loss", server.Loss), .. server.Metrics.Select(metric => ($"Server {Metric.Title(metric.Key)}", metric.Value))]);

    static IEnumerable<(string, double?)> Ours(RoundReport report, long before) =>
    [
        ("Model/density", report.Density),
        ("Model/trained parameters", report.TrainedParameters),
        ("Model/multiply-accumulates per sample", report.ActiveMacsPerSample),
        ("Traffic/bytes", report.DownBytes + report.UpBytes),
        ("Traffic/bytes of rounds (cumulative)", before + report.DownBytes + report.UpBytes),
        ("Training/learning rate", report.LearningRate),
        ("Training/samples", report.TrainSamples),
        ("Training/failed clients", report.Failures.Length),
        ("Training/cut-off", report.CutOff),
        ("Time/round seconds", report.Seconds),
        ("Time/mask seconds", report.MaskSeconds),
        ("Time/fold seconds", report.FoldSeconds),
        ("Time/evaluation seconds", report.EvaluateSeconds),
        ("Time/clients' training seconds", report.ClientSeconds.Train),
        ("Memory/peak bytes", report.PeakRssBytes),
        .. report.Layers.SelectMany(layer => ((string, double?)[])
        [
            ($"Layer density/{layer.Name}", (double)layer.Kept / layer.Parameters),
            ($"Layer norm/{layer.Name}", layer.Norm),
            ($"Layer distance from start/{layer.Name}", layer.Distance),
        ]),
    ];

    static IEnumerable<CurvePoint> Finite(IEnumerable<(string Tag, double? Value)> figures) =>
        figures.Where(figure => figure.Value is { } value && double.IsFinite(value))
            .Select(figure => new CurvePoint(figure.Tag, figure.Value!.Value));
}
