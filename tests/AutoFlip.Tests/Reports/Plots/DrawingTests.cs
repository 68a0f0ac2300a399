using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SkiaSharp;

namespace AutoFlip.Tests;

/// <summary>Charts as pictures.</summary>
public sealed partial class DrawingTests
{
    const string Hostile = "<script>alert(\"&\")</script> 'x' ]]>";

    static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static TheoryData<string> Ids =>
        [.. RunCharts.Of(HandMadeRun.Record).Concat(RunCharts.Comparing([HandMadeRun.Record])).Select(chart => chart.Id)];

    static Chart Find(string id) =>
        RunCharts.Of(HandMadeRun.Record).Concat(RunCharts.Comparing([HandMadeRun.Record])).Single(chart => chart.Id == id);

    [Theory, MemberData(nameof(Ids))]
    public void Every_figure_is_a_picture_of_twice_its_size_that_is_not_blank(string id)
    {
        var drawing = ChartDrawing.Of(Find(id));

        using var image = SKBitmap.Decode(drawing.ToPng());

        Assert.Equal((2 * drawing.Width, 2 * drawing.Height), (image.Width, image.Height));
        Assert.Equal(SKColors.White, image.GetPixel(1, 1)); // a light background, for papers
        Assert.InRange(image.Pixels.Count(pixel => pixel != SKColors.White), image.Width * image.Height / 200, image.Width * image.Height);
    }

    [Theory, MemberData(nameof(Ids))]
    public void Every_figure_is_a_vector_picture_with_text(string id)
    {
        var chart = Find(id);

        var root = XDocument.Parse(Encoding.UTF8.GetString(ChartDrawing.Of(chart).ToSvg(chart.Title, chart.Note))).Root!;

        Assert.Equal(Svg + "svg", root.Name);
        Assert.Equal(chart.Title, root.Element(Svg + "title")!.Value);
        Assert.Contains(root.Descendants(Svg + "text"), text => Flat(text.Value) == Flat(chart.Title));
        // ours may not be installed
        Assert.Every(root.Descendants(Svg + "text"), text => Assert.Contains("sans-serif", text.Attribute("font-family")!.Value));
        Assert.Empty(root.Descendants(Svg + "image")); // nothing is pixels
    }

