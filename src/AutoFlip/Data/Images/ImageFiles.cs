namespace AutoFlip;

/// <summary>An image file and its class.</summary>
readonly record struct LabelledFile(string Path, int Label);

/// <summary>An image as it is stored: JPEG, PNG, ...</summary>
/// <param name="Name">A name for messages.</param>
/// <param name="Bytes">The file.</param>
readonly record struct EncodedImage(string Name, byte[] Bytes);

/// <summary>Images that are stored in files, or as files are.</summary>
/// <param name="labels">[N].</param>
/// <param name="read">Reads the image of a number. Called on several threads at once.</param>
/// <param name="shape">The shape that all become; of other sizes, they are resized to it.</param>
/// <param name="resize">Whether to resize. If not, an image of another size is an error.</param>
sealed class ImageFiles(int[] labels, Func<int, EncodedImage> read, SampleShape shape, bool resize) : ImageBlocks(shape, labels)
{
    /// <summary>Images that are files each.</summary>
    public ImageFiles(IReadOnlyList<LabelledFile> files, SampleShape shape, bool resize)
        : this([.. files.Select(file => file.Label)], i => new(files[i].Path, ImageDecoder.Read(files[i].Path)), shape, resize)
    {
    }

    protected override int Block => 16;

    protected override void Make(int first, Span<byte> into)
    {
        BilinearResize? filter = null;
        var size = default(SampleShape); // that the filter is for
        byte[] scratch = [];
        int length = Shape.Length, plane = Shape.Height * Shape.Width;
        for (var i = 0; i < into.Length / length; i++)
        {
            var (path, bytes) = read(first + i);
            var (found, pixels) = ImageDecoder.Decode(path, bytes, Shape.Channels);
            var result = into.Slice(i * length, length);
            if (found == Shape)
            {
                pixels.CopyTo(result);
                continue;
            }
            if (!resize)
            {
                throw AutoFlipException.BadFile(
                    path,
                    $"it is {found.Width} x {found.Height} pixels, the set's images {Shape.Width} x {Shape.Height}. "
                    + "Give the side that all are resized to, as in Experiment.Resize 64");
            }
            if (found != size) filter = new BilinearResize(found.Height, found.Width, Shape.Height, Shape.Width);
            size = found;
            if (scratch.Length < filter!.ScratchLength) scratch = new byte[filter.ScratchLength];
            var from = found.Height * found.Width;
            for (var channel = 0; channel < Shape.Channels; channel++)
                filter.Apply(pixels.AsSpan(channel * from, from), scratch, result.Slice(channel * plane, plane));
        }
    }
}
