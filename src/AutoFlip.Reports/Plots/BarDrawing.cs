using SkiaSharp;

namespace AutoFlip.Reports;

/// <summary>Draws charts of stacked bars.</summary>
static class BarDrawing
{
    const int DataHeight = 280;
    const float BarWidth = 0.78f, MaxBar = 70;

    /// <summary>The drawing of a chart.</summary>
    public static Drawing Of(BarChart chart)
    {
        var totals = chart.Names.Select((_, place) => chart.Bars.Sum(bar => bar.Values[place]));
        var y = Ruler.Of(chart.Y, 0, Math.Max(totals.Max(), double.Epsilon), fromZero: true);
        var entries = chart.Bars.Select((bar, part) => new Key.Entry(
            bar.Name, 1, IsAtEdge: false, (canvas, _, to, at) => Fill(canvas, part, SKRect.Create(to - 14, at - 6, 14, 12))));
        var key = new Key(chart.Bars.Length < 2 ? [] : entries.Reverse()); // top part first
        var left = Edge.Vertical(y);
        var slot = (Frame.Width - left.Room - key.Room - 50) / chart.Names.Length; // about; decides whether names fit
        var frame = new Frame(chart, Places.Horizontal(chart.X, chart.Names, slot), left, key.Room, DataHeight);
        return frame.Draw(canvas =>
        {
            for (var place = 0; place < chart.Names.Length; place++) DrawStack(canvas, chart, place, frame, y);
            key.Draw(canvas, frame);
        });
    }

    static void DrawStack(SKCanvas canvas, BarChart chart, int place, Frame frame, Ruler y)
    {
        var slot = frame.Data.Width / chart.Names.Length;
        var half = Math.Min(BarWidth * slot, MaxBar) / 2;
        var middle = frame.Data.Left + (place + 0.5f) * slot;
        var sum = 0.0;
        foreach (var (part, bar) in chart.Bars.Index())
        {
            var bottom = frame.Y(y.Place(sum));
            sum += bar.Values[place];
            Fill(canvas, part, new SKRect(middle - half, frame.Y(y.Place(sum)), middle + half, bottom));
        }
    }

    static void Fill(SKCanvas canvas, int part, SKRect area)
    {
        using var paint = new SKPaint
        {
            Color = part == 1 ? LineStyle.Removed : LineStyle.ColorOf(part),
            Style = SKPaintStyle.Fill,
            IsAntialias = true
        };
        canvas.DrawRect(area, paint);
    }
}
