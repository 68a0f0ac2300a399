using System.Buffers.Binary;
using System.IO.Compression;

namespace AutoFlip.Tests;

/// <summary>A folder that goes away with its test, and small data files to put into it.</summary>
sealed class TemporaryFolder : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("autoflip-test-");

    public string Path => _folder.FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Every file below, relative, sorted.</summary>
    public string[] Files =>
    [
        .. Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Path, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal),
    ];

    public string Write(string name, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], content);
        return this[name];
    }

    /// <summary>A tiny MNIST: 3 training and 2 test images whose pixels are all <paramref name="value"/>.</summary>
    public void WriteMnist(string folder, byte value = 0, string suffix = "")
    {
        Write($"{folder}/train-images-idx3-ubyte{suffix}", Packed(SmallFiles.Images(3, value)));
        Write($"{folder}/train-labels-idx1-ubyte{suffix}", Packed(SmallFiles.Idx([3], [7, 8, 9])));
        Write($"{folder}/t10k-images-idx3-ubyte{suffix}", Packed(SmallFiles.Images(2, value)));
        Write($"{folder}/t10k-labels-idx1-ubyte{suffix}", Packed(SmallFiles.Idx([2], [0, 1])));

        byte[] Packed(byte[] content) => suffix == ".gz" ? SmallFiles.Gzip(content) : content;
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

static class SmallFiles
{
    public static byte[] Idx(int[] sizes, byte[] values)
    {
        var file = new byte[4 + 4 * sizes.Length + values.Length];
        file[2] = 8;
        file[3] = (byte)sizes.Length;
        for (var i = 0; i < sizes.Length; i++) BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + 4 * i), sizes[i]);
        values.CopyTo(file, 4 + 4 * sizes.Length);
        return file;
    }

    public static byte[] Images(int count, byte value)
    {
        var pixels = new byte[count * 28 * 28];
        pixels.AsSpan().Fill(value);
        return Idx([count, 28, 28], pixels);
    }

    /// <summary>CIFAR records: the given label bytes, then 3072 pixels of the record's number.</summary>
    public static byte[] Cifar(params byte[][] labels) =>
        [.. labels.SelectMany((label, i) => label.Concat(Enumerable.Repeat((byte)i, 3072)))];

    public static byte[] Gzip(byte[] content)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress)) gzip.Write(content);
        return packed.ToArray();
    }
}

/// <summary>Remembers what a load said.</summary>
sealed class RecordingObserver : RunObserver
{
    public List<string> Warnings { get; } = [];

    public List<(string What, double? Fraction)> Steps { get; } = [];

    public override void Warning(string message) => Warnings.Add(message);

    public override void Loading(string what, double? fraction) => Steps.Add((what, fraction));
}
