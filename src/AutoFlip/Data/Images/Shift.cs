namespace AutoFlip;

/// <summary>Offset of a crop out of an image that was padded by reflection, as large as the image.</summary>
/// <param name="Down">Rows by which the crop begins below the image's first one; negative above it.</param>
/// <param name="Right">Columns likewise.</param>
readonly record struct Shift(int Down, int Right)
{
    /// <summary>Draws an offset of up to <paramref name="most"/> pixels each way, all as likely. Takes two values of the stream.</summary>
    public static Shift Draw(int most, KeyedRandom random)
    {
        var down = (int)(random.NextDouble() * (2 * most + 1)) - most;
        return new(down, (int)(random.NextDouble() * (2 * most + 1)) - most);
    }

    /// <summary>Crops.</summary>
    /// <param name="image">[C, H, W], not changed.</param>
    /// <param name="shape">Its shape; each side is longer than the offset.</param>
    /// <param name="result">As long, not overlapping; every byte is written.</param>
    public void Apply(ReadOnlySpan<byte> image, SampleShape shape, Span<byte> result)
    {
        // Columns start .. end - 1 are of the image itself; those beside them are reflected.
        int start = Math.Max(0, -Right), end = Math.Min(shape.Width, shape.Width - Right);
        for (var row = 0; row < shape.Channels * shape.Height; row++)
        {
            var y = row % shape.Height;
            var from = image.Slice((row - y + Reflect(y + Down, shape.Height)) * shape.Width, shape.Width);
            var to = result.Slice(row * shape.Width, shape.Width);
            from[(start + Right)..(end + Right)].CopyTo(to[start..]);
            for (var x = 0; x < start; x++) to[x] = from[Reflect(x + Right, shape.Width)];
            for (var x = end; x < to.Length; x++) to[x] = from[Reflect(x + Right, shape.Width)];
        }
    }

    /// <summary>Mirrors a place outside of 0 .. <paramref name="side"/> - 1 at the border pixel, which is not repeated.</summary>
    static int Reflect(int place, int side) => place < 0 ? -place : place >= side ? 2 * side - 2 - place : place;
}
