using BitMiracle.LibTiff.Classic;

namespace AutoFlip.Tests;

public class TiffDecoderTests
{
    public static TheoryData<string, byte[], int[]> Kinds => new()
    {
        // One row of two pixels, as red, red, green, green, blue, blue.
        { "grey", Grey(8, [10, 250]), [10, 250, 10, 250, 10, 250] },
        { "grey, big-endian", Grey(8, [10, 250], mode: "wb"), [10, 250, 10, 250, 10, 250] },
        { "grey of 4 bits, each 17 steps", Grey(4, [0x2F]), [34, 255, 34, 255, 34, 255] },
        { "grey of 16 bits: the upper 8", Grey(16, [0x34, 0x12, 0xFF, 0xFE]), [0x12, 0xFE, 0x12, 0xFE, 0x12, 0xFE] },
        { "bilevel", Grey(1, [0b0100_0000]), [0, 255, 0, 255, 0, 255] },
        { "0 is white", SmallTiffs.Image(2, 8, [[10, 250]], Photometric.MINISWHITE), [245, 5, 245, 5, 245, 5] },
        { "RGB", SmallTiffs.Image(2, 8, [[1, 2, 3, 4, 5, 6]], Photometric.RGB, 3), [1, 4, 2, 5, 3, 6] },
        { "RGB of 16 bits", SmallTiffs.Image(1, 16, [[0, 9, 0, 8, 0, 7]], Photometric.RGB, 3), [9, 8, 7] },
        { "RGBA: transparency is dropped", WithAlpha(ExtraSample.UNASSALPHA, [200, 100, 50, 127]), [200, 100, 50] },
        { "RGBA, multiplied by alpha: 100 * 255 / 127 is 201", WithAlpha(ExtraSample.ASSOCALPHA, [100, 50, 25, 127]), [201, 100, 50] },
        { "grey, with a resolution of 1 / 0", WithoutResolution(), [10, 250, 10, 250, 10, 250] },
        { "palette of 16 bits", SmallTiffs.Image(2, 8, [[1, 0]], Photometric.PALETTE, set: Palette), [0xAA, 1, 0xBB, 2, 0xCC, 3] },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Pixels_come_back_exactly(string kind, byte[] file, int[] expected)
    {
        Assert.NotEmpty(kind);
        Assert.Equal(expected, Decode(file, 3).Pixels.Select(value => (int)value));
    }

    [Fact]
    public void Every_lossless_compression_gives_the_same_pixels_in_strips_and_in_tiles()
    {
        var rows = Noise(16, 16);
        foreach (var compression in SmallTiffs.Compressions.Where(compression => compression != Compression.JPEG))
            foreach (var isTiled in (bool[])[false, true])
            {
                var file = SmallTiffs.Image(16, 8, rows, set: With(compression), isTiled: isTiled);
                Assert.Equal(rows.SelectMany(row => row), Decode(file, 1).Pixels);
            }
    }

    [Fact]
    public void The_first_page_is_read()
    {
        var file = new MemoryStream();
        using var tiff = Tiff.ClientOpen("made by a test", "wl", file, new TiffStream());
        foreach (var grey in (byte[])[7, 9])
        {
            foreach (var side in (TiffTag[])[TiffTag.IMAGEWIDTH, TiffTag.IMAGELENGTH]) tiff.SetField(side, 1);
            tiff.SetField(TiffTag.BITSPERSAMPLE, 8);
            tiff.SetField(TiffTag.PHOTOMETRIC, Photometric.MINISBLACK);
            tiff.WriteScanline([grey], 0);
            tiff.WriteDirectory();
        }

        Assert.Equal([7], Decode(file.ToArray(), 1).Pixels);
    }

    /// <summary>Two columns and three rows, numbered 1 2 / 3 4 / 5 6; as the JPEG of <see cref="ImageDecoderTests"/>.</summary>
    [Theory]
    [InlineData(1, 2, "123456")]
    [InlineData(2, 2, "214365")]
    [InlineData(3, 2, "654321")]
    [InlineData(4, 2, "563412")]
    [InlineData(5, 3, "135246")]
    [InlineData(6, 3, "531642")]
    [InlineData(7, 3, "642531")]
    [InlineData(8, 3, "246135")]
    public void An_image_is_seen_as_its_orientation_says(int orientation, int width, string seen)
    {
        var file = SmallTiffs.Image(2, 8, [[1, 2], [3, 4], [5, 6]], set: tiff => tiff.SetField(TiffTag.ORIENTATION, orientation));

        var (shape, pixels) = Decode(file, 1);

        Assert.Equal(new SampleShape(1, 6 / width, width), shape);
        Assert.Equal(seen, string.Concat(pixels));
    }

    [Theory]
    [InlineData(TiffTag.IMAGEWIDTH, 60000, 60000, "its size is 60000 x 60000; accepted are up to 100000000 pixels")]
    [InlineData(TiffTag.IMAGEWIDTH, 0, 0, "its size is 0 x 0")]
    [InlineData(TiffTag.IMAGELENGTH, 60000, 16, "it lists 2 of the 7500 parts of its image")] // 8 rows each
    [InlineData(TiffTag.SAMPLESPERPIXEL, 60000, 16, "it has 60000 samples per pixel; accepted are 1 to 5")]
    [InlineData(TiffTag.BITSPERSAMPLE, 32, 16, "its samples have 32 bits; accepted are 1, 2, 4, 8 and 16")]
    [InlineData(TiffTag.SAMPLEFORMAT, 3, 16, "its samples are signed or floating-point numbers")]
    [InlineData(TiffTag.COMPRESSION, 6, 16, "its compression (number 6 of TIFF) is not read")]
    [InlineData(TiffTag.STRIPOFFSETS, 1 << 30, 16, "its field 273 lies outside of the file")]
    public void A_header_that_does_not_hold_is_refused_before_anything_is_allocated(TiffTag tag, int value, int side, string reason)
    {
        var set = With(Compression.NONE) + (tiff => tiff.SetField(TiffTag.SAMPLEFORMAT, SampleFormat.UINT));
        var file = SmallTiffs.Image(16, 8, Noise(16, 16), set: set);
        void Put(TiffTag field, int number) => BitConverter.TryWriteBytes(file.AsSpan(SmallTiffs.ValueOf(file, field)), number);
        if (side != 16) Put(TiffTag.IMAGELENGTH, side);
        Put(tag, value);

        Assert.Contains(reason, Refused(file), StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_of_more_bytes_than_a_picture_may_have_are_refused()
    {
        // 9000 * 9000 pixels of 3 samples of 16 bits are 486 million bytes, although 81 million pixels are not too many.
        var file = SmallTiffs.Image(16, 16, Noise(16 * 6, 16), Photometric.RGB, 3);
        foreach (var side in (TiffTag[])[TiffTag.IMAGEWIDTH, TiffTag.IMAGELENGTH])
            BitConverter.TryWriteBytes(file.AsSpan(SmallTiffs.ValueOf(file, side)), 9000);

        Assert.Contains("its samples are 486000000 bytes; accepted are up to 400000000", Refused(file), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, "its directory is missing: it is truncated or damaged")]
    [InlineData(9, "its directory is missing: it is truncated or damaged")]
    [InlineData(300, "it is truncated or damaged")]
    public void A_file_that_is_cut_is_refused(int length, string reason) =>
        Assert.Contains(reason, Refused(SmallTiffs.Image(16, 8, Noise(16, 16))[..length]), StringComparison.Ordinal);

    /// <summary>In nothing else, and not in more memory than the picture takes.</summary>
    [Fact]
    public void Damaged_files_end_in_one_sentence_or_in_a_picture()
    {
        var random = new KeyedRandom(12);
        var (refused, read, most) = (0, 0, 0L);
        foreach (var file in Samples())
            for (var trial = 0; trial < 100; trial++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    var (shape, pixels) = Decode(Damaged(file, trial, random), 3);
                    Assert.Equal(shape.Length, pixels.Length);
                    read++;
                    before += 20L * shape.Length;
                }
                catch (AutoFlipException error)
                {
                    Assert.Equal(ExitCode.BadData, error.Code);
                    refused++;
                }
                most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
            }

        Assert.True(refused > 100 && read > 100, $"{refused} were refused, {read} read: the damage is not what this test is about.");
        Assert.True(most < 1 << 26, $"A damaged file took {most} bytes.");
    }

    static IEnumerable<byte[]> Samples() =>
    [
        .. SmallTiffs.Compressions.Select(compression => SmallTiffs.Image(24, 8, Noise(24 * 3, 24), Photometric.RGB, 3, With(compression))),
        SmallTiffs.Image(16, 8, Noise(16, 16), isTiled: true),
        SmallTiffs.Image(16, 1, Noise(2, 16), set: With(Compression.CCITTFAX4)),
    ];

    /// <summary>Every fourth is cut; of another fourth the directory, which lies last, has flipped bits; of the rest any byte.</summary>
    static byte[] Damaged(byte[] file, int trial, KeyedRandom random)
    {
        if (trial % 4 == 0) return file[..random.Next(file.Length)];
        var damaged = file.ToArray();
        var first = trial % 4 == 1 ? BitConverter.ToInt32(file, 4) : 0;
        for (var flips = 1 + random.Next(3); flips > 0; flips--)
            damaged[first + random.Next(file.Length - first)] ^= (byte)(1 << random.Next(8));
        return damaged;
    }

    static byte[] Grey(int bits, byte[] row, string mode = "wl") => SmallTiffs.Image(2, bits, [row], mode: mode);

    static Action<Tiff> With(Compression compression) => tiff => tiff.SetField(TiffTag.COMPRESSION, compression);

    /// <summary>The denominator of the fraction becomes 0: some programs write it for a resolution that they do not know.</summary>
    static byte[] WithoutResolution()
    {
        var file = SmallTiffs.Image(2, 8, [[10, 250]], set: tiff => tiff.SetField(TiffTag.XRESOLUTION, 72.0));
        BitConverter.TryWriteBytes(file.AsSpan(BitConverter.ToInt32(file, SmallTiffs.ValueOf(file, TiffTag.XRESOLUTION)) + 4), 0);
        return file;
    }

    static byte[] WithAlpha(ExtraSample kind, byte[] pixel) =>
        SmallTiffs.Image(1, 8, [pixel], Photometric.RGB, 4, tiff => tiff.SetField(TiffTag.EXTRASAMPLES, 1, new[] { (short)kind }));

    /// <summary>Entry 0 is (1, 2, 3), entry 1 (0xAA, 0xBB, 0xCC), in the upper of 16 bits.</summary>
    static void Palette(Tiff tiff) => tiff.SetField(TiffTag.COLORMAP, Map(1, 0xAA), Map(2, 0xBB), Map(3, 0xCC));

    static short[] Map(int zero, int one) => [(short)(zero << 8), (short)(one << 8), .. new short[254]];

    static byte[][] Noise(int width, int height)
    {
        var random = new KeyedRandom(3);
        return [.. Enumerable.Range(0, height).Select(_ => Enumerable.Range(0, width).Select(_ => (byte)random.Next(256)).ToArray())];
    }

    static string Refused(byte[] file)
    {
        var error = Assert.Throws<AutoFlipException>(() => Decode(file, 3));
        Assert.Equal(ExitCode.BadData, error.Code);
        return error.Message;
    }

    static (SampleShape Shape, byte[] Pixels) Decode(byte[] content, int channels)
    {
        using var folder = new TemporaryFolder();
        return ImageDecoder.Decode(folder.Write("a.tif", content), channels);
    }
}
