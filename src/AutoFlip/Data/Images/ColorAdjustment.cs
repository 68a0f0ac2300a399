namespace AutoFlip;

/// <summary>Brightness, contrast, saturation and hue of 8-bit images in place, as torchvision does on Pillow images, bit for bit.</summary>
/// <remarks>
/// Images are [channels, height, width] with 1 (grey) or 3 (red, green, blue) channels. The first three blend the image with a
/// degenerate one: degenerate + factor (image - degenerate) in float32, truncated towards zero, clipped to [0, 255]. A factor of
/// 1 changes nothing, 0 gives the degenerate image.
/// </remarks>
static class ColorAdjustment
{
    /// <summary>Blends with black.</summary>
    public static void Brightness(Span<byte> image, double factor) => BlendWithFlat(image, 0, factor);

    /// <summary>Blends with a flat grey: the mean luma, rounded half up.</summary>
    public static void Contrast(Span<byte> image, int channels, double factor)
    {
        long sum = 0;
        if (channels == 1)
        {
            foreach (var value in image) sum += value;
        }
        else
        {
            var planes = new Planes(image);
            for (var i = 0; i < planes.Red.Length; i++) sum += Luma(planes.Red[i], planes.Green[i], planes.Blue[i]);
        }
        BlendWithFlat(image, (int)((double)sum / (image.Length / channels) + 0.5), factor);
    }

    /// <summary>Blends with the image's own luma; a grey image stays as it is.</summary>
    public static void Saturation(Span<byte> image, int channels, double factor)
    {
        if (channels == 1) return;
        var planes = new Planes(image);
        var alpha = (float)factor;
        for (var i = 0; i < planes.Red.Length; i++)
        {
            int luma = Luma(planes.Red[i], planes.Green[i], planes.Blue[i]);
            planes.Red[i] = Blend(luma, planes.Red[i], alpha);
            planes.Green[i] = Blend(luma, planes.Green[i], alpha);
            planes.Blue[i] = Blend(luma, planes.Blue[i], alpha);
        }
    }

    /// <summary>Turns the hue by <paramref name="factor"/> of a full circle, in steps of 1/255; a grey image stays as it is.</summary>
    /// <param name="image">The image.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="factor">In [-0.5, 0.5].</param>
    public static void Hue(Span<byte> image, int channels, double factor)
    {
        if (channels == 1) return;
        var planes = new Planes(image);
        var shift = unchecked((byte)(int)(factor * 255));
        for (var i = 0; i < planes.Red.Length; i++)
            TurnHue(ref planes.Red[i], ref planes.Green[i], ref planes.Blue[i], shift);
    }

    /// <summary>ITU-R 601 luma in 16-bit fixed point.</summary>
    static byte Luma(byte red, byte green, byte blue) => (byte)((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);

    static void BlendWithFlat(Span<byte> image, int flat, double factor)
    {
        Span<byte> table = stackalloc byte[256]; // a flat degenerate image makes the blend a function of one byte
        for (var value = 0; value < table.Length; value++) table[value] = Blend(flat, value, (float)factor);
        foreach (ref var value in image) value = table[value];
    }

    static byte Blend(int degenerate, int value, float factor) => (byte)Math.Clamp(degenerate + factor * (value - degenerate), 0f, 255f);

    /// <summary>To 8-bit hue, saturation and value, hue shifted, and back. Which parts are float32 decides the rounding.</summary>
    static void TurnHue(ref byte red, ref byte green, ref byte blue, byte shift)
    {
        int max = Math.Max(red, Math.Max(green, blue)), min = Math.Min(red, Math.Min(green, blue));
        if (max == min) return; // grey: saturation 0

        float range = max - min;
        float fromRed = (max - red) / range, fromGreen = (max - green) / range, fromBlue = (max - blue) / range;
        float hue;
        if (red == max) hue = fromBlue - fromGreen;
        else if (green == max) hue = (float)(2.0 + fromRed - fromBlue);
        else hue = (float)(4.0 + fromGreen - fromRed);
        var turn = hue / 6.0 + 1.0; // in [5/6, 11/6)
        if (turn >= 1) turn -= 1;
        var hue8 = (byte)((byte)((float)turn * 255.0) + shift);
        var saturation8 = (byte)(range / max * 255.0);
        if (saturation8 == 0)
        {
            red = green = blue = (byte)max;
            return;
        }

        var sextant = hue8 * 6 / 255; // 0 .. 6
        var f = (float)((float)hue8 * 6.0 / 255.0 - sextant);
        var s = (float)(saturation8 / 255.0);
        byte v = (byte)max, p = Round(max * (1.0 - s)), q = Round(max * (1.0 - s * f)), t = Round(max * (1.0 - s * (1.0 - f)));
        (red, green, blue) = (sextant % 6) switch
        {
            0 => (v, t, p),
            1 => (q, v, p),
            2 => (p, v, t),
            3 => (p, q, v),
            4 => (t, p, v),
            _ => (v, p, q),
        };
    }

    /// <summary>Halves up; the argument is never negative.</summary>
    static byte Round(double value) => (byte)Math.Min((int)(value + 0.5), 255);

    readonly ref struct Planes
    {
        public readonly Span<byte> Red, Green, Blue;

        public Planes(Span<byte> image)
        {
            var plane = image.Length / 3;
            Red = image[..plane];
            Green = image.Slice(plane, plane);
            Blue = image.Slice(2 * plane, plane);
        }
    }
}
