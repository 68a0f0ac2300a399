using System.Runtime.ExceptionServices;

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

    /// <summary>Number of images per call of <see cref="Make"/>, for balanced work on several threads.</summary>
    protected abstract int Block { get; }

    /// <summary>Makes the images <paramref name="first"/>, <paramref name="first"/> + 1, ... Called on several threads at once.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="into">[n, C, H, W]; all of it is written.</param>
    protected abstract void Make(int first, Span<byte> into);

    /// <summary>Makes all images, in parallel; what comes out does not depend on that.</summary>
    /// <param name="write">Takes the pixels of some images, and where they start among all. Called on several threads at once.</param>
    /// <param name="progress">Receives the fraction done, never from two threads at once.</param>
    /// <param name="cancellation">Stops between two blocks.</param>
    /// <exception cref="AutoFlipException">An image cannot be made; of several, the first.</exception>
    public void MakeAll(PixelWriter write, Action<double> progress, CancellationToken cancellation)
    {
        var blocks = (labels.Length + Block - 1) / Block;
        var done = 0;
        var gate = new Lock();
        (long Block, Exception Error)? failed = null;
        Parallel.For(0, blocks, new ParallelOptions { CancellationToken = cancellation }, (block, loop) =>
        {
            try
            {
                var first = block * Block;
                var pixels = new byte[Math.Min(Block, labels.Length - first) * shape.Length];
                Make(first, pixels);
                write((long)first * shape.Length, pixels);
                lock (gate) progress((double)++done / blocks);
            }
            catch (Exception e) // of any kind, rethrown below: blocks before this one are still made, so that the first error wins
            {
                lock (gate)
                    if (failed is null || block < failed.Value.Block) failed = (block, e);
                loop.Break();
            }
        });
        if (failed is { } first) ExceptionDispatchInfo.Throw(first.Error);
    }

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

/// <summary>Images that are in memory, in another size.</summary>
/// <param name="images">The images.</param>
/// <param name="side">Side of the square that they become; 0 keeps their size.</param>
sealed class ResizedImages(ImageSet images, int side)
    : ImageSource(side == 0 ? images.Shape : new SampleShape(images.Shape.Channels, side, side), images.Labels.ToArray())
{
    readonly BilinearResize? _resize = images.Shape.Height == side && images.Shape.Width == side || side == 0
        ? null
        : new BilinearResize(images.Shape.Height, images.Shape.Width, side, side);

    protected override int Block => 512;

    protected override void Make(int first, Span<byte> into)
    {
        var scratch = new byte[_resize?.ScratchLength ?? 0];
        int length = Shape.Length, plane = length / Shape.Channels, from = images.Shape.Height * images.Shape.Width;
        for (var i = 0; i < into.Length / length; i++)
        {
            var image = images[first + i];
            var result = into.Slice(i * length, length);
            if (_resize is null)
            {
                image.CopyTo(result);
                continue;
            }
            for (var channel = 0; channel < Shape.Channels; channel++)
                _resize.Apply(image.Slice(channel * from, from), scratch, result.Slice(channel * plane, plane));
        }
    }
}
