using ScottPlot;
using SkiaSharp;

namespace AutoFlip.Reports;

/// <summary>What all plots have in common: a title, axes with their ticks, room for a key at the right, and a note below.</summary>
sealed class Frame
{
    /// <summary>Width of every plot.</summary>
    public const int Width = 760;

    /// <summary>Sizes of text.</summary>
    public const float TitleSize = 15, LabelSize = 12, TickSize = 11, NoteSize = 10;

    const int Gap = 8, TickLength = 4, NoteLine = 14;

    static readonly Color Line = Color.FromHex("#555555"), Grid = Color.FromHex("#E4E6E8");
    static readonly SKColor NoteInk = new(0x55, 0x55, 0x55);

    readonly Chart _chart;
    readonly Edge _x, _y;
    readonly List<string> _note;

    /// <summary>Lays a plot out.</summary>
    /// <param name="chart">Title and note.</param>
    /// <param name="x">The horizontal axis.</param>
    /// <param name="y">The vertical axis.</param>
    /// <param name="right">Room for the key.</param>
    /// <param name="height">Height of the area of data.</param>
    public Frame(Chart chart, Edge x, Edge y, float right, float height)
    {
        (_chart, _x, _y) = (chart, x, y);
        var left = Math.Max(Gap + LabelSize + Gap + y.Room + TickLength + 3, Gap + x.Overhang);
        var top = 2 * Gap + TitleSize + Gap;
        Data = SKRect.Create(left, top, Width - left - right, height);
        _note = PlotText.Wrap(chart.Note, NoteSize, Width - left - 2 * Gap, most: 6);
        Bottom = Data.Bottom + TickLength + x.Room + 3 + Gap / 2f + LabelSize + Gap;
        Height = (int)Math.Ceiling(Bottom + Gap + _note.Count * NoteLine);
        Plot = Prepare();
    }

    /// <summary>The plot within the area of data; data are given in its rulers' numbers as drawn.</summary>
    public Plot Plot { get; }

    /// <summary>The area of data.</summary>
    public SKRect Data { get; }

    /// <summary>Height of the whole.</summary>
    public int Height { get; }

    float Bottom { get; }

    /// <summary>An axis as drawn: a ruler, or places with names.</summary>
    /// <param name="Label">Stands beside it.</param>
    /// <param name="Min">Its beginning.</param>
    /// <param name="Max">Its end.</param>
    /// <param name="Ticks">Marks with text.</param>
    /// <param name="Room">Room for the text of ticks, in the direction away from the data.</param>
    public sealed record Edge(string Label, double Min, double Max, IReadOnlyList<(double At, string Text)> Ticks, float Room)
    {
        /// <summary>Marks without text.</summary>
        public IReadOnlyList<double> Minor { get; init; } = [];

        /// <summary>Degrees by which text is turned.</summary>
        public float Turn { get; init; }

        /// <summary>How far turned text reaches beyond the beginning of the axis.</summary>
        public float Overhang { get; init; }

        /// <summary>Whether lines go through the area of data at the ticks.</summary>
        public bool HasGrid { get; init; } = true;

        /// <summary>The horizontal axis of a ruler.</summary>
        public static Edge Horizontal(Ruler ruler) => new(ruler.Label, ruler.Min, ruler.Max, ruler.Ticks, TickSize + 2) { Minor = ruler.Minor };

        /// <summary>The vertical axis of a ruler.</summary>
        public static Edge Vertical(Ruler ruler) =>
            new(ruler.Label, ruler.Min, ruler.Max, ruler.Ticks, ruler.Ticks.Select(tick => PlotText.Width(tick.Text, TickSize)).DefaultIfEmpty().Max()) { Minor = ruler.Minor };
    }

    /// <summary>The drawing: the plot, its text, and what else is drawn on top.</summary>
    public Drawing Draw(Action<SKCanvas> onTop) => new(Width, Height, canvas =>
    {
        Plot.Render(canvas, Width, Height);
        Write(canvas);
        onTop(canvas);
    });

    Plot Prepare()
    {
        var plot = new Plot();
        plot.FigureBackground.Color = plot.DataBackground.Color = ScottPlot.Colors.White;
        plot.Layout.Fixed(new PixelPadding(Data.Left, Width - Data.Right, Height - Data.Bottom, Data.Top));
        plot.Axes.SetLimits(_x.Min, _x.Max, _y.Min, _y.Max);
        Prepare(plot.Axes.Bottom, _x);
        Prepare(plot.Axes.Left, _y);
        plot.Axes.Top.IsVisible = plot.Axes.Right.IsVisible = false;
        plot.Grid.MajorLineColor = Grid;
        plot.Grid.MajorLineWidth = 1;
        plot.Grid.XAxisStyle.IsVisible = _x.HasGrid;
        plot.Grid.YAxisStyle.IsVisible = _y.HasGrid;
        return plot;
    }

    static void Prepare(IAxis axis, Edge edge)
    {
        var ticks = new ScottPlot.TickGenerators.NumericManual();
        foreach (var (at, _) in edge.Ticks) ticks.AddMajor(at, "");
        foreach (var at in edge.Minor) ticks.AddMinor(at);
        axis.TickGenerator = ticks;
        axis.FrameLineStyle.Color = axis.MajorTickStyle.Color = axis.MinorTickStyle.Color = Line;
        axis.MajorTickStyle.Length = TickLength;
        axis.MinorTickStyle.Length = TickLength / 2;
    }

    void Write(SKCanvas canvas)
    {
        PlotText.Write(canvas, PlotText.Fit(_chart.Title, TitleSize, Width - Data.Left - Gap), Data.Left, Gap + TitleSize * 0.75f, TitleSize);
        foreach (var (at, text) in _x.Ticks)
        {
            var x = X((at - _x.Min) / (_x.Max - _x.Min));
            if (_x.Turn == 0) PlotText.Write(canvas, text, x, Data.Bottom + TickLength + 3 + TickSize / 2, TickSize, SKTextAlign.Center);
            else PlotText.WriteTurned(canvas, text, x, Data.Bottom + TickLength + 5, _x.Turn, TickSize, SKTextAlign.Right);
        }
        foreach (var (at, text) in _y.Ticks) PlotText.Write(canvas, text, Data.Left - TickLength - 4, Y((at - _y.Min) / (_y.Max - _y.Min)), TickSize, SKTextAlign.Right);
        PlotText.Write(canvas, PlotText.Fit(_x.Label, LabelSize, Data.Width), Data.MidX, Bottom - Gap - LabelSize / 2, LabelSize, SKTextAlign.Center);
        PlotText.WriteTurned(canvas, PlotText.Fit(_y.Label, LabelSize, Data.Height), Gap + LabelSize / 2, Data.MidY, -90, LabelSize, SKTextAlign.Center);
        for (var i = 0; i < _note.Count; i++) PlotText.Write(canvas, _note[i], Data.Left, Bottom + (i + 0.5f) * NoteLine, NoteSize, color: NoteInk);
    }

    /// <summary>The pixel of a place between the left (0) and the right (1).</summary>
    public float X(double place) => Data.Left + (float)place * Data.Width;

    /// <summary>The pixel of a place between the bottom (0) and the top (1).</summary>
    public float Y(double place) => Data.Bottom - (float)place * Data.Height;
}
