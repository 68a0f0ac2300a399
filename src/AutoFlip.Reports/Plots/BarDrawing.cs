using ScottPlot;
using SkiaSharp;

namespace AutoFlip.Reports;

/// <summary>Draws bars on top of each other.</summary>
static class BarDrawing
{
    const int DataHeight = 280;
    const double BarWidth = 0.78, MaxBar = 70;

    /// <summary>The drawing of a chart.</summary>
    public static Drawing Of(BarChart chart)
    {
        var totals = chart.Names.Select((_, place) => chart.Bars.Sum(bar => bar.Values[place])).ToArray();
        var y = Ruler.Of(chart.Y, 0, Math.Max(totals.Max(), double.Epsilon), fromZero: true);
        var entries = chart.Bars.Select((bar, part) => new Key.Entry(bar.Name, 1, IsAtEdge: false, (canvas, from, to, at) => Sample(canvas, part, from, to, at)));
        var key = new Key(chart.Bars.Length < 2 ? [] : entries.Reverse()); // the uppermost part first
        var left = Frame.Edge.Vertical(y);
        var slot = (Frame.Width - left.Room - key.Room - 50) / chart.Names.Length; // of the area of data, about: what decides whether names fit
        var frame = new Frame(chart, Places.Horizontal(chart.X, chart.Names, slot), left, key.Room, DataHeight);

        var tops = new double[chart.Names.Length];
        foreach (var (part, bar) in chart.Bars.Index())
        {
            frame.Plot.Add.Bars((ScottPlot.Bar[])
            [
                .. bar.Values.Select((value, place) => new ScottPlot.Bar
                {
                    Position = place,
                    ValueBase = y.Of(tops[place]),
                    Value = y.Of(tops[place] += value),
                    FillColor = ColorOf(part),
                    LineWidth = 0,
                    Size = Math.Min(BarWidth, MaxBar / slot),
                }),
            ]);
        }
        return frame.Draw(canvas => key.Draw(canvas, frame));
    }

    static Color ColorOf(int part) => part == 1 ? LineStyles.Removed : LineStyles.ColorOf(part);

    static void Sample(SKCanvas canvas, int part, float from, float to, float middle)
    {
        using var paint = new SKPaint { Color = ColorOf(part).ToSKColor(), Style = SKPaintStyle.Fill };
        canvas.DrawRect(SKRect.Create(to - 14, middle - 6, 14, 12), paint);
    }
}
