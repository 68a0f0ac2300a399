namespace AutoFlip;

/// <summary>Rotates 8-bit image planes about their centre as Pillow does with the nearest neighbour, bit for bit.</summary>
static class Rotation
{
    /// <summary>Rotates counter-clockwise; the size stays, what comes from outside is 0.</summary>
    /// <param name="image">[channels, height, width].</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="degrees">Any angle. Multiples of 180, and of 90 where the image is square, move pixels exactly.</param>
    /// <param name="result">The shape of <paramref name="image"/>, not overlapping it; every byte is written.</param>
    /// <remarks>Source coordinates are held in 16.16 fixed point and accumulated in integers along rows and columns.</remarks>
    public static void Apply(ReadOnlySpan<byte> image, SampleShape shape, double degrees, Span<byte> result)
    {
        int width = shape.Width, height = shape.Height, plane = width * height;
        degrees %= 360;
        if (degrees < 0) degrees += 360;

        // The inverse map x_in = a x + b y + c, y_in = d x + e y + f; rounding to 15 digits turns cos 90 into an exact 0.
        var radians = -degrees * Math.PI / 180;
        double a = Math.Round(Math.Cos(radians), 15), b = Math.Round(Math.Sin(radians), 15), d = -b, e = a;
        double halfWidth = width / 2.0, halfHeight = height / 2.0;
        var c = a * -halfWidth + b * -halfHeight + halfWidth;
        var f = d * -halfWidth + e * -halfHeight + halfHeight;
        int fixedA = Fixed(a), fixedB = Fixed(b), fixedD = Fixed(d), fixedE = Fixed(e);
        int rowX = Fixed(c + a / 2 + b / 2), rowY = Fixed(f + d / 2 + e / 2);

        var sources = width <= 1024 ? stackalloc int[width] : new int[width]; // of a row; -1 is outside
        for (var y = 0; y < height; y++, rowX += fixedB, rowY += fixedE)
        {
            int fromX = rowX, fromY = rowY;
            for (var x = 0; x < width; x++, fromX += fixedA, fromY += fixedD)
            {
                int sourceX = fromX >> 16, sourceY = fromY >> 16;
                sources[x] = (uint)sourceX < (uint)width && (uint)sourceY < (uint)height ? sourceY * width + sourceX : -1;
            }
            for (var channel = 0; channel < result.Length; channel += plane)
            {
                var from = image.Slice(channel, plane);
                var row = result.Slice(channel + y * width, width);
                for (var x = 0; x < row.Length; x++)
                {
                    var source = sources[x];
                    row[x] = (uint)source < (uint)from.Length ? from[source] : (byte)0;
                }
            }
        }
    }

    static int Fixed(double value) => (int)Math.Floor(value * 65536 + 0.5);
}
