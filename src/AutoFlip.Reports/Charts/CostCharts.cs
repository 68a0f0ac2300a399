namespace AutoFlip.Reports;

/// <summary>Size, traffic, computation and time of a run, and quality over cost.</summary>
static class CostCharts
{
    public const string ForwardOnly = "Multiply-accumulates of forward passes; backward passes take about twice as many again.";

    /// <summary>Place of the costs of exploration, in a sentence; empty if no run explored.</summary>
    public static string ExplorationNote(IEnumerable<RunRecord> runs) =>
        runs.Any(run => !run.Explorers.IsEmpty) ? "Exploration counts from the first pruned round on." : "";

    /// <summary>A note of some sentences, the empty ones left out.</summary>
    public static string Note(params string[] sentences) => string.Join(' ', sentences.Where(sentence => sentence.Length > 0));

    /// <summary>The figures; null where there is nothing to show.</summary>
    public static IEnumerable<Chart?> Of(RunRecord run)
    {
        var explored = ExplorationNote([run]);
        var costs = RunCosts.Of(run.Experiment, run.Explorers, run.Rounds);
        yield return Density(run);
        yield return ChartDraft.Lines(
            "bytes", "Bytes sent so far", ChartDraft.Rounds, new Axis("sent so far", AxisUnit.Bytes),
            Note("Measured.", explored, "Dense float32: bytes of plain FedAvg in the same rounds, computed."),
            Line("to clients", place => costs.Down[place]), Line("from clients", place => costs.Up[place]),
            Line("both", place => costs.Bytes(place)),
            Line("dense float32", place => costs.Dense[place]));
        yield return ChartDraft.Spanning(ChartDraft.Lines(
            "seconds", "Seconds per round", ChartDraft.Rounds, new Axis("time", AxisUnit.Seconds),
            "Masks in rounds that changed it, evaluation in rounds that evaluated. Round, mask, fold and evaluation: wall clock. "
            + "Training: sum over the clients' clocks, "
                + "which exceeds the round with several workers.",
            Part("round", round => round.Seconds), Part("training", round => round.ClientSeconds.Train),
            Line("mask", place => IsNew(place) ? run.Rounds[place].MaskSeconds : null), Part("fold", round => round.FoldSeconds),
            Part("evaluation", round => round.ServerEvaluated is null && round.ClientsEvaluatedOut is null ? 0 : round.EvaluateSeconds)));

        var metric = Metric.MainOf(run.Experiment);
        yield return Against("bytes", "bytes", new Axis("sent so far", AxisUnit.Bytes), explored, place => costs.Bytes(place));
        yield return Against(
            "macs", "computation", new Axis("multiply-accumulates so far", AxisUnit.Macs), Note(explored, ForwardOnly),
            place => costs.Macs[place]);

        bool IsNew(int place) => run.Rounds[place].Mask is { } mask && (place == 0 || run.Rounds[place - 1].Mask != mask);

        Line? Line(string name, Func<int, double?> sum) =>
            ChartDraft.Line(name, run.Rounds.Select((round, place) => new ChartPoint(round.Round, sum(place))));

        Line? Part(string name, Func<RoundReport, double> seconds) => ChartDraft.Line(
            name, run.Rounds.Select(round => new ChartPoint(round.Round, seconds(round) is > 0 and var taken ? taken : null)));

        LineChart? Against(string id, string cost, Axis axis, string note, Func<int, double> sum) => ChartDraft.Lines(
            $"metric-over-{id}", $"{Metric.DisplayTitleOf(metric)} over {cost}", axis,
            new Axis(Metric.DisplayNameOf(metric), MetricScale.Of(metric).Unit), note,
            ChartDraft.Line(
                "server's test set",
                run.Rounds.Select((round, place) => new ChartPoint(sum(place), round.ServerEvaluated?.Metrics.GetValueOrDefault(metric)))),
            ChartDraft.Line(
                "other clients",
                run.Rounds.Select((round, place) =>
                    new ChartPoint(sum(place), round.ClientsEvaluatedOut?.GetValueOrDefault(metric)?.Equal))),
            ChartDraft.Line(
                "other clients, personal",
                run.Rounds.Select((round, place) =>
                    new ChartPoint(sum(place), round.ClientsPersonalOut?.GetValueOrDefault(metric)?.Equal))));
    }

    static LineChart? Density(RunRecord run)
    {
        return ChartDraft.Lines(
            "density", "Size of the model", ChartDraft.Rounds, new Axis("share of the dense model", AxisUnit.Share),
            "Parameters: kept by the mask. Trained: in the tensors that clients train. Units: filters, neurons, cells. Computation: "
            + "multiply-accumulates of a forward pass.",
            Line("parameters", round => round.Density), Line("units", Units), Line("trained", Trained),
            Line("computation", round => round.MacsPerSample > 0 ? (double)round.ActiveMacsPerSample / round.MacsPerSample : null));

        Line? Line(string name, Func<RoundReport, double?> share) =>
            ChartDraft.Line(name, run.Rounds.Select(round => new ChartPoint(round.Round, share(round))));

        static double? Units(RoundReport round) => round.Layers.Sum(layer => layer.Units ?? 0) is > 0 and var all
            ? (double)round.Layers.Sum(layer => layer.KeptUnits ?? layer.Units ?? 0) / all
            : null;

        static double? Trained(RoundReport round) =>
            round.Layers.Sum(layer => (long)layer.Parameters) is > 0 and var all && round.TrainedParameters > 0
            ? (double)round.TrainedParameters / all
            : null;
    }
}
