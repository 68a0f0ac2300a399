using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using ICSharpCode.SharpZipLib.BZip2;
using SkiaSharp;

namespace AutoFlip.Tests;

/// <summary>Small image files in their real formats.</summary>
static class SmallImages
{
    /// <summary>An image of one colour.</summary>
    public static byte[] Png(int width, int height, byte red, byte green, byte blue) =>
        Encoded(width, height, SKEncodedImageFormat.Png, (_, _) => new SKColor(red, green, blue));

    public static byte[] Jpeg(int width, int height, byte red, byte green, byte blue) =>
        Encoded(width, height, SKEncodedImageFormat.Jpeg, (_, _) => new SKColor(red, green, blue));

    public static byte[] Encoded(int width, int height, SKEncodedImageFormat format, Func<int, int, SKColor> color)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        for (var y = 0; y < height; y++)
            for (var x = 0; x < width; x++) bitmap.SetPixel(x, y, color(x, y));
        using var data = bitmap.Encode(format, 95);
        return data.ToArray();
    }

    public static byte[] Ppm(int width, int height, params byte[] values) =>
        [.. Encoding.ASCII.GetBytes($"P{(values.Length == width * height ? 5 : 6)}\n# made by a test\n{width} {height}\n255\n"), .. values];

    public static byte[] Bzip2(byte[] content)
    {
        var packed = new MemoryStream();
        using (var bzip2 = new BZip2OutputStream(packed) { IsStreamOwner = false }) bzip2.Write(content);
        return packed.ToArray();
    }

    /// <summary>A MAT file of version 5.</summary>
    /// <param name="arrays">Elements, as <see cref="Matrix"/> and <see cref="Compressed"/> make them.</param>
    public static byte[] Mat(params byte[][] arrays)
    {
        var header = new byte[128];
        header.AsSpan(0, 116).Fill((byte)' ');
        "MATLAB 5.0 MAT-file, made by a test"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(124), 0x0100);
        "IM"u8.CopyTo(header.AsSpan(126));
        return [.. header, .. arrays.SelectMany(array => array)];
    }

    /// <summary>An array of numbers.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="sizes">Its sizes, the fastest first.</param>
    /// <param name="type">How values are stored: 2 bytes, 4 uint16, 9 double.</param>
    /// <param name="values">The values' bytes.</param>
    /// <param name="kind">The array's class: 9 uint8, 6 double, 4 text.</param>
    public static byte[] Matrix(string name, int[] sizes, int type, byte[] values, byte kind = 9) => Element(14,
    [
        .. Element(6, [kind, 0, 0, 0, 0, 0, 0, 0]),
        .. Element(5, [.. sizes.SelectMany(BitConverter.GetBytes)]),
        .. Element(1, Encoding.ASCII.GetBytes(name)),
        .. Element(type, values),
    ]);

    /// <summary>An element, compressed.</summary>
    public static byte[] Compressed(byte[] element)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionMode.Compress, leaveOpen: true)) zlib.Write(element);
        return [.. BitConverter.GetBytes(15), .. BitConverter.GetBytes((int)packed.Length), .. packed.ToArray()];
    }

    /// <summary>Type, length and content, filled up to 8 bytes; up to four bytes lie in the tag itself, as MATLAB writes them.</summary>
    static byte[] Element(int type, byte[] content) => content.Length is > 0 and <= 4
        ? [.. BitConverter.GetBytes(type | content.Length << 16), .. content, .. new byte[4 - content.Length]]
        : [.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(content.Length), .. content, .. new byte[(8 - content.Length % 8) % 8]];
}
