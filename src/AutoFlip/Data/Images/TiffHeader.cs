namespace AutoFlip;

/// <summary>Fields of a TIFF file that bound the memory of its decoder: checked before the decoder reads the file.</summary>
/// <param name="Width">Pixels a row, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
/// <param name="Orientation">1 to 8, as EXIF counts them.</param>
readonly record struct TiffHeader(int Width, int Height, int Orientation)
{
    const int MostSamples = 5; // CMYK and alpha
    const long MostBytes = 4L * ImageDecoder.MaxPixels; // the decoder holds a whole strip or tile

    // Tags of TIFF 6.0; depths are SGI's.
    const int ImageWidth = 256, ImageLength = 257, BitsPerSample = 258, Compression = 259, StripOffsets = 273, OrientationTag = 274;
    const int SamplesPerPixel = 277, RowsPerStrip = 278, StripByteCounts = 279, PlanarConfiguration = 284;
    const int TileWidth = 322, TileLength = 323, TileOffsets = 324, TileByteCounts = 325, SampleFormat = 339;
    const int OldJpeg = 513, ImageDepth = 32997, TileDepth = 32998;

    /// <summary>None, CCITT 1-D, fax 3 and 4, LZW, JPEG, Deflate, PackBits, Deflate by its older number.</summary>
    static ReadOnlySpan<long> Compressions => [1, 2, 3, 4, 5, 7, 8, 32773, 32946];

    public static bool IsTiff(ReadOnlySpan<byte> bytes) => bytes.StartsWith("II*\0"u8) || bytes.StartsWith("MM\0*"u8);

    /// <summary>Reads the header.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="bytes">The whole file, which begins as a TIFF.</param>
    /// <exception cref="AutoFlipException">The file is damaged, its image too large or of a kind that is not read (exit 3).</exception>
    public static TiffHeader Read(string path, ReadOnlySpan<byte> bytes)
    {
        var fields = new TiffDirectory(path, bytes);
        var (samples, bits) = (fields.First(SamplesPerPixel, 1), fields.First(BitsPerSample, 1));
        var (width, height) = (Side(ImageWidth), Side(ImageLength));
        if (Unread(fields, samples, bits) is { } why) throw AutoFlipException.BadFile(path, why);

        Check(width, height);
        var isTiled = fields.Has(TileWidth) || fields.Has(TileLength);
        if (isTiled) Check(Side(TileWidth), Side(TileLength));
        var parts = isTiled
            ? Quotient(width, Side(TileWidth)) * Quotient(height, Side(TileLength))
            : Quotient(height, Math.Clamp(fields.First(RowsPerStrip, height), 1, height));
        if (fields.First(PlanarConfiguration, 1) == 2) parts *= samples;
        if (fields.Count(isTiled ? TileOffsets : StripOffsets) is var listed && listed < parts)
            throw AutoFlipException.BadFile(path, $"it is damaged: it lists {listed} of the {parts} parts of its image");
        if (Math.Max(fields.Largest(StripByteCounts), fields.Largest(TileByteCounts)) > bytes.Length)
            throw AutoFlipException.BadFile(path, "it is truncated or damaged: a part of its image is longer than the file");
        return new TiffHeader(width, height, fields.First(OrientationTag, 1) is >= 1 and <= 8 and var seen ? (int)seen : 1);

        int Side(int tag) => (int)Math.Min(fields.First(tag, 0), int.MaxValue);
        static long Quotient(long number, long divisor) => (number + divisor - 1) / divisor; // rounded up
        void Check(int width, int height)
        {
            ImageDecoder.CheckSize(path, width, height);
            if ((long)width * height * samples * bits / 8 is var size && size > MostBytes)
                throw AutoFlipException.BadFile(path, $"its samples are {size} bytes; accepted are up to {MostBytes}");
        }
    }

    /// <summary>Reason why an image of this kind is not supported; null if it is.</summary>
    static string? Unread(TiffDirectory fields, long samples, long bits)
    {
        if (samples is < 1 or > MostSamples) return $"it has {samples} samples per pixel; accepted are 1 to {MostSamples}";
        if (bits is not (1 or 2 or 4 or 8 or 16)) return $"its samples have {bits} bits; accepted are 1, 2, 4, 8 and 16";
        if (fields.First(SampleFormat, 1) is not (1 or 4))
            return "its samples are signed or floating-point numbers; accepted are unsigned whole numbers";
        if (fields.First(ImageDepth, 1) != 1 || fields.First(TileDepth, 1) != 1) return "its image has three dimensions; accepted are two";
        var compression = fields.First(Compression, 1);
        return Compressions.Contains(compression) && !fields.Has(OldJpeg) ? null
            : $"its compression (number {compression} of TIFF) is not read: save it with LZW, Deflate or without compression";
    }
}
