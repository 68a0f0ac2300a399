using System.Collections.Immutable;
using System.Text;
using System.Xml.Linq;
using SkiaSharp;

namespace AutoFlip.Tests;

/// <summary>Charts as pictures.</summary>
public sealed class DrawingTests
{
    const string Hostile = "<script>alert(\"&\")</script> 'x' ]]>";

    static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static TheoryData<string> Ids => [.. RunCharts.Of(HandMadeRun.Record).Concat(RunCharts.Comparing([HandMadeRun.Record])).Select(chart => chart.Id)];

    static Chart Find(string id) => RunCharts.Of(HandMadeRun.Record).Concat(RunCharts.Comparing([HandMadeRun.Record])).Single(chart => chart.Id == id);

    [Theory, MemberData(nameof(Ids))]
    public void Every_figure_is_a_picture_of_twice_its_size_that_is_not_blank(string id)
    {
        var drawing = Drawing.Of(Find(id));

        using var image = SKBitmap.Decode(drawing.ToPng());

        Assert.Equal((2 * drawing.Width, 2 * drawing.Height), (image.Width, image.Height));
        Assert.Equal(SKColors.White, image.GetPixel(1, 1)); // a light background, for papers
        Assert.InRange(image.Pixels.Count(pixel => pixel != SKColors.White), image.Width * image.Height / 200, image.Width * image.Height);
    }

    [Theory, MemberData(nameof(Ids))]
    public void Every_figure_is_a_vector_picture_with_text(string id)
    {
        var chart = Find(id);

        var root = XDocument.Parse(Encoding.UTF8.GetString(Drawing.Of(chart).ToSvg(chart.Title, chart.Note))).Root!;

        Assert.Equal(Svg + "svg", root.Name);
        Assert.Equal(chart.Title, root.Element(Svg + "title")!.Value);
        Assert.Contains(root.Descendants(Svg + "text"), text => Flat(text.Value) == Flat(chart.Title));
        Assert.Every(root.Descendants(Svg + "text"), text => Assert.Contains("sans-serif", text.Attribute("font-family")!.Value)); // ours may not be installed
        Assert.Empty(root.Descendants(Svg + "image")); // nothing is pixels
    }

    [Fact]
    public void Names_are_text_and_never_markup()
    {
        Chart[] charts =
        [
            new LineChart("a", Hostile, new Axis(Hostile), new Axis("y"), [new Line(Hostile, [1, 2], [1, 2]), new Line("b", [1], [1])]) { Note = Hostile },
            new BarChart("b", Hostile, Hostile, new Axis(Hostile), [Hostile, "b"], [new Bar(Hostile, [1, 2]), new Bar("c", [0, 1])]),
            new HeatMap("c", Hostile, Hostile, Hostile, new Axis(Hostile), [Hostile], [Hostile], [[1]]),
        ];

        foreach (var chart in charts)
        {
            var text = Encoding.UTF8.GetString(Drawing.Of(chart).ToSvg(chart.Title, chart.Note));

            var root = XDocument.Parse(text).Root!;
            Assert.DoesNotContain(root.Descendants(), element => element.Name.LocalName == "script");
            Assert.Contains(root.Descendants(Svg + "text"), element => Flat(element.Value) == Flat(Hostile));
            Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Names_with_characters_that_no_document_holds_are_drawn_without_them()
    {
        var chart = new LineChart("a", "a\u0001b\nc", new Axis("x"), new Axis("y"), [new Line("tab\there\u0000", [1, 2], [1, 2]), new Line("日本語 \ud83d\ude00 \ud800", [1], [1])]);

        var root = XDocument.Parse(Encoding.UTF8.GetString(Drawing.Of(chart).ToSvg(chart.Title, "")));

        Assert.Equal("abc", root.Root!.Element(Svg + "title")!.Value);
        Assert.NotEmpty(Drawing.Of(chart).ToPng());
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
        { "wide with band", Lines(new Line("a", [1, 2], [1e-3, 1e3]) { Spread = [1, 1] }) with { Y = new Axis("y") { IsLogarithmic = true } } },
        { "bytes", Lines(new Line("a", [1e9, 2e12], [1, 2])) with { X = new Axis("x", AxisUnit.Bytes) } },
        { "no time", Lines(new Line("a", [1, 2], [0, 0])) with { Y = new Axis("y", AxisUnit.Seconds) } },
        { "many lines with long names", Lines([.. Many(40).Select(i => new Line($"{i} {new string('w', 300)} and a long name of many words that has to be wrapped {i}", [1, 2], [i, i + 1]))]) },
        { "no height", new BarChart("b", "t", "x", new Axis("y"), ["a"], [new Bar("a", [0])]) },
        { "many bars", new BarChart("b", "t", "x", new Axis("y", AxisUnit.Count), [.. Many(300).Select(i => $"a long name {i}")], [new Bar("a", [.. Many(300).Select(i => (double)i)])]) },
        { "no colour", new HeatMap("h", "t", "x", "y", new Axis("v", AxisUnit.Count), ["a"], ["b"], [[0]]) },
        {
            "large map",
            new HeatMap(
                "h", "t", "x", "y", new Axis("v", AxisUnit.Share), [.. Many(64).Select(i => $"class {i}")], [.. Many(50).Select(i => $"{i}")],
                [.. Many(50).Select(i => Many(64).Select(j => i * j / 3200.0).ToImmutableArray())])
        },
    };

    static IEnumerable<int> Many(int count) => Enumerable.Range(0, count);

    static LineChart Lines(params ImmutableArray<Line> lines) => new("a", "t", new Axis("x"), new Axis("y"), lines);

    [Theory(DisableDiscoveryEnumeration = true), MemberData(nameof(Extremes))]
    public void Whatever_the_numbers_there_is_a_picture(string what, Chart chart)
    {
        var drawing = Drawing.Of(chart);

        using var image = SKBitmap.Decode(drawing.ToPng());
        Assert.True(image.Width == 2 * drawing.Width, what);
        Assert.NotNull(XDocument.Parse(Encoding.UTF8.GetString(drawing.ToSvg(chart.Title, chart.Note))).Root);
    }

    /// <summary>Blanks may come out as blanks that do not break.</summary>
    static string Flat(string text) => string.Concat(text.Where(letter => !char.IsWhiteSpace(letter)));
}
