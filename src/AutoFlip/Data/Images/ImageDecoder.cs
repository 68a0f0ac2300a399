using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using SkiaSharp;

namespace AutoFlip;

/// <summary>Decodes image files (JPEG, PNG, GIF, BMP, WebP, TIFF, and binary PPM and PGM) to planes of bytes.</summary>
/// <remarks>An image is turned and mirrored as its EXIF orientation says, as browsers and phones show it. Colours are taken as they are: no
/// colour profile, no gamma; transparency is dropped. So does Pillow, on which the published pipelines rest (it leaves the orientation to
/// its caller); its JPEG decoder and this one may differ by a few steps of 255.</remarks>
static class ImageDecoder
{
    /// <summary>Most pixels of an image.</summary>
    public const int MaxPixels = 100_000_000;

    /// <summary>Decodes a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="channels">3 for red, green, blue; 1 for luma (ITU-R 601, as Pillow rounds it).</param>
    /// <exception cref="AutoFlipException">It cannot be read, or is not such an image (exit 3).</exception>
    public static (SampleShape Shape, byte[] Pixels) Decode(string path, int channels) => Decode(path, Read(path), channels);

    /// <summary>Reads a file.</summary>
    /// <exception cref="AutoFlipException">It cannot be read (exit 3).</exception>
    public static byte[] Read(string path)
    {
        try
        {
            OwnFile.RequireRegular(path);
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.Unreadable(path, e);
        }
    }

    /// <summary>Decodes the bytes of a file.</summary>
    /// <param name="path">A name for messages.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="channels">3 for red, green, blue; 1 for luma.</param>
    /// <exception cref="AutoFlipException">It is not such an image (exit 3).</exception>
    public static (SampleShape Shape, byte[] Pixels) Decode(string path, byte[] bytes, int channels)
    {
        if (bytes is [(byte)'P', (byte)'5' or (byte)'6', ..]) return Netpbm(path, bytes, channels);
        return TiffHeader.IsTiff(bytes) ? Tiff(path, bytes, channels) : Coded(path, bytes, channels);
    }

    static (SampleShape, byte[]) Coded(string path, byte[] bytes, int channels)
    {
        if (bytes.Length == 0) throw AutoFlipException.BadFile(path, "it is empty");
        if (!bytes.AsSpan().ContainsAnyExcept((byte)0))
            throw AutoFlipException.BadFile(path, $"all of its {bytes.Length} bytes are zero: its content was lost");
        if (SizeOfPng(bytes) is var (claimedWidth, claimedHeight)) CheckSize(path, claimedWidth, claimedHeight); // the codec only says no
        using var data = Data(bytes);
        using var codec = SKCodec.Create(data)
            ?? throw AutoFlipException.BadFile(path, "it is not a JPEG, PNG, GIF, BMP, WebP, TIFF, PPM or PGM image");
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        CheckSize(path, width, height);
        var info = new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul, colorspace: null);
        var rented = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        try
        {
            SKCodecResult result;
            unsafe
            {
                fixed (byte* first = rented) result = codec.GetPixels(info, (nint)first);
            }
            if (result == SKCodecResult.IncompleteInput)
                throw AutoFlipException.BadFile(path, "it is truncated: a part of the image is missing");
            if (result != SKCodecResult.Success) throw AutoFlipException.BadFile(path, $"its image cannot be decoded ({result})");
            var (shape, pixels) = Planes(rented, width, height, stride: 4, channels);
            return Oriented(shape, pixels, codec.EncodedOrigin);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>The bytes for the codec: the first use of its native library.</summary>
    static SKData Data(byte[] bytes)
    {
        try
        {
            return SKData.CreateCopy(bytes);
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException)
        {
            throw AutoFlipException.RunFailed(
                "The native library of SkiaSharp, which decodes images, is missing: add it to the program with "
                + "'dotnet add package SkiaSharp.NativeAssets.Linux.NoDependencies --version "
                + $"{typeof(SKData).Assembly.GetName().Version?.ToString(3)}'.",
                e);
        }
    }

    /// <summary>An image as it is to be seen.</summary>
    /// <param name="shape">[C, h, w] as stored.</param>
    /// <param name="pixels">The stored image.</param>
    /// <param name="origin">EXIF's orientation, 1 to 8 (CIPA DC-008, 4.6.4): where the first row and the first column are.</param>
    static (SampleShape, byte[]) Oriented(SampleShape shape, byte[] pixels, SKEncodedOrigin origin)
    {
        if (origin is SKEncodedOrigin.TopLeft or SKEncodedOrigin.Default) return (shape, pixels);
        var (channels, h, w) = shape;
        var turned = (int)origin >= 5; // rows become columns
        var result = turned ? new SampleShape(channels, w, h) : shape;
        var seen = new byte[pixels.Length];
        var to = 0;
        for (var channel = 0; channel < channels; channel++)
            for (var y = 0; y < result.Height; y++)
                for (var x = 0; x < result.Width; x++)
                {
                    var (column, row) = origin switch
                    {
                        SKEncodedOrigin.TopRight => (w - 1 - x, y),
                        SKEncodedOrigin.BottomRight => (w - 1 - x, h - 1 - y),
                        SKEncodedOrigin.BottomLeft => (x, h - 1 - y),
                        SKEncodedOrigin.LeftTop => (y, x),
                        SKEncodedOrigin.RightTop => (y, h - 1 - x),
                        SKEncodedOrigin.RightBottom => (w - 1 - y, h - 1 - x),
                        SKEncodedOrigin.LeftBottom => (w - 1 - y, x),
                        _ => (x, y),
                    };
                    seen[to++] = pixels[(channel * h + row) * w + column];
                }
        return (result, seen);
    }

    /// <summary>Width and height that the header of a PNG claims; null if it is none.</summary>
    static (int Width, int Height)? SizeOfPng(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 24 && bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10])
            ? (BinaryPrimitives.ReadInt32BigEndian(bytes[16..]), BinaryPrimitives.ReadInt32BigEndian(bytes[20..]))
            : null;

