using BitMiracle.LibTiff.Classic;

namespace AutoFlip.Tests;

/// <summary>Small TIFF files, written by LibTiff.NET.</summary>
static class SmallTiffs
{
    public static readonly Compression[] Compressions =
        [Compression.NONE, Compression.LZW, Compression.ADOBE_DEFLATE, Compression.PACKBITS, Compression.JPEG];

    /// <summary>An image of samples next to each other, in one strip a row or in tiles of 16 x 16.</summary>
    /// <param name="width">Pixels a row.</param>
    /// <param name="bits">Bits a sample.</param>
    /// <param name="rows">The bytes of each row.</param>
    /// <param name="kind">What samples are.</param>
    /// <param name="samples">Samples a pixel.</param>
    /// <param name="set">Sets more fields.</param>
    /// <param name="mode">"wl" little-endian, "wb" big-endian.</param>
    /// <param name="isTiled">Whether in tiles; then the image is of one byte a pixel, and 16 pixels wide and high.</param>
    public static byte[] Image(int width, int bits, byte[][] rows, Photometric kind = Photometric.MINISBLACK, int samples = 1,
        Action<Tiff>? set = null, string mode = "wl", bool isTiled = false)
    {
        var file = new MemoryStream();
        using (var tiff = Tiff.ClientOpen("made by a test", mode, file, new TiffStream()))
        {
            tiff.SetField(TiffTag.IMAGEWIDTH, width);
            tiff.SetField(TiffTag.IMAGELENGTH, rows.Length);
            tiff.SetField(TiffTag.BITSPERSAMPLE, bits);
            tiff.SetField(TiffTag.SAMPLESPERPIXEL, samples);
            tiff.SetField(TiffTag.PHOTOMETRIC, kind);
            tiff.SetField(TiffTag.PLANARCONFIG, PlanarConfig.CONTIG);
            if (isTiled)
            {
                tiff.SetField(TiffTag.TILEWIDTH, 16);
                tiff.SetField(TiffTag.TILELENGTH, 16);
            }
            else tiff.SetField(TiffTag.ROWSPERSTRIP, 8);
            set?.Invoke(tiff);
            if (isTiled) tiff.WriteEncodedTile(0, rows.SelectMany(row => row).ToArray(), 256);
            for (var row = 0; row < rows.Length && !isTiled; row++) tiff.WriteScanline([.. rows[row]], row); // a predictor changes the row
            tiff.WriteDirectory();
            return file.ToArray(); // closing the file writes no more, but closes the stream
        }
    }

    /// <summary>Where the value of a field lies in a little-endian file.</summary>
    public static int ValueOf(byte[] file, TiffTag tag)
    {
        var start = BitConverter.ToInt32(file, 4);
        for (var at = start + 2; at < start + 2 + 12 * BitConverter.ToUInt16(file, start); at += 12)
            if (BitConverter.ToUInt16(file, at) == (ushort)tag) return at + 8;
        throw new ArgumentException($"There is no {tag}.", nameof(tag));
    }
}
