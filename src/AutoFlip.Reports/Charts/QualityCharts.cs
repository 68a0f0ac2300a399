namespace AutoFlip.Reports;

/// <summary>Quality of the model per round.</summary>
static class QualityCharts
{
    const string EqualMeans = "Unweighted means over clients.";

    /// <summary>The figures; null where there is nothing to show.</summary>
    public static IEnumerable<Chart?> Of(RunRecord run)
    {
        foreach (var chart in Global(run)) yield return chart;
        yield return Local(run);
        yield return ChartDraft.Spanning(ChartDraft.Lines(
            "loss", "Loss", ChartDraft.Rounds, new Axis("loss"), EqualMeans,
            OfClients("training", run, round => round.ClientsUpdated, "loss", spread: false),
            OfClients("cohort, held out", run, round => round.ClientsEvaluatedIn, "loss", spread: false),
            OfClients("other clients", run, round => round.ClientsEvaluatedOut, "loss", spread: false),
            OfClients("other clients, personal", run, round => round.ClientsPersonalOut, "loss", spread: false),
            ChartDraft.Line("server's test set", run.Rounds.Select(round => new ChartPoint(round.Round, round.ServerEvaluated?.Loss)))));
        yield return run.Rounds.Select(round => round.LearningRate).Distinct().Count() < 2 ? null : ChartDraft.Spanning(ChartDraft.Lines(
            "learning-rate", "Local learning rate", ChartDraft.Rounds, new Axis("learning rate"), "",
            ChartDraft.Line("learning rate", run.Rounds.Select(round => new ChartPoint(round.Round, round.LearningRate)))));
    }

    /// <summary>One chart per kind of metric: shares and errors have no axis in common, and neither have two errors.</summary>
    static IEnumerable<Chart?> Global(RunRecord run) =>
        from name in run.Rounds.SelectMany(round => round.ServerEvaluated?.Metrics.Keys ?? []).Distinct()
            .OrderBy(run.Experiment.Metrics.IndexOf)
        group name by MetricScale.Of(name) into scale
        let title = scale.Count() == 1
            ? $"{Metric.DisplayTitleOf(scale.Single())} on the server's test set"
            : "Metrics on the server's test set"
        let label = scale.Count() == 1 ? Metric.DisplayNameOf(scale.Single()) : "value"
        select ChartDraft.Spanning(ChartDraft.Lines(
            $"global{scale.Key.Suffix}", title, ChartDraft.Rounds, new Axis(label, scale.Key.Unit), "",
            scale.Select(metric => ChartDraft.Line(
                Metric.DisplayNameOf(metric),
                run.Rounds.Select(round => new ChartPoint(round.Round, round.ServerEvaluated?.Metrics.GetValueOrDefault(metric)))))));

    static LineChart? Local(RunRecord run)
    {
        var metric = Metric.MainOf(run.Experiment);
        return ChartDraft.Lines(
            "local", $"{Metric.DisplayTitleOf(metric)} on clients", ChartDraft.Rounds,
            new Axis(Metric.DisplayNameOf(metric), MetricScale.Of(metric).Unit),
            $"{EqualMeans} Bands: one standard deviation over clients. Training: the cohort in its last local epoch. "
                + "Cohort, held out: its own models on its held-out samples. Other clients: the global model on theirs."
                + (
                    run.Rounds.All(round => round.ClientsPersonalOut is null) ? ""
                        : " Personal: the clients' personal models, on the same samples."),
            OfClients("training", run, round => round.ClientsUpdated, metric, spread: true),
            OfClients("cohort, held out", run, round => round.ClientsEvaluatedIn, metric, spread: true),
            OfClients("other clients", run, round => round.ClientsEvaluatedOut, metric, spread: true),
            OfClients("cohort, personal", run, OwnOfCohort, metric, spread: true),
            OfClients("other clients, personal", run, round => round.ClientsPersonalOut, metric, spread: true));

        // where the trained model is the personal one, it is the cohort's line already
        static IReadOnlyDictionary<string, MetricSummary>? OwnOfCohort(RoundReport round) =>
            round is { ClientsPersonalIn: { } own, ClientsEvaluatedIn: { } trained } && !own.SequenceEqual(trained) ? own : null;
    }

    static Line? OfClients(
        string name, RunRecord run, Func<RoundReport, IReadOnlyDictionary<string, MetricSummary>?> figures, string figure, bool spread) =>
        ChartDraft.Line(name, run.Rounds.Select(round =>
            figures(round)?.GetValueOrDefault(figure) is { } summary
                ? new ChartPoint(round.Round, summary.Equal, spread ? summary.Std : null)
                : new(round.Round, null)));
}
