using System.Runtime.ExceptionServices;

namespace AutoFlip;

/// <summary>Images any of which can be made without the others: in parallel, block by block.</summary>
/// <param name="shape">The shape of every image when it is made.</param>
/// <param name="labels">[N].</param>
abstract class ImageBlocks(SampleShape shape, int[] labels) : ImageSource(shape, labels)
{
    /// <summary>Number of images per call of <see cref="Make"/>, for balanced work on several threads.</summary>
    protected abstract int Block { get; }

    /// <summary>Makes the images <paramref name="first"/>, <paramref name="first"/> + 1, ... Called on several threads at once.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="into">[n, C, H, W]; all of it is written.</param>
    protected abstract void Make(int first, Span<byte> into);

    /// <inheritdoc/>
    public override void MakeAll(PixelWriter write, Action<double> progress, CancellationToken cancellation)
    {
        var blocks = (Labels.Length + Block - 1) / Block;
        var done = 0;
        var gate = new Lock();
        (long Block, Exception Error)? failed = null;
        Parallel.For(0, blocks, new ParallelOptions { CancellationToken = cancellation }, (block, loop) =>
        {
            try
            {
                var first = block * Block;
                var pixels = new byte[Math.Min(Block, Labels.Length - first) * Shape.Length];
                Make(first, pixels);
                write((long)first * Shape.Length, pixels);
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
}

/// <summary>Images that are in memory, in another size.</summary>
/// <param name="images">The images.</param>
/// <param name="side">Side of the square that they become; 0 keeps their size.</param>
sealed class ResizedImages(ImageSet images, int side)
    : ImageBlocks(side == 0 ? images.Shape : new SampleShape(images.Shape.Channels, side, side), images.Labels.ToArray())
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
