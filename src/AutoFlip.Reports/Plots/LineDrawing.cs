using ScottPlot;
using SkiaSharp;

namespace AutoFlip.Reports;

/// <summary>Draws lines, with bands where they spread.</summary>
static class LineDrawing
{
    const int DataHeight = 300, AllMarkers = 12, SomeMarkers = 7;
    const float LineWidth = 1.9f, MarkerSize = 6;
    const byte BandOpacity = 0x24;
    const double Edge = 0.94; // of the axis: from there on a line ends at its end

    /// <summary>The drawing of a chart.</summary>
    public static Drawing Of(LineChart chart)
    {
        var lines = chart.Lines;
        var x = Ruler.Of(chart.X, lines.Min(line => line.X[0]), lines.Max(line => line.X[^1]), ticks: 7);
        var (least, most) = (lines.Min(Lowest), lines.Max(Highest));
        var (lowest, highest) = (lines.Min(line => line.Y.Min()), lines.Max(line => line.Y.Max())); // without bands
        if (chart.Y.Unit == AxisUnit.Share) (least, most) = (Math.Max(least, Math.Min(0, lowest)), Math.Min(most, Math.Max(1, highest)));
        if (chart.Y.IsLogarithmic) least = Math.Max(least, lowest / 10); // bands that reach down to 0 are cut
        var y = Ruler.Of(chart.Y, least, most);
        var isNamedByAxis = lines.Length == 1 && lines[0].Name == chart.Y.Label;
        var key = new Key(isNamedByAxis ? [] : lines.Select((line, i) => new Key.Entry(
            line.Name, Math.Clamp(y.Place(line.Y[^1]), 0, 1), IsAtEdge: x.Place(line.X[^1]) > Edge, (canvas, from, to, at) => Sample(canvas, i, from, to, at))));
        var frame = new Frame(chart, Frame.Edge.Horizontal(x), Frame.Edge.Vertical(y), key.Room, Math.Max(DataHeight, key.Height));

        foreach (var (i, line) in lines.Index().Where(line => line.Item.Spread is not null)) AddBand(frame.Plot, line, i, x, y, chart.Y.Unit);
        foreach (var (i, line) in lines.Index()) AddLine(frame.Plot, line, i, x, y);
        return frame.Draw(canvas => key.Draw(canvas, frame));
    }

    static double Lowest(Line line) => line.Y.Select((y, i) => y - (line.Spread?[i] ?? 0)).Min();

    static double Highest(Line line) => line.Y.Select((y, i) => y + (line.Spread?[i] ?? 0)).Max();

    static void AddBand(Plot plot, Line line, int number, Ruler x, Ruler y, AxisUnit unit)
    {
        double[] xs = [.. line.X.Select(x.Of)];
        var top = Math.Min(y.Max, unit == AxisUnit.Share ? y.Of(Math.Max(1, line.Y.Max())) : y.Max); // nothing is more than all
        double[] low = [.. line.Y.Select((value, i) => y.Of(value - line.Spread!.Value[i])).Select(value => double.IsFinite(value) ? Math.Max(value, y.Min) : y.Min)];
        double[] high = [.. line.Y.Select((value, i) => Math.Min(y.Of(value + line.Spread!.Value[i]), top))];
        var band = plot.Add.FillY(xs, low, high);
        band.FillColor = LineStyles.ColorOf(number).WithAlpha(BandOpacity);
        band.LineWidth = 0;
        band.MarkerSize = 0;
    }

    static void AddLine(Plot plot, Line line, int number, Ruler x, Ruler y)
    {
        double[] xs = [.. line.X.Select(x.Of)], ys = [.. line.Y.Select(y.Of)];
        var scatter = plot.Add.ScatterLine(xs, ys, LineStyles.ColorOf(number));
        scatter.LineWidth = LineWidth;
        scatter.LinePattern = LineStyles.PatternOf(number);
        int[] marked = xs.Length <= AllMarkers ? [.. Enumerable.Range(0, xs.Length)] : Marked(xs.Length, number);
        var markers = plot.Add.ScatterPoints([.. marked.Select(i => xs[i])], (double[])[.. marked.Select(i => ys[i])], LineStyles.ColorOf(number));
        markers.MarkerShape = LineStyles.ShapeOf(number);
        markers.MarkerSize = MarkerSize;
    }

    /// <summary>Some places of a long line, other ones for each line, so that markers of lines that lie on each other do not.</summary>
    static int[] Marked(int count, int number) =>
        [.. Enumerable.Range(0, SomeMarkers).Select(i => (int)((i + 0.5 + number % 4 * 0.25 - 0.375) * count / SomeMarkers)).Where(i => i >= 0 && i < count)];

    static void Sample(SKCanvas canvas, int number, float from, float to, float middle)
    {
        using var paint = Paint.NewDisposablePaint();
        new LineStyle(LineWidth, LineStyles.ColorOf(number), LineStyles.PatternOf(number)).Render(canvas, new PixelLine(from, middle, to, middle), paint);
        new MarkerStyle(LineStyles.ShapeOf(number), MarkerSize, LineStyles.ColorOf(number)).Render(canvas, new Pixel((from + to) / 2, middle), paint);
    }
}
