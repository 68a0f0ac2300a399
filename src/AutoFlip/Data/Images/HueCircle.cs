namespace AutoFlip;

/// <summary>Turns colours about the grey axis: to 8-bit hue, saturation and value, the hue moved on, and back,
/// as Pillow rounds each step.</summary>
/// <remarks>
/// Of a colour's three values, one is the largest, one the smallest. Hue depends on which ones these are and on how far the smallest and
/// the middle one are below the largest, in whole numbers: 6 x 256 x 256 possibilities, so it is looked up. So are saturation and the
/// smallest value that it leads back to. Only the middle value is computed.
/// </remarks>
static class HueCircle
{
    static readonly byte[] Hues = MakeHues(), Saturations = MakeSaturations(), Least = MakeLeast();
    static readonly byte[] Sextants = [.. Enumerable.Range(0, 256).Select(hue => (byte)(hue * 6 / 255 % 6))];
    static readonly float[] Fractions = [.. Enumerable.Range(0, 256).Select(hue => (float)((float)hue * 6.0 / 255.0 - hue * 6 / 255))];
    static readonly float[] Shares = [.. Enumerable.Range(0, 256).Select(saturation => (float)(saturation / 255.0))];

    /// <summary>By sextant: where in largest | middle &lt;&lt; 8 | least &lt;&lt; 16 red, green and blue are.</summary>
    static ReadOnlySpan<byte> Places => [0, 8, 16, 8, 0, 16, 16, 0, 8, 16, 8, 0, 8, 16, 0, 0, 16, 8];

    /// <summary>Turns each pixel by <paramref name="shift"/> / 256 of a circle; greys stay as they are.</summary>
    /// <param name="red">One plane.</param>
    /// <param name="green">Of the same length.</param>
    /// <param name="blue">Of the same length.</param>
    /// <param name="shift">Steps.</param>
    public static void Turn(Span<byte> red, Span<byte> green, Span<byte> blue, byte shift)
    {
        green = green[..red.Length];
        blue = blue[..red.Length];
        var places = Places;
        for (var i = 0; i < red.Length; i++)
        {
            int r = red[i], g = green[i], b = blue[i];
            int max = Math.Max(r, Math.Max(g, b)), min = Math.Min(r, Math.Min(g, b)), range = max - min;
            var middle = r + g + b - max - min;
            var which = r == max ? b <= g ? 0 : 1 : g == max ? b <= r ? 2 : 3 : r <= g ? 4 : 5;

            var hue = (byte)(Hues[which << 16 | range << 8 | (max - middle)] + shift);
            var saturation = Saturations[max << 8 | range];
            int sextant = Sextants[hue];
            float fraction = Fractions[hue], share = Shares[saturation];
            var lost = (sextant & 1) != 0 ? share * fraction : share * (1.0 - fraction); // the product of two float32 is rounded to one
            var packed = max | Math.Min((int)(max * (1.0 - lost) + 0.5), 255) << 8 | Least[max << 8 | saturation] << 16;
            red[i] = (byte)(packed >> places[3 * sextant]);
            green[i] = (byte)(packed >> places[3 * sextant + 1]);
            blue[i] = (byte)(packed >> places[3 * sextant + 2]);
        }
    }

    /// <summary>[which, range, largest - middle]: which is 2 x (red, green or blue largest) + whether the least is the first of blue, blue,
    /// red, or the other. Which parts are float32 decides the rounding.</summary>
    static byte[] MakeHues()
    {
        var hues = new byte[6 << 16];
        for (var i = 0; i < hues.Length; i++)
        {
            int which = i >> 16, range = i >> 8 & 255, below = i & 255;
            if (range == 0 || below > range) continue;
            var middle = below / (float)range;
            var hue = which switch
            {
                0 => 1f - middle,
                1 => middle - 1f,
                2 => (float)(2.0 + middle - 1f),
                3 => (float)(2.0 + 1f - middle),
                4 => (float)(4.0 + middle - 1f),
                _ => (float)(4.0 + 1f - middle),
            };
            var turn = hue / 6.0 + 1.0; // in [5/6, 11/6)
            if (turn >= 1) turn -= 1;
            hues[i] = (byte)((float)turn * 255.0);
        }
        return hues;
    }

    /// <summary>[largest, range]: 0 where the range is.</summary>
    static byte[] MakeSaturations()
    {
        var saturations = new byte[1 << 16];
        for (var max = 1; max < 256; max++)
            for (var range = 1; range <= max; range++) saturations[max << 8 | range] = (byte)((float)range / max * 255.0);
        return saturations;
    }

    /// <summary>[largest, saturation]: the least value of a colour that has both; halves up.</summary>
    static byte[] MakeLeast()
    {
        var least = new byte[1 << 16];
        for (var i = 0; i < least.Length; i++) least[i] = (byte)Math.Min((int)((i >> 8) * (1.0 - (float)((i & 255) / 255.0)) + 0.5), 255);
        return least;
    }
}
