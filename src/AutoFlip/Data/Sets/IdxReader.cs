using System.Buffers.Binary;

namespace AutoFlip;

/// <summary>Reads IDX files of unsigned bytes or 32-bit integers, the format of MNIST and its relatives.</summary>
/// <remarks>
/// Big-endian: two zero bytes, a type (8: unsigned byte, 12: 32-bit integer), the number of axes, one 32-bit size per axis, then the
/// values, last axis fastest. Strict: anything missing, left over or out of range is an error that names the file.
/// </remarks>
static class IdxReader
{
    /// <summary>Reads a whole file.</summary>
    /// <param name="content">The uncompressed file; read to its end.</param>
    /// <param name="file">Its name, for messages.</param>
    /// <param name="axes">How many axes it must have.</param>
    /// <param name="integers">Whether its values must be 32-bit integers rather than unsigned bytes.</param>
    /// <param name="images">The shape that images must have; null where values are no images.</param>
    /// <returns>Sizes by axis, and the bytes of the values.</returns>
    /// <exception cref="AutoFlipException">It is not such a file (exit 3).</exception>
    public static (int[] Sizes, byte[] Values) Read(
        Stream content, string file, int axes, bool integers = false, SampleShape? images = null)
    {
        var (type, kind) = integers ? (12, "32-bit integers (0x0C)") : (8, "unsigned bytes (0x08)");
        Span<byte> head = stackalloc byte[4 + 4 * axes];
        var got = content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (got < 4 || head[0] != 0 || head[1] != 0) throw AutoFlipException.BadFile(file, "it does not start like an IDX file");
        if (head[2] != type) throw AutoFlipException.BadFile(file, $"its values are of type 0x{head[2]:X2}, not {kind}");
        if (head[3] != axes) throw AutoFlipException.BadFile(file, $"it has {head[3]} axes instead of {axes}");
        if (got < head.Length) throw AutoFlipException.BadFile(file, "it ends within its header");

        var sizes = new int[axes];
        long length = integers ? 4 : 1;
        for (var i = 0; i < axes; i++)
        {
            sizes[i] = BinaryPrimitives.ReadInt32BigEndian(head[(4 + 4 * i)..]);
            if (sizes[i] < 1) throw AutoFlipException.BadFile(file, $"its axis {i + 1} has size {(uint)sizes[i]}");
            length *= sizes[i];
            if (length > Array.MaxLength) throw AutoFlipException.BadFile(file, "its header claims more than 2 GB");
        }
        if (images is var (_, height, width) && (sizes[1], sizes[2]) != (height, width)) // before memory is taken for them
            throw AutoFlipException.BadFile(file, $"its images are {sizes[1]}x{sizes[2]}, not {height}x{width}");
        var values = ImageSet.NewPixels((int)length);
        got = content.ReadAtLeast(values, values.Length, throwOnEndOfStream: false);
        var unit = integers ? "bytes" : "values";
        if (got < values.Length) throw AutoFlipException.BadFile(file, $"it is truncated: {got} of {values.Length} {unit} are there");
        if (content.ReadByte() >= 0) throw AutoFlipException.BadFile(file, $"it goes on after its {values.Length} {unit}");
        return (sizes, values);
    }

    /// <summary>Reads images [N, H, W] and labels [N], or facts [N, M] of which the first is the label.</summary>
    /// <param name="folder">Where the files are.</param>
    /// <param name="imageFile">Name of the images.</param>
    /// <param name="labelFile">Name of the labels.</param>
    /// <param name="shape">The shape that images must have.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="firstLabel">The label of class 0.</param>
    /// <param name="facts">Whether labels are the first of several 32-bit facts.</param>
    public static ImageSet ReadImages(
        DataFolder folder, string imageFile, string labelFile, SampleShape shape, int classes, int firstLabel, bool facts)
    {
        var (sizes, pixels) = folder.Read(imageFile, (content, file) => Read(content, file, 3, images: shape));
        var (counts, bytes) = folder.Read(labelFile, (content, file) => Read(content, file, facts ? 2 : 1, facts));
        var path = folder.Files[imageFile];
        if (sizes[0] != counts[0])
            throw AutoFlipException.BadFile(path, $"it holds {sizes[0]} images, but '{folder.Files[labelFile]}' {counts[0]} labels");
        var labels = new int[counts[0]];
        for (var i = 0; i < labels.Length; i++)
        {
            var label = facts ? BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4 * counts[1] * i)) : bytes[i];
            if (label < firstLabel || label >= firstLabel + classes)
                throw AutoFlipException.BadFile(
                    folder.Files[labelFile], $"label {i} is {label}, outside {firstLabel} .. {firstLabel + classes - 1}");
            labels[i] = label - firstLabel;
        }
        return new ImageSet(shape, pixels, labels);
    }
}
