using System.Text;
using SkiaSharp;

namespace AutoFlip.Tests;

public class ImageDecoderTests
{
    [Fact]
    public void Png_comes_back_exactly_as_planes()
    {
        var content = SmallImages.Encoded(
            2, 3, SKEncodedImageFormat.Png, (x, y) => new SKColor((byte)(10 * x), (byte)(100 + y), (byte)(200 + x + y)));

        var (shape, pixels) = Decode("a.png", content, 3);

        Assert.Equal(new SampleShape(3, 3, 2), shape);
        Assert.Equal([0, 10, 0, 10, 0, 10, 100, 100, 101, 101, 102, 102, 200, 201, 201, 202, 202, 203], pixels);
    }

    [Fact]
    public void Transparency_is_dropped_and_colours_stay()
    {
        var content = SmallImages.Encoded(1, 1, SKEncodedImageFormat.Png, (_, _) => new SKColor(200, 100, 50, 127));

        Assert.Equal([200, 100, 50], Decode("a.png", content, 3).Pixels);
    }

    [Fact]
    public void Jpeg_comes_back_nearly()
    {
        var (shape, pixels) = Decode("a.jpg", SmallImages.Jpeg(20, 10, 200, 100, 50), 3);

        Assert.Equal(new SampleShape(3, 10, 20), shape);
        Assert.InRange(pixels[0], 196, 204);
        Assert.InRange(pixels[200], 96, 104);
        Assert.InRange(pixels[400], 46, 54);
    }

    [Fact]
    public void One_channel_is_the_luma()
    {
        // (19595 * 200 + 38470 * 100 + 7471 * 50 + 32768) / 65536 = 124.7
        Assert.Equal([124], Decode("a.png", SmallImages.Png(1, 1, 200, 100, 50), 1).Pixels);
        Assert.Equal([7, 9], Decode("a.png", SmallImages.Ppm(1, 2, 7, 9), 1).Pixels);
    }

    [Fact]
    public void Ppm_and_pgm_come_back_exactly()
    {
        Assert.Equal([1, 4, 2, 5, 3, 6], Decode("a.ppm", SmallImages.Ppm(2, 1, 1, 2, 3, 4, 5, 6), 3).Pixels);
        Assert.Equal([7, 9, 7, 9, 7, 9], Decode("a.pgm", SmallImages.Ppm(1, 2, 7, 9), 3).Pixels);
    }

    [Theory]
    [InlineData("text", "it is not a JPEG, PNG")]
    [InlineData("empty", "it is empty")]
    [InlineData("zeros", "all of its 1000 bytes are zero")]
    [InlineData("tiff", "its directory is missing: it is truncated or damaged")]
    [InlineData("gigantic png", "its size is 100000 x 100000")]
    [InlineData("cut jpeg", "it is truncated")]
    [InlineData("cut png", "it is truncated")]
    [InlineData("cut ppm", "it is truncated: 11 of 12 values")]
    [InlineData("huge ppm", "its size is 60000 x 60000")]
    [InlineData("huge png", "its size is 60000 x 60000")]
    [InlineData("deep ppm", "its values are not in 0 .. 255")]
    [InlineData("broken ppm", "its header is not one of PPM")]
    public void What_is_no_image_is_refused_by_name(string how, string reason)
    {
        var noise = new KeyedRandom(1);
        SKColor Noise(int x, int y) => new((byte)noise.Next(256), (byte)noise.Next(256), (byte)noise.Next(256));
        var png = SmallImages.Encoded(40, 40, SKEncodedImageFormat.Png, Noise);
        var content = how switch
        {
            "text" => "no image"u8.ToArray(),
            "cut jpeg" => SmallImages.Encoded(40, 40, SKEncodedImageFormat.Jpeg, Noise)[..1000],
            "cut png" => png[..1000],
            "cut ppm" => SmallImages.Ppm(2, 2, new byte[12])[..^1],
            "huge ppm" => Encoding.ASCII.GetBytes("P6 60000 60000 255 "),
            "huge png" => WithSize(png, 60000),
            "gigantic png" => WithSize(png, 100000),
            "zeros" => new byte[1000],
            "tiff" => [.. "II*\0"u8, .. new byte[60]],
            "deep ppm" => Encoding.ASCII.GetBytes("P6 1 1 65535\n123456"),
            "broken ppm" => Encoding.ASCII.GetBytes("P6 # no end"),
            _ => [],
        };

        var error = Assert.Throws<AutoFlipException>(() => Decode("a.img", content, 3));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains("a.img' is not usable", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    /// <summary>A stored image of two columns and three rows, numbered 1 2 / 3 4 / 5 6, and what is to be seen:
    /// EXIF's orientations 1 to 8.</summary>
    [Theory]
    [InlineData(1, 2, "12 34 56")]
    [InlineData(2, 2, "21 43 65")] // mirrored
    [InlineData(3, 2, "65 43 21")] // upside down
    [InlineData(4, 2, "56 34 12")]
    [InlineData(5, 3, "135 246")] // rows become columns
    [InlineData(6, 3, "531 642")] // a quarter to the right: the last row becomes the first column
    [InlineData(7, 3, "642 531")]
    [InlineData(8, 3, "246 135")] // a quarter to the left
    public void An_image_is_seen_as_its_orientation_says(int orientation, int width, string seen)
    {
        // Blocks of 16 pixels survive JPEG's rounding: grey of 40 times the number.
        var jpeg = SmallImages.Encoded(
            32, 48, SKEncodedImageFormat.Jpeg,
            (x, y) => { var grey = (byte)(40 * (1 + x / 16 + 2 * (y / 16))); return new SKColor(grey, grey, grey); });

        var (shape, pixels) = Decode("a.jpg", WithOrientation(jpeg, orientation), 1);

        Assert.Equal((16 * width, 96 / width), (shape.Width, shape.Height));
        Assert.Equal(seen, string.Join(' ', Enumerable.Range(0, shape.Height / 16).Select(row =>
            string.Concat(Enumerable.Range(0, width).Select(column =>
                (pixels[(16 * row + 8) * shape.Width + 16 * column + 8] + 20) / 40)))));
    }

    /// <summary>Puts an EXIF segment behind the first marker: TIFF, big-endian, one directory with the tag 0x0112, a short.</summary>
    static byte[] WithOrientation(byte[] jpeg, int orientation) =>
    [
        .. jpeg[..2], 0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0,
        (byte)orientation, 0, 0, 0, 0, 0, 0, .. jpeg[2..],
    ];

    /// <summary>Width and height stand in the header chunk, whose checksum (CRC-32) follows them.</summary>
    static byte[] WithSize(byte[] png, int side)
    {
        foreach (var at in (int[])[16, 20]) System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(at), side);
        var crc = System.IO.Hashing.Crc32.HashToUInt32(png.AsSpan(12, 17));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), crc);
        return png;
    }

    static (SampleShape Shape, byte[] Pixels) Decode(string name, byte[] content, int channels)
    {
        using var folder = new TemporaryFolder();
        return ImageDecoder.Decode(folder.Write(name, content), channels);
    }
}
