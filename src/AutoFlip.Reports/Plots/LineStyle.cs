using SkiaSharp;

namespace AutoFlip.Reports;

/// <summary>Colour, dashes and marker of a line. Dashes and markers distinguish lines without colour.</summary>
/// <remarks>Colours: M. Okabe and K. Ito, Color Universal Design, 2008, without the yellow, which is too
/// light for a line on white.</remarks>
/// <param name="Color">Of line, markers and band.</param>
/// <param name="Dashes">Lengths of dashes and gaps in turn; none is a solid line.</param>
/// <param name="Marker">Shape of the markers.</param>
sealed record LineStyle(SKColor Color, float[] Dashes, Marker Marker)
{
    const float Width = 1.9f, MarkerRadius = 3;
    const byte BandOpacity = 0x24;

    static readonly SKColor[] Colors =
    [
        new(0x00, 0x72, 0xB2), new(0xD5, 0x5E, 0x00), new(0x00, 0x9E, 0x73), new(0xCC, 0x79, 0xA7),
        new(0xE6, 0x9F, 0x00), new(0x56, 0xB4, 0xE9), new(0x00, 0x00, 0x00),
    ];

    static readonly float[][] Patterns = [[], [7, 3], [2, 2], [8, 3, 2, 3], [12, 3]];

    static readonly Marker[] Markers = Enum.GetValues<Marker>();

    /// <summary>Colour of removed parameters and held-out samples: a light grey, different from every
    /// colour in print without colour.</summary>
    public static SKColor Removed { get; } = new(0xCB, 0xD0, 0xD6);

    /// <summary>Colour of the line or bar with this number.</summary>
    public static SKColor ColorOf(int number) => Colors[number % Colors.Length];

    /// <summary>Style of the line with this number.</summary>
    public static LineStyle Of(int number) =>
        new(ColorOf(number), Patterns[number % Patterns.Length], Markers[number % Markers.Length]);

    /// <summary>Draws a line through points.</summary>
    public void DrawLine(SKCanvas canvas, params SKPoint[] points)
    {
        using var path = PathOf(points, isClosed: false);
        using var dashes = Dashes is [] ? null : SKPathEffect.CreateDash(Dashes, 0);
        using var paint = new SKPaint
        {
            Color = Color,
            StrokeWidth = Width,
            Style = SKPaintStyle.Stroke,
            StrokeJoin = SKStrokeJoin.Bevel,
            PathEffect = dashes,
            IsAntialias = true,
        };
        canvas.DrawPath(path, paint);
    }

    /// <summary>Draws the marker at a point.</summary>
    public void DrawMarker(SKCanvas canvas, SKPoint at)
    {
        var style = Marker == Marker.Ring ? SKPaintStyle.Stroke : SKPaintStyle.Fill;
        using var paint = new SKPaint { Color = Color, StrokeWidth = 1.2f, Style = style, IsAntialias = true };
        if (Marker.Corners is [])
        {
            canvas.DrawCircle(at, MarkerRadius, paint);
            return;
        }
        using var path = PathOf([.. Marker.Corners.Select(corner =>
            new SKPoint(at.X + MarkerRadius * corner.X, at.Y + MarkerRadius * corner.Y))]);
        canvas.DrawPath(path, paint);
    }

    /// <summary>Fills the band between two lines over the same places.</summary>
    public void DrawBand(SKCanvas canvas, IEnumerable<SKPoint> low, IEnumerable<SKPoint> high)
    {
        using var path = PathOf([.. low, .. high.Reverse()]);
        using var paint = new SKPaint { Color = Color.WithAlpha(BandOpacity), Style = SKPaintStyle.Fill, IsAntialias = true };
        canvas.DrawPath(path, paint);
    }

    static SKPath PathOf(SKPoint[] points, bool isClosed = true)
    {
        using var builder = new SKPathBuilder();
        builder.AddPoly(points, isClosed);
        return builder.Detach();
    }
}
