namespace AutoFlip;

/// <summary>Images that are yet to be decoded or resized: how many of what shape, and how any run of them is made.</summary>
/// <param name="shape">The shape of every image when it is made.</param>
/// <param name="labels">[N].</param>
abstract class ImageSource(SampleShape shape, int[] labels)
{
    /// <summary>The shape of every image when it is made.</summary>
    public SampleShape Shape => shape;

    /// <summary>[N].</summary>
    public int[] Labels => labels;

    /// <summary>Makes all images; the result depends neither on threads nor on their order.</summary>
    /// <param name="write">Takes the pixels of some images, and where they start among all. Called on several threads at once.</param>
    /// <param name="progress">Receives the fraction done, never from two threads at once.</param>
    /// <param name="cancellation">Stops between some images and the next.</param>
    /// <exception cref="AutoFlipException">An image cannot be made; of several, the first.</exception>
    public abstract void MakeAll(PixelWriter write, Action<double> progress, CancellationToken cancellation);

    /// <summary>Makes all images in memory.</summary>
    /// <exception cref="AutoFlipException">They do not fit into an array (exit 3), or an image cannot be made.</exception>
    public ImageSet InMemory(Action<double>? progress = null, CancellationToken cancellation = default)
    {
        var length = (long)labels.Length * shape.Length;
        if (length > Math.Min(Array.MaxLength, MemoryLimit.OfProcess))
        {
            throw AutoFlipException.BadData($"{labels.Length} images of {shape} take {length >> 20} MiB, too many to be held in memory: " +
                "give the cache a folder with room (HOME or XDG_CACHE_HOME), or resize them to a smaller side.");
        }
        var pixels = ImageSet.NewPixels((int)length);
        MakeAll((start, made) => made.CopyTo(pixels.AsSpan((int)start)), progress ?? (_ => { }), cancellation);
        return new ImageSet(shape, pixels, labels);
    }
}

/// <summary>Receives the pixels of some images.</summary>
/// <param name="start">Where they start among all.</param>
/// <param name="pixels">[n, C, H, W].</param>
delegate void PixelWriter(long start, ReadOnlySpan<byte> pixels);
