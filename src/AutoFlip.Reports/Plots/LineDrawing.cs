using SkiaSharp;

namespace AutoFlip.Reports;

/// <summary>Draws line charts, with a band around each line that has a spread.</summary>
static class LineDrawing
{
    const int DataHeight = 300, AllMarkers = 12, SomeMarkers = 7;
    const double AtEdge = 0.94; // of the axis: a line that ends beyond it is led to its name

    /// <summary>The drawing of a chart.</summary>
    public static Drawing Of(LineChart chart)
    {
        var lines = chart.Lines;
        var x = Ruler.Of(chart.X, lines.Min(line => line.X[0]), lines.Max(line => line.X[^1]), ticks: 7);
        var y = VerticalOf(chart);
        var key = new Key(IsNamedByAxis(chart) ? [] : lines.Select((line, i) => new Key.Entry(
            line.Name, Math.Clamp(y.Place(line.Y[^1]), 0, 1), IsAtEdge: x.Place(line.X[^1]) > AtEdge,
            (canvas, from, to, at) => DrawSample(canvas, LineStyle.Of(i), from, to, at))));
        var frame = new Frame(chart, Edge.Horizontal(x), Edge.Vertical(y), key.Room, Math.Max(DataHeight, key.Height));
        return frame.Draw(canvas =>
        {
            foreach (var (i, line) in lines.Index()) DrawBand(canvas, LineStyle.Of(i), line);
            foreach (var (i, line) in lines.Index()) DrawLine(canvas, i, line);
            key.Draw(canvas, frame);
        });

        SKPoint Point(double at, double place) => new(frame.X(x.Place(at)), frame.Y(place));

        void DrawBand(SKCanvas canvas, LineStyle style, Line line)
        {
            if (line.Spread is not { } spread) return;
            var top = chart.Y.Unit == AxisUnit.Share ? Math.Min(1, y.Place(Math.Max(1, line.Y.Max()))) : 1; // no share exceeds 1
            style.DrawBand(
                canvas,
                line.X.Select((at, i) =>
                    Point(at, y.Place(line.Y[i] - spread[i]) is var low && double.IsFinite(low) ? Math.Max(low, 0) : 0)),
                line.X.Select((at, i) => Point(at, Math.Min(y.Place(line.Y[i] + spread[i]), top))));
        }

        void DrawLine(SKCanvas canvas, int number, Line line)
        {
            var style = LineStyle.Of(number);
            SKPoint[] points = [.. line.X.Select((at, i) => Point(at, y.Place(line.Y[i])))];
            style.DrawLine(canvas, points);
            foreach (var i in Marked(points.Length, number)) style.DrawMarker(canvas, points[i]);
        }
    }

    /// <summary>The vertical axis: holds lines and bands, but bands do not extend it beyond [0, 1] for shares or below a tenth of the
    /// lowest value on a logarithmic axis.</summary>
    static Ruler VerticalOf(LineChart chart)
    {
        var (lowest, highest) = (chart.Lines.Min(line => line.Y.Min()), chart.Lines.Max(line => line.Y.Max()));
        var (least, most) = (chart.Lines.Min(line => Ends(line, -1).Min()), chart.Lines.Max(line => Ends(line, 1).Max()));
        if (chart.Y.Unit == AxisUnit.Share) (least, most) = (Math.Max(least, Math.Min(0, lowest)), Math.Min(most, Math.Max(1, highest)));
        if (chart.Y.IsLogarithmic) least = Math.Max(least, lowest / 10);
        return Ruler.Of(chart.Y, least, most);
    }

    static IEnumerable<double> Ends(Line line, int side) =>
        line.Spread is { } spread ? line.Y.Select((y, i) => y + side * spread[i]) : line.Y;

    static bool IsNamedByAxis(LineChart chart) => chart.Lines is [var only] && only.Name == chart.Y.Label;

    /// <summary>Indices of the points with markers: all of a short line; some of a long one, shifted from line to line so that markers of
    /// lines that coincide do not.</summary>
    static IEnumerable<int> Marked(int count, int number) => count <= AllMarkers
        ? Enumerable.Range(0, count)
        : Enumerable.Range(0, SomeMarkers).Select(i => (int)((i + 0.5 + number % 4 * 0.25 - 0.375) * count / SomeMarkers))
            .Where(i => i < count);

    static void DrawSample(SKCanvas canvas, LineStyle style, float from, float to, float middle)
    {
        style.DrawLine(canvas, new SKPoint(from, middle), new SKPoint(to, middle));
        style.DrawMarker(canvas, new SKPoint((from + to) / 2, middle));
    }
}