    [Fact]
    public void Names_are_text_and_never_markup()
    {
        Chart[] charts =
        [
            new LineChart(
                "a", Hostile, new Axis(Hostile), new Axis("y"),
                [new Line(Hostile, [1, 2], [1, 2]), new Line("b", [1], [1])]) { Note = Hostile },
            new BarChart("b", Hostile, Hostile, new Axis(Hostile), [Hostile, "b"], [new Bar(Hostile, [1, 2]), new Bar("c", [0, 1])]),
            new HeatMap("c", Hostile, Hostile, Hostile, new Axis(Hostile), [Hostile], [Hostile], [[1]]),
        ];

        foreach (var chart in charts)
        {
            var text = Encoding.UTF8.GetString(ChartDrawing.Of(chart).ToSvg(chart.Title, chart.Note));

            var root = XDocument.Parse(text).Root!;
            Assert.DoesNotContain(root.Descendants(), element => element.Name.LocalName == "script");
            Assert.Contains(root.Descendants(Svg + "text"), element => Flat(element.Value) == Flat(Hostile));
            Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Names_with_characters_that_no_document_holds_are_drawn_without_them()
    {
        var chart = new LineChart(
            "a", "a\u0001b\nc", new Axis("x"), new Axis("y"),
            [new Line("tab\there\u0000", [1, 2], [1, 2]), new Line("日本語 \ud83d\ude00 \ud800", [1], [1])]);

        var root = XDocument.Parse(Encoding.UTF8.GetString(ChartDrawing.Of(chart).ToSvg(chart.Title, "")));

        Assert.Equal("abc", root.Root!.Element(Svg + "title")!.Value);
        Assert.NotEmpty(ChartDrawing.Of(chart).ToPng());
    }

    public static TheoryData<string, Chart> Extremes => new()
    {
        { "one point", Lines(new Line("a", [5], [0.5])) },
        { "one value", Lines(new Line("a", [1, 2, 3], [7, 7, 7])) },
        { "zeros", Lines(new Line("a", [0, 1], [0, 0])) },
        { "negative", Lines(new Line("a", [1, 2], [-3, -5])) },
        { "huge", Lines(new Line("a", [1, 2], [1e300, 2e300])) },
        { "tiny", Lines(new Line("a", [1, 2], [1e-300, 2e-300])) },
        { "wide", Lines(new Line("a", [1, 2], [1e-30, 1e30])) with { Y = new Axis("y") { IsLogarithmic = true } } },
        {
            "wide with band",
            Lines(new Line("a", [1, 2], [1e-3, 1e3]) { Spread = [1, 1] }) with { Y = new Axis("y") { IsLogarithmic = true } }
        },
        { "bytes", Lines(new Line("a", [1e9, 2e12], [1, 2])) with { X = new Axis("x", AxisUnit.Bytes) } },
        { "no time", Lines(new Line("a", [1, 2], [0, 0])) with { Y = new Axis("y", AxisUnit.Seconds) } },
        { "many lines with long names", Lines([.. Many(40).Select(i =>
            new Line($"{i} {new string('w', 300)} and a long name of many words that has to be wrapped {i}", [1, 2], [i, i + 1]))]) },
        { "no height", new BarChart("b", "t", "x", new Axis("y"), ["a"], [new Bar("a", [0])]) },
        { "many bars", new BarChart(
            "b", "t", "x", new Axis("y", AxisUnit.Count), [.. Many(300).Select(i => $"a long name {i}")],
            [new Bar("a", [.. Many(300).Select(i => (double)i)])]) },
        { "no colour", new HeatMap("h", "t", "x", "y", new Axis("v", AxisUnit.Count), ["a"], ["b"], [[0]]) },
        {
            "large map",
            new HeatMap(
                "h", "t", "x", "y", new Axis("v", AxisUnit.Share), [.. Many(64).Select(i => $"class {i}")],
                [.. Many(50).Select(i => $"{i}")],
                [.. Many(50).Select(i => Many(64).Select(j => i * j / 3200.0).ToImmutableArray())])
        },
    };

    static IEnumerable<int> Many(int count) => Enumerable.Range(0, count);

    static LineChart Lines(params ImmutableArray<Line> lines) => new("a", "t", new Axis("x"), new Axis("y"), lines);

    [Theory(DisableDiscoveryEnumeration = true), MemberData(nameof(Extremes))]
    public void Whatever_the_numbers_there_is_a_picture(string what, Chart chart)
    {
        var drawing = ChartDrawing.Of(chart);

        using var image = SKBitmap.Decode(drawing.ToPng());
        Assert.True(image.Width == 2 * drawing.Width, what);
        var root = XDocument.Parse(Encoding.UTF8.GetString(drawing.ToSvg(chart.Title, chart.Note))).Root!;
        Assert.DoesNotContain(
            root.Descendants().Attributes().Where(attribute => attribute.Name != "font-family"),
            attribute => NotANumber.IsMatch(attribute.Value));
    }

    [GeneratedRegex("NaN|nan|[Ii]nf")]
    static partial Regex NotANumber { get; }

    [Fact]
    public void Parts_of_a_bar_stand_on_each_other_and_are_as_high_as_their_values()
    {
        var chart = new BarChart("b", "t", "x", new Axis("y"), ["a", "b"], [new Bar("kept", [2, 1]), new Bar("removed", [1, 3])]);

        var kept = Rectangles(chart, "#0072B2");
        var removed = Rectangles(chart, "#CBD0D6");

        // Kept 2 and 1, removed 1 and 3 on top; the sample beside the name is not in the plot area, which ends left of it.
        Assert.Equal(2, kept[0].Height / kept[1].Height, 1e-3);
        Assert.Equal(0.5, removed[0].Height / kept[0].Height, 1e-3);
        Assert.Equal(3, removed[1].Height / kept[1].Height, 1e-3);
        Assert.Equal([kept[0].Top, kept[1].Top], new[] { removed[0].Bottom, removed[1].Bottom }, Close);
        Assert.Equal(kept[0].Bottom, kept[1].Bottom, 1e-3);
        Assert.Equal(kept.Select(bar => bar.Left), removed.Select(bar => bar.Left));
    }

    [Fact]
    public void Points_of_a_line_stand_where_their_values_are()
    {
        var linear = Path(Lines(new Line("y", [0, 5, 10], [1, 2, 5])), "#0072B2");
        var logarithmic = Path(
            Lines(new Line("y", [0, 5, 10], [1, 10, 1000])) with { Y = new Axis("y") { IsLogarithmic = true } }, "#0072B2");

        // x: 5 is in the middle. y: from 1 to 2 is a quarter of the way from 1 to 5; from 1 to 10 is one of three decades.
        Assert.Equal((linear[0].X + linear[2].X) / 2, linear[1].X, 1e-2);
        Assert.Equal(0.25, (linear[0].Y - linear[1].Y) / (linear[0].Y - linear[2].Y), 1e-3);
        Assert.Equal(1 / 3f, (logarithmic[0].Y - logarithmic[1].Y) / (logarithmic[0].Y - logarithmic[2].Y), 1e-3);
    }

    [Fact]
    public void A_band_reaches_one_spread_to_either_side()
    {
        var chart = Lines(new Line("y", [0, 1], [4, 8]) { Spread = [2, 1] });

        var line = Path(chart, "#0072B2");
        var band = Path(chart, "#0072B2", filled: true);

        // Low ends from left to right, then high ends back, over a line that rises by 4; then the path closes.
        var unit = (line[0].Y - line[1].Y) / 4;
        Assert.Equal([4 - 2, 8 - 1, 8 + 1, 4 + 2], band[..4].Select(point => 4 + (line[0].Y - point.Y) / unit), Close);
    }

    /// <summary>Filled rectangles of a colour in the plot area, left to right.</summary>
    static List<SKRect> Rectangles(Chart chart, string color) =>
    [
        .. from element in Root(chart).Descendants(Svg + "rect")
           where (string?)element.Attribute("fill") == color && (float)element.Attribute("width")! > 14
           let rectangle = SKRect.Create(
               (float)element.Attribute("x")!, (float)element.Attribute("y")!, (float)element.Attribute("width")!,
               (float)element.Attribute("height")!)
           orderby rectangle.Left
           select rectangle,
    ];

    /// <summary>Points of the only line of a colour, or of its band.</summary>
    static SKPoint[] Path(Chart chart, string color, bool filled = false)
    {
        var path = Root(chart).Descendants(Svg + "path").Single(
            element => filled
                ? (string?)element.Attribute("fill") == color && element.Attribute("fill-opacity") is not null
                : (string?)element.Attribute("stroke") == color);
        return
        [
            .. path.Attribute("d")!.Value.Split('M', 'L', 'Z').Where(point => point.Length > 0)
                .Select(point => point.Split(' ').Select(number => float.Parse(number, CultureInfo.InvariantCulture)).ToArray())
                .Select(point => new SKPoint(point[0], point[1])),
        ];
    }

    static XElement Root(Chart chart) =>
        XDocument.Parse(Encoding.UTF8.GetString(ChartDrawing.Of(chart).ToSvg(chart.Title, chart.Note))).Root!;

    static bool Close(float one, float other) => Math.Abs(one - other) < 1e-2;

    /// <summary>Blanks may come out as blanks that do not break.</summary>
    static string Flat(string text) => string.Concat(text.Where(letter => !char.IsWhiteSpace(letter)));
}
