namespace AutoFlip;

/// <summary>Stored images that can only be read one after another: some are read, and then made in parallel.</summary>
/// <param name="labels">[N].</param>
/// <param name="read">Reads all images from the first to the last.</param>
/// <param name="shape">The shape that all become.</param>
/// <param name="resize">Whether to resize. If not, an image of another size is an error.</param>
sealed class StreamedImages(int[] labels, Func<IEnumerable<EncodedImage>> read, SampleShape shape, bool resize) : ImageSource(shape, labels)
{
    const int MostImages = 256;
    const long MostBytes = 1 << 25; // of stored images in memory, and one more

    /// <inheritdoc/>
    public override void MakeAll(PixelWriter write, Action<double> progress, CancellationToken cancellation)
    {
        var (some, done, bytes) = (new List<EncodedImage>(MostImages), 0, 0L);
        foreach (var image in read())
        {
            some.Add(image);
            bytes += image.Bytes.Length;
            if (some.Count == MostImages || bytes >= MostBytes) Make();
        }
        Make();
        if (done != Labels.Length) throw new InvalidOperationException($"{done} images were read, not {Labels.Length}.");

        void Make()
        {
            var start = (long)done * Shape.Length;
            new ImageFiles(Labels[done..(done + some.Count)], i => some[i], Shape, resize)
                .MakeAll((at, pixels) => write(start + at, pixels), _ => { }, cancellation);
            done += some.Count;
            bytes = 0;
            some.Clear();
            progress(done / (double)Math.Max(Labels.Length, 1));
        }
    }
}
