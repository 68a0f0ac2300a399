using System.Collections.Immutable;

namespace AutoFlip.Reports;

/// <summary>Settings against each other: means over seeds, with the sample standard deviation as band.</summary>
static class ComparisonCharts
{
    const string OverSeeds = "Means over seeds, of rounds that all of them have; bands reach one sample standard deviation to either side.";

    /// <summary>The figures; null where there is nothing to show.</summary>
    public static IEnumerable<Chart?> Of(ImmutableArray<RunGroup> groups)
    {
        var explored = CostCharts.ExplorationNote(groups.SelectMany(group => group.Runs));
        var isPersonal = groups.Any(group => group.Runs.Any(run => run.Rounds.Any(round => round.ClientsPersonalOut is not null)));
        foreach (var metric in groups.Select(group => Metric.MainOf(group.Runs[0].Experiment)).Distinct())
        {
            var (id, capital) = ($"compare-{ChartDraft.IdOf(metric)}", Metric.DisplayTitleOf(metric));
            var axis = new Axis(Metric.DisplayNameOf(metric), MetricScale.Of(metric).Unit);
            Figure server = (round, _, _) => round.ServerEvaluated?.Metrics.GetValueOrDefault(metric);
            Figure own = (round, _, _) => round.OnClients(metric);
            var (compared, where) = isPersonal ? (own, ", on clients") : (server, "");
            yield return Over(id, $"{capital} on the server's test set", axis, server);
            yield return Over(
                $"{id}-clients", $"{capital} on clients outside the cohort", axis,
                (round, _, _) => round.ClientsEvaluatedOut?.GetValueOrDefault(metric)?.Equal);
            if (isPersonal)
                yield return Over($"{id}-personal", $"{capital} on clients, of personal models where there are some", axis, own);
            yield return Chart(
                $"{id}-over-bytes", $"{capital} over bytes{where}", new Axis("sent so far", AxisUnit.Bytes), axis, explored,
                (_, costs, place) => costs.Bytes(place), compared);
            yield return Chart(
                $"{id}-over-macs", $"{capital} over computation{where}", new Axis("multiply-accumulates so far", AxisUnit.Macs), axis,
                CostCharts.Note(explored, CostCharts.ForwardOnly), (_, costs, place) => costs.Macs[place], compared);
        }
        yield return Over("compare-loss", "Loss on the server's test set", new Axis("loss"), (round, _, _) => round.ServerEvaluated?.Loss);
        yield return Over(
            "compare-density", "Parameters kept", new Axis("share of the dense model", AxisUnit.Share), (round, _, _) => round.Density);
        yield return Over(
            "compare-bytes", "Bytes sent so far", new Axis("sent so far", AxisUnit.Bytes), (_, costs, place) => costs.Bytes(place),
            explored);
        yield return Over(
            "compare-seconds", "Time so far", new Axis("wall clock", AxisUnit.Seconds), (_, costs, place) => costs.Seconds[place],
            explored);

        LineChart? Over(string id, string title, Axis axis, Figure figure, string note = "") =>
            Chart(id, title, ChartDraft.Rounds, axis, note, (round, _, _) => round.Round, figure);

        LineChart? Chart(string id, string title, Axis x, Axis y, string note, Figure at, Figure figure) =>
            ChartDraft.Spanning(ChartDraft.Lines(
            id, title, x, y, CostCharts.Note(OverSeeds, note),
            groups.Select(group => ChartDraft.Line(group.Name, Mean(group, at, figure)))));
    }

    /// <summary>A number of a round: its report, the costs of its run, and its place in both.</summary>
    delegate double? Figure(RoundReport round, RunCosts costs, int place);

    /// <summary>Means and sample standard deviations over a group's runs, of rounds in which all of them have the figure.</summary>
    static IEnumerable<ChartPoint> Mean(RunGroup group, Figure at, Figure figure)
    {
        var found = group.Runs.Select(run =>
        {
            var costs = RunCosts.Of(run.Experiment, run.Explorers, run.Rounds);
            return run.Rounds.Select((round, place) =>
                (round.Round, Point: new ChartPoint(at(round, costs, place) ?? double.NaN, figure(round, costs, place))))
                .Where(round => round.Point.IsDefined).ToDictionary(round => round.Round, round => round.Point);
        }).ToList();
        foreach (var round in found[0].Keys.Order().Where(round => found.All(run => run.ContainsKey(round))))
        {
            var spread = Spread.Of(found.Select(run => run[round].Y))!;
            yield return new(found.Average(run => run[round].X), spread.Mean, spread.Deviation);
        }
    }
}
