using System.Text;
using SkiaSharp;

namespace AutoFlip.Reports;

/// <summary>A picture, written as pixels or as vectors.</summary>
/// <param name="Width">Width in points of 1/96 inch.</param>
/// <param name="Height">Height in points.</param>
/// <param name="Draw">Draws the picture, background first.</param>
sealed record Drawing(int Width, int Height, Action<SKCanvas> Draw)
{
    /// <summary>Pixels per point of a PNG.</summary>
    public const int Resolution = 2;

    /// <summary>As PNG, in <see cref="Resolution"/> times as many pixels.</summary>
    public byte[] ToPng()
    {
        using var surface = SKSurface.Create(new SKImageInfo(Width * Resolution, Height * Resolution));
        surface.Canvas.Scale(Resolution);
        Draw(surface.Canvas);
        using var image = surface.Snapshot();
        using var pixels = image.PeekPixels();
        // Lines and areas are as small as with filters, in a quarter of the time.
        using var png = pixels!.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.None, 3));
        return png!.ToArray();
    }

    /// <summary>As SVG in UTF-8. Text stays text, for search and screen readers.</summary>
    /// <param name="title">Title of the document.</param>
    /// <param name="description">Description of the document; may be empty.</param>
    public byte[] ToSvg(string title, string description)
    {
        using var stream = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(SKRect.Create(Width, Height), stream)) Draw(canvas);
        return SvgDocument.Finish(Encoding.UTF8.GetString(stream.ToArray()), Width, Height, title, description);
    }
}
