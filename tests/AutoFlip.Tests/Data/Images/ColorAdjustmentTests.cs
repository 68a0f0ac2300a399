using CsCheck;

namespace AutoFlip.Tests;

/// <summary>Tables and vectors against the same formulas, one value at a time.</summary>
public class ColorAdjustmentTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(-128)]
    public void Hue_of_every_colour_is_what_the_formulas_say(int shift)
    {
        // Every red and green, and every third blue: 5.6 million colours.
        Parallel.For(0, 256, red =>
        {
            byte[] r = new byte[256 * 86], g = new byte[r.Length], b = new byte[r.Length];
            for (var i = 0; i < r.Length; i++) (r[i], g[i], b[i]) = ((byte)red, (byte)(i % 256), (byte)(i / 256 * 3));
            byte[] turnedRed = [.. r], turnedGreen = [.. g], turnedBlue = [.. b];

            HueCircle.Turn(turnedRed, turnedGreen, turnedBlue, (byte)shift);

            for (var i = 0; i < r.Length; i++)
            {
                Turn(ref r[i], ref g[i], ref b[i], (byte)shift);
                if ((r[i], g[i], b[i]) != (turnedRed[i], turnedGreen[i], turnedBlue[i]))
                    Assert.Fail(
                        $"({red}, {i % 256}, {i / 256 * 3}) becomes ({turnedRed[i]}, {turnedGreen[i]}, "
                        + $"{turnedBlue[i]}) instead of ({r[i]}, {g[i]}, {b[i]})");
            }
        });
    }

    [Fact]
    public void Blends_of_any_number_of_pixels_are_those_of_each_pixel() =>
        Gen.Select(Gen.Int[1, 100], Gen.Double[0, 3], Gen.ULong).Sample((plane, factor, seed) =>
        {
            var random = new KeyedRandom(seed);
            var image = new byte[3 * plane];
            foreach (ref var value in image.AsSpan()) value = (byte)random.Next(256);
            byte[] bright = [.. image], saturated = [.. image], contrasted = [.. image];

            ColorAdjustment.Brightness(bright, factor);
            ColorAdjustment.Saturation(saturated, 3, factor);
            ColorAdjustment.Contrast(contrasted, 3, factor);

            long sum = 0;
            for (var i = 0; i < plane; i++) sum += Luma(i);
            var mean = (int)((double)sum / plane + 0.5);
            return Enumerable.Range(0, image.Length).All(i =>
                bright[i] == Blend(0, image[i], (float)factor)
                && saturated[i] == Blend(Luma(i % plane), image[i], (float)factor)
                && contrasted[i] == Blend(mean, image[i], (float)factor));

            int Luma(int i) => (19595 * image[i] + 38470 * image[plane + i] + 7471 * image[2 * plane + i] + 32768) >> 16;
        });

    static byte Blend(int degenerate, int value, float factor) => (byte)Math.Clamp(degenerate + factor * (value - degenerate), 0f, 255f);

    /// <summary>Pillow's conversion to hue, saturation and value and back; float32 where its C code has float.</summary>
    static void Turn(ref byte red, ref byte green, ref byte blue, byte shift)
    {
        int max = Math.Max(red, Math.Max(green, blue)), min = Math.Min(red, Math.Min(green, blue));
        if (max == min) return;
        float range = max - min;
        float fromRed = (max - red) / range, fromGreen = (max - green) / range, fromBlue = (max - blue) / range;
        var hue = red == max ? fromBlue - fromGreen : green == max ? (float)(2.0 + fromRed - fromBlue) : (float)(4.0 + fromGreen - fromRed);
        var turn = hue / 6.0 + 1.0;
        if (turn >= 1) turn -= 1;
        var hue8 = (byte)((byte)((float)turn * 255.0) + shift);
        var saturation8 = (byte)(range / max * 255.0);
        var sextant = hue8 * 6 / 255;
        var f = (float)((float)hue8 * 6.0 / 255.0 - sextant);
        var s = (float)(saturation8 / 255.0);
        byte v = (byte)max, p = Round(max * (1.0 - s)), q = Round(max * (1.0 - s * f)), t = Round(max * (1.0 - s * (1.0 - f)));
        if (saturation8 == 0) (p, q, t) = (v, v, v);
        (red, green, blue) = (sextant % 6) switch
        {
            0 => (v, t, p),
            1 => (q, v, p),
            2 => (p, v, t),
            3 => (p, q, v),
            4 => (t, p, v),
            _ => (v, p, q),
        };

        static byte Round(double value) => (byte)Math.Min((int)(value + 0.5), 255);
    }
}