    static (SampleShape, byte[]) Tiff(string path, byte[] bytes, int channels)
    {
        var header = TiffHeader.Read(path, bytes);
        var (shape, pixels) = Planes(TiffDecoder.Decode(path, bytes, header), header.Width, header.Height, stride: 4, channels);
        return Oriented(shape, pixels, (SKEncodedOrigin)header.Orientation);
    }

    /// <summary>"P5" or "P6", width, height and 255 in decimal, one white space, then the values, colours next to each other.</summary>
    static (SampleShape, byte[]) Netpbm(string path, byte[] bytes, int channels)
    {
        Span<int> numbers = stackalloc int[3];
        var at = 2;
        foreach (ref var number in numbers)
        {
            while (at < bytes.Length && (IsSpace(bytes[at]) || bytes[at] == '#'))
            {
                if (bytes[at] == '#') at += Math.Max(bytes.AsSpan(at).IndexOf((byte)'\n'), 0);
                at++;
            }
            if (!Utf8Parser.TryParse(bytes.AsSpan(at), out number, out var length) || number < 1)
                throw AutoFlipException.BadFile(path, "its header is not one of PPM or PGM");
            at += length;
        }
        var (width, height) = (numbers[0], numbers[1]);
        if (numbers[2] != 255 || at >= bytes.Length || !IsSpace(bytes[at]))
            throw AutoFlipException.BadFile(path, "its values are not in 0 .. 255");
        CheckSize(path, width, height);
        var colours = bytes[1] == '6' ? 3 : 1;
        var (got, needed) = (bytes.Length - at - 1, (long)width * height * colours);
        return got >= needed
            ? Planes(bytes.AsSpan(at + 1), width, height, colours, channels)
            : throw AutoFlipException.BadFile(path, $"it is truncated: {got} of {needed} values are there");

        static bool IsSpace(byte value) => value is (byte)' ' or (>= 9 and <= 13);
    }

    /// <exception cref="AutoFlipException">There is no pixel, or there are too many (exit 3).</exception>
    public static void CheckSize(string path, int width, int height)
    {
        if (width < 1 || height < 1 || (long)width * height > MaxPixels)
            throw AutoFlipException.BadFile(path, $"its size is {width} x {height}; accepted are up to {MaxPixels} pixels");
    }

    /// <param name="values">Colours next to each other.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="stride">Values a pixel: 1 grey, 3 or 4 with red, green, blue first.</param>
    /// <param name="channels">Wanted, 1 or 3.</param>
    static (SampleShape, byte[]) Planes(ReadOnlySpan<byte> values, int width, int height, int stride, int channels)
    {
        var plane = width * height;
        var pixels = new byte[channels * plane];
        var (green, blue) = stride == 1 ? (0, 0) : (1, 2);
        for (int i = 0, from = 0; i < plane; i++, from += stride)
        {
            if (channels == 1)
            {
                pixels[i] = ColorAdjustment.Luma(values[from], values[from + green], values[from + blue]);
                continue;
            }
            pixels[i] = values[from];
            pixels[plane + i] = values[from + green];
            pixels[2 * plane + i] = values[from + blue];
        }
        return (new SampleShape(channels, height, width), pixels);
    }
}
