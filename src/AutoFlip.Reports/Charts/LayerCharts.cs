using System.Collections.Immutable;

namespace AutoFlip.Reports;

/// <summary>Size of each layer, and its distance from the initial model.</summary>
static class LayerCharts
{
    const int MaxBars = 40, MaxLines = 12;

    /// <summary>The figures; null where there is nothing to show.</summary>
    public static IEnumerable<Chart?> Of(RunRecord run)
    {
        if (run.Rounds.LastOrDefault(round => !round.Layers.IsEmpty) is not { } last) yield break;
        LayerFigures[] makers = [.. last.Layers.Where(layer => layer is { Units: not null, KeptUnits: not null })];
        yield return makers is [] ? null : Bars(
            "layer-units", "Units of each layer", new Axis("units", AxisUnit.Count), makers,
            layer => layer.KeptUnits!.Value, layer => layer.Units!.Value - layer.KeptUnits!.Value,
            $"Units that a layer is the first to make, after round {last.Round}.");
        yield return Bars(
            "layer-parameters", "Parameters of each layer", new Axis("share of the layer's parameters", AxisUnit.Share), last.Layers,
            layer => (double)layer.Kept / layer.Parameters, layer => 1 - (double)layer.Kept / layer.Parameters,
            $"After round {last.Round}.");

        var shown = Largest(last.Layers, MaxLines);
        var note = $"Euclidean norm over the layer's kept parameters.{Chosen(shown, last.Layers)}";
        yield return Paths("layer-distance", "Distance from the initial model", "distance from w_0", layer => layer.Distance);
        yield return Paths("layer-step", "Step of each round", "step", layer => layer.Step);

        LineChart? Paths(string id, string title, string label, Func<LayerFigures, double> figure) => ChartDraft.Spanning(ChartDraft.Lines(
            id, title, ChartDraft.Rounds, new Axis(label), note,
            shown.Select(layer => ChartDraft.Line(layer.Name, run.Rounds.Select(round =>
                new ChartPoint(
                    round.Round,
                    round.Layers.FirstOrDefault(candidate => candidate.Name == layer.Name) is { } found ? figure(found) : null))))));
    }

    static BarChart Bars(
        string id, string title, Axis axis, IReadOnlyCollection<LayerFigures> layers, Func<LayerFigures, double> kept,
        Func<LayerFigures, double> removed, string note)
    {
        var shown = Largest(layers, MaxBars);
        return new BarChart(
            id, title, "layer", axis, [.. shown.Select(layer => layer.Name)],
            [new Bar("kept", [.. shown.Select(kept)]), new Bar("removed", [.. shown.Select(removed)])])
        {
            Note = note + Chosen(shown, layers),
        };
    }

    /// <summary>The layers with the most parameters, in the order in which layers run.</summary>
    static ImmutableArray<LayerFigures> Largest(IReadOnlyCollection<LayerFigures> layers, int most) =>
        [.. layers.Index().OrderByDescending(layer => layer.Item.Parameters).Take(most).OrderBy(layer => layer.Index)
            .Select(layer => layer.Item)];

    static string Chosen(IReadOnlyCollection<LayerFigures> shown, IReadOnlyCollection<LayerFigures> all) =>
        shown.Count == all.Count ? "" : $" The {shown.Count} layers with the most parameters, of {all.Count}.";
}
