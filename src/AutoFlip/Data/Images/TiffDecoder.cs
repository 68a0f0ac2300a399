using System.Globalization;
using System.Runtime.InteropServices;
using BitMiracle.LibTiff.Classic;

namespace AutoFlip;

/// <summary>Decodes the first image of a TIFF file with LibTiff.NET.</summary>
static class TiffDecoder
{
    static readonly TiffStream Access = new();

    static TiffDecoder() => Faults.Install();

    /// <summary>Red, green, blue and alpha of each pixel, in stored order; of 16-bit samples the upper 8 bits.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="bytes">The whole file.</param>
    /// <param name="header">Its header.</param>
    /// <exception cref="AutoFlipException">It cannot be decoded (exit 3).</exception>
    public static ReadOnlySpan<byte> Decode(string path, byte[] bytes, TiffHeader header)
    {
        var raster = new int[header.Width * header.Height];
        using var source = new Source(bytes);
        bool decoded, premultiplied;
        try
        {
            using var tiff = Tiff.ClientOpen(Path.GetFileName(path), "r", source, Access) ?? throw Damaged(path, source.Fault);
            tiff.SetField(TiffTag.ORIENTATION, Orientation.TOPLEFT); // turned later, as all images are
            premultiplied = Alpha(tiff) == ExtraSample.ASSOCALPHA;
            if (Alpha(tiff) == ExtraSample.UNASSALPHA) // the library would multiply colours by it
                tiff.SetField(TiffTag.EXTRASAMPLES, 1, new[] { (short)ExtraSample.ASSOCALPHA });
            decoded = tiff.ReadRGBAImageOriented(header.Width, header.Height, raster, Orientation.TOPLEFT, stopOnError: true);
        }
        catch (Exception e) when (e is not AutoFlipException)
        {
            throw Damaged(path, source.Fault, e); // it trusts what it reads, and then fails in any of a dozen ways
        }
        if (!decoded) throw Damaged(path, source.Fault);
        var pixels = MemoryMarshal.AsBytes(raster.AsSpan());
        if (premultiplied) Divide(pixels);
        return pixels;
    }

    static ExtraSample? Alpha(Tiff tiff) =>
        tiff.GetField(TiffTag.EXTRASAMPLES) is [var count, var kinds] && count.ToInt() > 0 ? (ExtraSample)kinds.ToByteArray()[0] : null;

    /// <summary>Colours that were multiplied by alpha, as they were before.</summary>
    static void Divide(Span<byte> pixels)
    {
        for (var at = 0; at < pixels.Length; at += 4)
            if (pixels[at + 3] is var alpha and not (0 or 255))
                foreach (ref var value in pixels.Slice(at, 3)) value = (byte)Math.Min((value * 255 + alpha / 2) / alpha, 255);
    }

    static AutoFlipException Damaged(string path, string? fault, Exception? inner = null) =>
        AutoFlipException.BadFile(path,
            "its image is damaged and cannot be decoded" + (fault is null ? "" : $" ({ForeignText.Quote(fault)})"), inner);

    /// <summary>A file in memory, and the first fault that was found in it.</summary>
    sealed class Source(byte[] bytes) : MemoryStream(bytes, writable: false)
    {
        public string? Fault { get; set; }
    }

    /// <summary>Collects the library's messages about our files.
    /// The library has one handler for a process; its default writes to the console.</summary>
    sealed class Faults : TiffErrorHandler
    {
        TiffErrorHandler? _others;

        public static void Install()
        {
            var handler = new Faults();
            handler._others = Tiff.SetErrorHandler(handler);
        }

        public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
        {
            if (tif?.Clientdata() is Source source) source.Fault ??= string.Format(CultureInfo.InvariantCulture, format, args);
            else _others?.ErrorHandler(tif, method, format, args);
        }

        public override void ErrorHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
            if (clientData is not Source) _others?.ErrorHandlerExt(tif, clientData, method, format, args);
        }

        public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
        {
            if (tif?.Clientdata() is not Source) _others?.WarningHandler(tif, method, format, args);
        }

        public override void WarningHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
        {
            if (clientData is not Source) _others?.WarningHandlerExt(tif, clientData, method, format, args);
        }
    }
}
