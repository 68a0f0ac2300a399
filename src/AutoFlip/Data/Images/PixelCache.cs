using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>Decoded and resized images of one part of a data set in one file of the user's cache, mapped instead of read.</summary>
/// <remarks>
/// <para>A file is made under another name and then renamed, so it is there whole or not at all. It is believed only if its header's
/// checksum, its length, its key and the checksums of labels and pixels are right; otherwise it is made anew.</para>
/// <para>Layout, little-endian: "AutoFLIP", version, channels, height, width, count, 0 (32-bit each), key (128 bits), XXH3
/// of the labels, of the first GiB of the pixels, and of what stands before; from byte 4,096 on the pixels [N, C, H, W];
/// then the labels, 32 bits each.</para>
/// </remarks>
/// <param name="folder">The user's cache folder.</param>
/// <param name="key">Which files, read how.</param>
/// <param name="test">Which part.</param>
sealed class PixelCache(string folder, PixelKey key, bool test)
{
    const int Version = 1, HeaderLength = 72, Start = 4096;
    const long Checked = 1L << 30;
    readonly string _path = Path.Combine(folder, "pixels", $"{key.Name}-{(test ? "test" : "train")}.pixels");

    /// <summary>The images; null if they are not there as wanted.</summary>
    public ImageSet? Load()
    {
        if (FileKind.OtherThanFile(_path) is not null) return null; // opening a pipe would wait; a new file replaces it
        try
        {
            return Open(new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // not there, or out of reach: making it anew says what is wrong with the place
        }
    }

    /// <summary>Makes all images of a source, caches them, and maps them.</summary>
    /// <returns>Null, after a warning, if the cache cannot be written.</returns>
    /// <exception cref="AutoFlipException">An image cannot be made.</exception>
    public ImageSet? Write(ImageSource source, Action<double> progress, ILoadObserver observer, CancellationToken cancellation)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(_path)!, $".{Path.GetFileName(_path)}.{Path.GetRandomFileName()}.part");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            var length = (long)source.Labels.Length * source.Shape.Length;
            var labels = MemoryMarshal.AsBytes(source.Labels.AsSpan()).ToArray();
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None,
                preallocationSize: Start + length + labels.Length))
            {
                source.MakeAll((start, pixels) => RandomAccess.Write(file, pixels, Start + start), progress, cancellation);
                RandomAccess.Write(file, labels, Start + length);
                RandomAccess.Write(file, Header(source, labels, HashOf(file, length)), 0);
            }
            File.Move(temporary, _path, overwrite: true);
            return Load();
        }
        catch (Exception e) when (WriteFault.Is(e))
        {
            observer.Warning($"Decoded images are not cached, and so decoded again by the next run: {WriteFault.Text(e)}");
            return null;
        }
        finally
        {
            if (File.Exists(temporary)) File.Delete(temporary);
        }
    }

    ImageSet? Open(FileStream file)
    {
        Pixels? pixels = null;
        try
        {
            Span<byte> header = stackalloc byte[HeaderLength];
            if (file.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength) return null;
            if (!header.StartsWith("AutoFLIP"u8) || Number(header, 8) != Version) return null;
            if (XxHash3.HashToUInt64(header[..64]) != BinaryPrimitives.ReadUInt64LittleEndian(header[64..])) return null;
            if (BinaryPrimitives.ReadUInt128LittleEndian(header[32..]) != key.Hash) return null;

            var shape = new SampleShape(Number(header, 12), Number(header, 16), Number(header, 20));
            var (count, length) = (Number(header, 24), Number(header, 24) * (long)shape.Length);
            if (length <= 0 || file.Length != Start + length + 4L * count) return null;
            var labels = new int[count];
            var bytes = MemoryMarshal.AsBytes(labels.AsSpan());
            file.Position = Start + length;
            file.ReadExactly(bytes);
            if (XxHash3.HashToUInt64(bytes) != BinaryPrimitives.ReadUInt64LittleEndian(header[48..])) return null;

            pixels = new Pixels(file, Start, length);
            var first = new XxHash3();
            for (long start = 0; start < Math.Min(length, Checked); start += 1 << 24)
                first.Append(pixels.Slice(start, (int)Math.Min(1 << 24, Math.Min(length, Checked) - start)));
            if (first.GetCurrentHashAsUInt64() != BinaryPrimitives.ReadUInt64LittleEndian(header[56..])) return null;
            return new ImageSet(shape, pixels, Targets.Classes(labels));
        }
        finally
        {
            if (pixels is null) file.Dispose();
        }
    }

    byte[] Header(ImageSource source, ReadOnlySpan<byte> labels, ulong pixels)
    {
        var header = new byte[HeaderLength];
        "AutoFLIP"u8.CopyTo(header);
        int[] numbers = [Version, source.Shape.Channels, source.Shape.Height, source.Shape.Width, source.Labels.Length];
        for (var i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8 + 4 * i), numbers[i]);
        BinaryPrimitives.WriteUInt128LittleEndian(header.AsSpan(32), key.Hash);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(48), XxHash3.HashToUInt64(labels));
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(56), pixels);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(64), XxHash3.HashToUInt64(header.AsSpan(0, 64)));
        return header;
    }

    static ulong HashOf(Microsoft.Win32.SafeHandles.SafeFileHandle file, long length)
    {
        var hash = new XxHash3();
        var buffer = new byte[1 << 20];
        for (long done = 0, end = Math.Min(length, Checked); done < end;)
        {
            var got = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - done)), Start + done);
            if (got == 0) throw new IOException("the file became shorter while it was written");
            hash.Append(buffer.AsSpan(0, got));
            done += got;
        }
        return hash.GetCurrentHashAsUInt64();
    }

    static int Number(ReadOnlySpan<byte> header, int at) => BinaryPrimitives.ReadInt32LittleEndian(header[at..]);
}
