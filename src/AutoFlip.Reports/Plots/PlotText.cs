using System.Collections.Concurrent;
using SkiaSharp;

namespace AutoFlip.Reports;

/// <summary>All text of plots. The font comes with the program: a bare machine has none, and then text would vanish.</summary>
static class PlotText
{
    /// <summary>Font sizes, in pixels.</summary>
    public const float TitleSize = 15, LabelSize = 12, TickSize = 11, NoteSize = 10;

    /// <summary>Names the font in SVG files, followed by what stands in for it where it is not installed.</summary>
    public const string Families = "Open Sans, Segoe UI, Helvetica, Arial, sans-serif";

    static readonly SKTypeface OpenSans = Load();
    static readonly ConcurrentDictionary<(SKTypeface Typeface, float Size), SKFont> Fonts = new();

    /// <summary>The dark grey of all text but notes.</summary>
    public static SKColor Ink { get; } = new(0x22, 0x22, 0x22);

    /// <summary>Width in pixels.</summary>
    public static float Width(string text, float size) => Font(text, size).MeasureText(text);

    /// <summary>Writes a line.</summary>
    /// <param name="canvas">The canvas.</param>
    /// <param name="text">The text.</param>
    /// <param name="x">Horizontal anchor.</param>
    /// <param name="middle">The height of the middle of small letters and digits, vertically.</param>
    /// <param name="size">Pixels.</param>
    /// <param name="align">Which side of the text the anchor is.</param>
    /// <param name="color">Null is <see cref="Ink"/>.</param>
    public static void Write(
        SKCanvas canvas, string text, float x, float middle, float size, SKTextAlign align = SKTextAlign.Left, SKColor? color = null)
    {
        using var paint = new SKPaint { Color = color ?? Ink, IsAntialias = true };
        canvas.DrawText(text, x, middle + size * 0.36f, align, Font(text, size), paint); // half the height of a digit
    }

    /// <summary>Writes a line turned by some degrees around its anchor; positive is clockwise.</summary>
    public static void WriteTurned(SKCanvas canvas, string text, float x, float y, float degrees, float size, SKTextAlign align)
    {
        canvas.Save();
        canvas.RotateDegrees(degrees, x, y);
        Write(canvas, text, x, y, size, align);
        canvas.Restore();
    }

    /// <summary>The text, or as much of it as is no wider, with an ellipsis in its middle: names differ at both ends.</summary>
    public static string Fit(string text, float size, float width)
    {
        text = OneLine(text);
        if (Width(text, size) <= width) return text;
        for (var kept = text.Length - 1; kept > 1; kept--)
            if ($"{text[..((kept + 1) / 2)]}…{text[^(kept / 2)..]}" is var cut && Width(cut, size) <= width) return cut;
        return "…";
    }

    /// <summary>Lines no wider than a width; what is left after the last one is cut.</summary>
    public static List<string> Wrap(string text, float size, float width, int most)
    {
        List<string> lines = [];
        var line = "";
        foreach (var word in OneLine(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && Width($"{line} {word}", size) > width)
            {
                lines.Add(line);
                line = "";
            }
            line = line.Length == 0 ? word : $"{line} {word}";
        }
        if (line.Length > 0) lines.Add(line);
        if (lines.Count > most) lines = [.. lines.Take(most - 1), string.Join(' ', lines.Skip(most - 1))];
        return [.. lines.Select(part => Fit(part, size, width))];
    }

    /// <summary>Control characters, such as line breaks in names, as blanks.</summary>
    static string OneLine(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));

    /// <summary>Open Sans, or for text that it cannot write a font of the machine that can write its first
    /// such letter, if there is one.</summary>
    static SKFont Font(string text, float size)
    {
        var font = Font(OpenSans, size);
        if (font.ContainsGlyphs(text)) return font;
        var missing = text.EnumerateRunes().First(rune => font.GetGlyph(rune.Value) == 0);
        return SKFontManager.Default.MatchCharacter(missing.Value) is { } other ? Font(other, size) : font;
    }

    static SKFont Font(SKTypeface typeface, float size) => Fonts.GetOrAdd(
        (typeface, size),
        key => new SKFont(key.Typeface, key.Size) { Subpixel = true, Edging = SKFontEdging.Antialias, Hinting = SKFontHinting.None });

    static SKTypeface Load()
    {
        using var stream = typeof(PlotText).Assembly.GetManifestResourceStream("AutoFlip.OpenSans.ttf")
            ?? throw new InvalidOperationException("The font of plots is missing from the program.");
        return SKTypeface.FromStream(stream);
    }
}
