namespace AutoFlip;

/// <summary>An image file and its class.</summary>
readonly record struct LabelledFile(string Path, int Label);

/// <summary>Images that are files each.</summary>
/// <param name="files">The files.</param>
/// <param name="shape">The shape that all become; of other sizes, they are resized to it.</param>
/// <param name="resize">Whether to resize. If not, an image of another size is an error.</param>
sealed class ImageFiles(IReadOnlyList<LabelledFile> files, SampleShape shape, bool resize)
    : ImageSource(shape, [.. files.Select(file => file.Label)])
{
    protected override int Block => 16;

    protected override void Make(int first, Span<byte> into)
    {
        BilinearResize? filter = null;
        var size = default(SampleShape); // that the filter is for
        byte[] scratch = [];
        int length = Shape.Length, plane = Shape.Height * Shape.Width;
        for (var i = 0; i < into.Length / length; i++)
        {
            var path = files[first + i].Path;
            var (found, pixels) = ImageDecoder.Decode(path, Shape.Channels);
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
