using SkiaSharp;

namespace AutoFlip.Reports;

/// <summary>Layout that all plots share: title, plot area with its axes, space for a legend at the right, and a note below.</summary>
sealed class Frame
{
    /// <summary>Width of every plot.</summary>
    public const int Width = 760;

    const int Gap = 8, TickLength = 4, NoteLine = 14;

    static readonly SKColor Axis = new(0x55, 0x55, 0x55), Grid = new(0xE4, 0xE6, 0xE8);

    readonly Chart _chart;
    readonly Edge _x, _y;
    readonly List<string> _note;
    readonly float _bottom; // of the axis title, where the note starts

    /// <summary>Computes the layout.</summary>
    /// <param name="chart">Title and note.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <param name="y">The vertical axis.</param>
    /// <param name="right">Width of the space for the legend.</param>
    /// <param name="height">Height of the plot area.</param>
    public Frame(Chart chart, Edge x, Edge y, float right, float height)
    {
        (_chart, _x, _y) = (chart, x, y);
        var left = MathF.Ceiling(Math.Max(Gap + PlotText.LabelSize + Gap + y.Room + TickLength + 3, Gap + x.Overhang));
        var top = 2 * Gap + PlotText.TitleSize + Gap;
        Data = SKRect.Create(left, top, Width - left - right, height);
        _note = PlotText.Wrap(chart.Note, PlotText.NoteSize, Width - left - 2 * Gap, most: 6);
        _bottom = Data.Bottom + TickLength + x.Room + 3 + Gap / 2f + PlotText.LabelSize + Gap;
        Height = (int)Math.Ceiling(_bottom + Gap + _note.Count * NoteLine);
    }

    /// <summary>The plot area.</summary>
    public SKRect Data { get; }

    /// <summary>Height of the whole plot.</summary>
    public int Height { get; }

    /// <summary>Pixel of a horizontal position: 0 is the left of the plot area, 1 its right.</summary>
    public float X(double place) => Data.Left + (float)place * Data.Width;

    /// <summary>Pixel of a vertical position: 0 is the bottom of the plot area, 1 its top.</summary>
    public float Y(double place) => Data.Bottom - (float)place * Data.Height;

    /// <summary>The drawing: white background, grid, content, then axes and text.</summary>
    /// <param name="content">Draws data and legend.</param>
    public Drawing Draw(Action<SKCanvas> content) => new(Width, Height, canvas =>
    {
        canvas.Clear(SKColors.White);
        DrawGrid(canvas);
        content(canvas);
        DrawAxes(canvas);
        WriteTicks(canvas);
        WriteTitles(canvas);
    });

    float XOf(double at) => X(_x.Place(at));

    float YOf(double at) => Y(_y.Place(at));

    void DrawGrid(SKCanvas canvas)
    {
        using var paint = Stroke(Grid);
        if (_x.HasGrid) foreach (var (at, _) in _x.Ticks) canvas.DrawLine(XOf(at), Data.Top, XOf(at), Data.Bottom, paint);
        if (_y.HasGrid) foreach (var (at, _) in _y.Ticks) canvas.DrawLine(Data.Left, YOf(at), Data.Right, YOf(at), paint);
    }

    void DrawAxes(SKCanvas canvas)
    {
        using var paint = Stroke(Axis);
        canvas.DrawLine(Data.Left, Data.Top, Data.Left, Data.Bottom, paint);
        canvas.DrawLine(Data.Left, Data.Bottom, Data.Right, Data.Bottom, paint);
        foreach (var (at, length) in Lengths(_x)) canvas.DrawLine(XOf(at), Data.Bottom, XOf(at), Data.Bottom + length, paint);
        foreach (var (at, length) in Lengths(_y)) canvas.DrawLine(Data.Left, YOf(at), Data.Left - length, YOf(at), paint);
    }

    static IEnumerable<(double At, float Length)> Lengths(Edge edge) =>
        edge.Ticks.Select(tick => (tick.At, (float)TickLength)).Concat(edge.Minor.Select(at => (at, TickLength / 2f)));

    static SKPaint Stroke(SKColor color) => new() { Color = color, StrokeWidth = 1, Style = SKPaintStyle.Stroke, IsAntialias = true };

    void WriteTicks(SKCanvas canvas)
    {
        foreach (var (at, text) in _x.Ticks)
        {
            if (_x.Turn == 0)
                PlotText.Write(
                    canvas, text, XOf(at), Data.Bottom + TickLength + 3 + PlotText.TickSize / 2, PlotText.TickSize, SKTextAlign.Center);
            else PlotText.WriteTurned(canvas, text, XOf(at), Data.Bottom + TickLength + 5, _x.Turn, PlotText.TickSize, SKTextAlign.Right);
        }
        foreach (var (at, text) in _y.Ticks)
            PlotText.Write(canvas, text, Data.Left - TickLength - 4, YOf(at), PlotText.TickSize, SKTextAlign.Right);
    }

    void WriteTitles(SKCanvas canvas)
    {
        var title = PlotText.Fit(_chart.Title, PlotText.TitleSize, Width - Data.Left - Gap);
        PlotText.Write(canvas, title, Data.Left, Gap + PlotText.TitleSize * 0.75f, PlotText.TitleSize);
        var (x, y) = (PlotText.Fit(_x.Label, PlotText.LabelSize, Data.Width), PlotText.Fit(_y.Label, PlotText.LabelSize, Data.Height));
        PlotText.Write(canvas, x, Data.MidX, _bottom - Gap - PlotText.LabelSize / 2, PlotText.LabelSize, SKTextAlign.Center);
        PlotText.WriteTurned(canvas, y, Gap + PlotText.LabelSize / 2, Data.MidY, -90, PlotText.LabelSize, SKTextAlign.Center);
        for (var i = 0; i < _note.Count; i++)
            PlotText.Write(canvas, _note[i], Data.Left, _bottom + (i + 0.5f) * NoteLine, PlotText.NoteSize, color: Axis);
    }
}
