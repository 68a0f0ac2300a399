using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoFlip.Reports;

/// <summary>Figures as the page's script reads them: the data of <see cref="Chart"/>, short.</summary>
/// <remarks>
/// Numbers have the seven digits that float32 holds: more than a screen shows. Lines that share their places on the x axis
/// share one list of them. The text is safe inside a script element: the encoder leaves no angle bracket, ampersand, quote
/// or line separator of a text as it is.
/// </remarks>
public static class ChartJson
{
    /// <summary>Figures by the place on the page where they are drawn.</summary>
    public static JsonObject Of(IEnumerable<(string Place, Chart Chart)> charts) =>
        new(charts.Select(entry => KeyValuePair.Create(entry.Place, (JsonNode?)Of(entry.Chart))));

    /// <summary>The text.</summary>
    public static string Write(JsonNode node) => node.ToJsonString(JsonSerializerOptions.Default);

    static JsonObject Of(Chart chart)
    {
        var json = chart switch
        {
            LineChart lines => Of(lines),
            BarChart bars => new JsonObject
            {
                ["kind"] = "bars",
                ["x"] = bars.X,
                ["y"] = Of(bars.Y),
                ["names"] = Texts(bars.Names),
                ["bars"] = new JsonArray([.. bars.Bars.Select(bar =>
                    new JsonObject { ["name"] = bar.Name, ["values"] = Numbers(bar.Values) })]),
            },
            HeatMap map => new JsonObject
            {
                ["kind"] = "heatmap",
                ["x"] = map.X,
                ["y"] = map.Y,
                ["value"] = Of(map.Value),
                ["columns"] = Texts(map.Columns),
                ["rows"] = Texts(map.Rows),
                ["values"] = new JsonArray([.. map.Values.Select(Numbers)]),
            },
            _ => throw new NotSupportedException($"The page does not know how to draw a {chart.GetType().Name}."),
        };
        json["title"] = chart.Title;
        return json;
    }

    static JsonObject Of(LineChart chart)
    {
        List<ImmutableArray<double>> places = [];
        var lines = new JsonArray();
        foreach (var line in chart.Lines)
        {
            var place = places.FindIndex(known => known.SequenceEqual(line.X));
            if (place < 0) (place, places) = (places.Count, [.. places, line.X]);
            var json = new JsonObject { ["name"] = line.Name, ["x"] = place, ["y"] = Numbers(line.Y) };
            if (line.Spread is { } spread) json["spread"] = Numbers(spread);
            lines.Add(json);
        }
        return new JsonObject
        {
            ["kind"] = "lines",
            ["x"] = Of(chart.X),
            ["y"] = Of(chart.Y),
            ["xs"] = new JsonArray([.. places.Select(Numbers)]),
            ["lines"] = lines,
        };
    }

    static JsonObject Of(Axis axis) => new() { ["label"] = axis.Label, ["unit"] = $"{axis.Unit}", ["log"] = axis.IsLogarithmic };

    static JsonArray Numbers(ImmutableArray<double> numbers) =>
        new([.. numbers.Select(number => float.IsFinite((float)number) ? JsonValue.Create((float)number) : null)]);

    static JsonArray Texts(ImmutableArray<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
