using SkiaSharp;

namespace AutoFlip.Tests;

/// <summary>Text that is there on a machine without fonts.</summary>
public sealed class PlotTextTests
{
    [Fact]
    public void Font_comes_with_the_program()
    {
        using var stream = typeof(PlotText).Assembly.GetManifestResourceStream("AutoFlip.OpenSans.ttf");
        using var typeface = SKTypeface.FromStream(stream!);

        Assert.Equal("Open Sans", typeface.FamilyName);
        using var font = new SKFont(typeface);
        // whatever figures write by themselves, and more
        Assert.True(font.ContainsGlyphs("Accuracy (%) ×10¹² 0–499 … äé Ωλ Жд ⁰¹²³⁴⁵⁶⁷⁸⁹"));
        Assert.True(File.Exists(Path.Combine(SourceTree.Root, "src/AutoFlip.Reports/Plots/Fonts/ATTRIBUTION.md")));
    }

    [Fact]
    public void Text_leaves_ink()
    {
        using var surface = SKSurface.Create(new SKImageInfo(100, 20));
        surface.Canvas.Clear(SKColors.White);

        PlotText.Write(surface.Canvas, "accuracy", 2, 10, 12);

        using var image = surface.Snapshot();
        using var pixels = SKBitmap.FromImage(image);
        Assert.InRange(pixels.Pixels.Count(pixel => pixel.Red < 128), 30, 600);
    }

    [Fact]
    public void Long_names_lose_their_middle()
    {
        Assert.Equal("short", PlotText.Fit("short", 11, 100));
        var cut = PlotText.Fit("features.transition.normalization.weight", 11, 100);
        Assert.Matches("^feat.*…*.ight$", cut);
        Assert.InRange(PlotText.Width(cut, 11), 60, 100);
    }

    [Fact]
    public void Lines_are_no_wider_than_asked_for_and_what_is_left_is_cut()
    {
        var lines = PlotText.Wrap("one two three four five six seven eight nine ten", 11, 60, most: 3);

        Assert.Equal(3, lines.Count);
        Assert.Every(lines, line => Assert.InRange(PlotText.Width(line, 11), 1, 60));
        Assert.Empty(PlotText.Wrap("", 11, 60, most: 3));
    }
}
