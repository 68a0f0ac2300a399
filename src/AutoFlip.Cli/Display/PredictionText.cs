using System.Globalization;
using System.Text.Json.Nodes;

namespace AutoFlip.Cli;

/// <summary>Predictions for inputs: a table on a terminal, tab-separated lines elsewhere, or JSON lines.</summary>
static class PredictionText
{
    /// <summary>Writes it as it comes; a table when all is there.</summary>
    public static void Write(IEnumerable<(RawInput Input, Prediction? Said)> predictions, Presentation show, Host host)
    {
        if (show.Json)
        {
            foreach (var (input, said) in predictions) host.Out.WriteLine(ToJson(input, said).ToJsonString(ReportJson.Options));
            return;
        }
        var answered = predictions.Where(each => each.Said is not null).Select(each => (each.Input.Name, Fields: Fields(each.Said!)));
        if (host.Terminal is null || show.Plain)
        {
            foreach (var (name, fields) in answered) host.Out.WriteLine($"{name}\t{string.Join('\t', fields)}");
            return;
        }
        List<(string Label, IReadOnlyList<string> Figures)> rows = [.. answered.Select(each => (each.Name, each.Fields))];
        if (rows.Count == 0) return;
        var headers = rows[0].Figures.Count == 1 ? ["value"] : Enumerable.Range(0, rows.Max(row => row.Figures.Count))
            .Select(field => field % 2 == 0 ? "class" : "probability").ToList();
        new FigureTable(headers, rows).Write(host);
    }

    /// <summary>A number, or classes and their probabilities in turn.</summary>
    static IReadOnlyList<string> Fields(Prediction said) => said.Value is { } value
        ? [value.ToString("R", CultureInfo.InvariantCulture)]
        : [.. said.Top.SelectMany(top => (string[])[top.Name, top.Probability.ToString("0.0000", CultureInfo.InvariantCulture)])];

    static JsonObject ToJson(RawInput input, Prediction? said)
    {
        var line = new JsonObject { ["input"] = input.Name };
        if (said is null) line["error"] = input.Fault;
        else if (said.Value is { } value) line["value"] = double.IsFinite(value) ? value : null;
        else
        {
            line["class"] = said.Top[0].Name;
            line["index"] = said.Top[0].Class;
            line["probability"] = Finite(said.Top[0].Probability);
            line["top"] = new JsonArray([.. said.Top.Select(top =>
                new JsonObject { ["class"] = top.Name, ["probability"] = Finite(top.Probability) })]);
            if (!said.Steps.IsEmpty) line["steps"] = new JsonArray([.. said.Steps.Select(step => (JsonNode)step)]);
        }
        return line;
    }

    static JsonNode? Finite(double value) => double.IsFinite(value) ? value : null;
}
