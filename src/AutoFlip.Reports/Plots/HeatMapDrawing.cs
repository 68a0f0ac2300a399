using SkiaSharp;

namespace AutoFlip.Reports;

/// <summary>Draws tables as colours: white is 0, and the more the darker, so that it reads in grey too.</summary>
static class HeatMapDrawing
{
    const float MinCell = 9, MaxCell = 24, Usual = 300, BarWidth = 16, BarHeight = 170, Gap = 14;
    const float NumberSize = 10;

    /// <summary>From little to much; between two of them colours are mixed.</summary>
    static readonly SKColor[] Ramp = [
        new(0xE6, 0xF0, 0xF8), new(0x9C, 0xC8, 0xE4), new(0x3B, 0x8F, 0xC4), new(0x08, 0x51, 0x9C), new(0x06, 0x24, 0x55)];

    /// <summary>The drawing of a chart.</summary>
    public static Drawing Of(HeatMap chart)
    {
        var most = chart.Values.SelectMany(row => row).Max();
        var scale = Ruler.Of(chart.Value, 0, most > 0 ? most : 1, ticks: 5, fromZero: true, padded: false);
        var legend = PlotText.Wrap(scale.Label, PlotText.TickSize, 105, most: 3);
        var right = Gap
            + Math.Max(
                BarWidth + 8 + scale.Ticks.Max(tick => PlotText.Width(tick.Text, PlotText.TickSize)),
                legend.Max(line => PlotText.Width(line, PlotText.TickSize)))
            + 10;
        var height = chart.Rows.Length * Math.Clamp(Usual / chart.Rows.Length, MinCell, MaxCell);
        var rows = Places.Vertical(chart.Y, chart.Rows, height / chart.Rows.Length);
        var slot = (Frame.Width - rows.Room - right - 50) / chart.Columns.Length;
        var frame = new Frame(chart, Places.Horizontal(chart.X, chart.Columns, slot), rows, right, height);
        return frame.Draw(canvas =>
        {
            DrawCells(canvas, chart, frame, scale);
            DrawScale(canvas, frame, scale, legend);
        });
    }

    static void DrawCells(SKCanvas canvas, HeatMap chart, Frame frame, Ruler scale)
    {
        var (width, height) = (frame.Data.Width / chart.Columns.Length, frame.Data.Height / chart.Rows.Length);
        using var paint = new SKPaint { Style = SKPaintStyle.Fill };
        var written = chart.Value.Unit == AxisUnit.Count && height >= NumberSize + 3
            && chart.Values.SelectMany(row => row).Max(value => PlotText.Width(Readable.Count((long)value), NumberSize)) + 6 <= width;
        foreach (var (i, row) in chart.Values.Index())
        {
            foreach (var (j, value) in row.Index())
            {
                if (value <= 0) continue;
                var share = scale.Place(value);
                paint.Color = ColorOf(share);
                var (left, top) = (frame.Data.Left + j * width, frame.Data.Top + i * height);
                canvas.DrawRect(SKRect.Create(left + 0.5f, top + 0.5f, width - 1, height - 1), paint);
                if (written)
                {
                    var ink = share > 0.45 ? SKColors.White : PlotText.Ink;
                    PlotText.Write(
                        canvas, Readable.Count((long)value), left + width / 2, top + height / 2, NumberSize, SKTextAlign.Center, ink);
                }
            }
        }
    }

    static void DrawScale(SKCanvas canvas, Frame frame, Ruler scale, List<string> legend)
    {
        const int Steps = 64;
        var left = frame.Data.Right + Gap;
        for (var i = 0; i < legend.Count; i++) PlotText.Write(canvas, legend[i], left, frame.Data.Top + 6 + i * 14, PlotText.TickSize);
        var top = frame.Data.Top + legend.Count * 14 + 8;
        var height = Math.Min(BarHeight, Math.Max(frame.Data.Bottom - top, 60));
        using var paint = new SKPaint { Style = SKPaintStyle.Fill };
        for (var i = 0; i < Steps; i++)
        {
            paint.Color = ColorOf((i + 0.5) / Steps);
            canvas.DrawRect(SKRect.Create(left, top + height * (Steps - 1 - i) / Steps, BarWidth, height / Steps + 0.4f), paint);
        }
        foreach (var (at, text) in scale.Ticks)
            PlotText.Write(
                canvas, text, left + BarWidth + 6, top + height * (float)(1 - (at - scale.Min) / (scale.Max - scale.Min)),
                PlotText.TickSize);
    }

    static SKColor ColorOf(double share)
    {
        var at = Math.Clamp(share, 0, 1) * (Ramp.Length - 1);
        var lower = Math.Min((int)at, Ramp.Length - 2);
        var (from, to, part) = (Ramp[lower], Ramp[lower + 1], at - lower);
        byte Mix(byte one, byte other) => (byte)Math.Round(one + (other - one) * part);
        return new(Mix(from.Red, to.Red), Mix(from.Green, to.Green), Mix(from.Blue, to.Blue));
    }
}
