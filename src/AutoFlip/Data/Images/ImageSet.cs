using System.Buffers;

namespace AutoFlip;

/// <summary>Labelled 8-bit images in one block of memory, or one mapped file, that every view of them shares.</summary>
/// <remarks>Reading costs no allocation per image. Pixels are planar, [N, C, H, W], because that is how batches want them.</remarks>
public sealed class ImageSet : SampleSet
{
    readonly Pixels _pixels;
    readonly Targets _targets;
    readonly float[] _values;

    /// <summary>Wraps pixels and labels without copying them; the caller gives both away.</summary>
    /// <param name="shape">The shape of every image: 1 or 3 channels.</param>
    /// <param name="pixels">[N, C, H, W].</param>
    /// <param name="labels">[N], each 0 or more.</param>
    /// <param name="transform">What reading does; null only divides by 255.</param>
    /// <exception cref="ArgumentException">The lengths disagree, or there are neither 1 nor 3 channels.</exception>
    public ImageSet(SampleShape shape, byte[] pixels, int[] labels, ImageTransform? transform = null)
        : this(shape, new Pixels(pixels), Targets.Classes(labels), transform)
    {
    }

    /// <summary>Pixels wherever they are.</summary>
    /// <exception cref="AutoFlipException">Images are too small for the transform's crop (exit 2).</exception>
    internal ImageSet(SampleShape shape, Pixels pixels, Targets targets, ImageTransform? transform = null)
    {
        if (shape.Channels is not (1 or 3))
            throw new ArgumentException($"Images have 1 or 3 channels, not {shape.Channels}.", nameof(shape));
        if (pixels.Length != (long)targets.Count * shape.Length)
            throw new ArgumentException($"{targets.Count} images of {shape} do not have {pixels.Length} pixels.", nameof(pixels));
        Shape = shape;
        Transform = transform ?? new ImageTransform();
        var side = Math.Min(shape.Height, shape.Width);
        if (Transform.CropPadding >= side)
            throw AutoFlipException.BadRequest(ExperimentOptions.Of(nameof(Experiment.RandomCrop)).Refusal(
                Transform.CropPadding, $"at most {side - 1} for images of {shape.Height}x{shape.Width} pixels"));
        _pixels = pixels;
        _targets = targets;
        Recipe = ImageRecipe.Of(shape, Transform);
        _values = Recipe.Values();
    }

    /// <inheritdoc/>
    public override SampleShape Shape { get; }

    /// <inheritdoc/>
    public override Targets Targets => _targets;

    /// <summary>The transform applied when images are read.</summary>
    public ImageTransform Transform { get; }

    /// <inheritdoc/>
    public override ImageRecipe Recipe { get; }

    /// <summary>The bytes of one image, [C, H, W].</summary>
    public ReadOnlySpan<byte> this[int row] => _pixels.Slice((long)row * Shape.Length, Shape.Length);

    /// <summary>True if the pixels are in a memory-mapped file.</summary>
    internal bool Mapped => _pixels.Mapped;

    /// <summary>A view of the same pixels that reads them another way.</summary>
    public ImageSet With(ImageTransform transform) => new(Shape, _pixels, _targets, transform);

    /// <summary>A view of the same pixels with other truths.</summary>
    internal ImageSet With(Targets targets) => new(Shape, _pixels, targets, Transform);

    /// <summary>Room for pixels, all of which the caller writes, where the garbage collector neither moves it nor takes its size as a
    /// measure of how much garbage of other large arrays (weights, messages) may pile up.</summary>
    internal static byte[] NewPixels(int length) => GC.AllocateUninitializedArray<byte>(length, pinned: true);

    /// <summary>The same images with rows and columns exchanged.</summary>
    internal ImageSet Transposed()
    {
        int height = Shape.Height, width = Shape.Width, plane = height * width;
        var transposed = NewPixels(checked((int)_pixels.Length));
        Parallel.For(0, Count * Shape.Channels, image =>
        {
            var from = _pixels.Slice((long)image * plane, plane);
            var to = transposed.AsSpan(image * plane, plane);
            for (var i = 0; i < plane; i++) to[i % width * height + i / width] = from[i];
        });
        return new ImageSet(new SampleShape(Shape.Channels, width, height), new Pixels(transposed), _targets, Transform);
    }

    /// <summary>The same images as squares of another size, antialiased bilinear, bit for bit as Pillow makes them.</summary>
    /// <param name="side">Side in pixels; 0 keeps the size.</param>
    /// <returns>
    /// This set if the size is right already, else a new one. Images are worked on in parallel; the result does not depend on it.
    /// </returns>
    public ImageSet Resized(int side) => side == 0 || (Shape.Height == side && Shape.Width == side)
        ? this
        : new ResizedImages(this, side).InMemory().With(Transform);

    /// <inheritdoc/>
    /// <remarks>
    /// Augmentations are keyed by position: the k-th image read from a stream gets the stream's k-th choices, independent of batches.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="into"/> has another length than the rows need.</exception>
    public override void Read(ReadOnlySpan<int> rows, Span<float> into, KeyedRandom? augmentation)
    {
        var length = Shape.Length;
        if (into.Length != rows.Length * length)
            throw new ArgumentException($"{rows.Length} images need {rows.Length * length} values, not {into.Length}.", nameof(into));
        if (augmentation is null || !Transform.Augments)
        {
            for (var i = 0; i < rows.Length; i++) ToFloat(this[rows[i]], _values, into.Slice(i * length, length));
            GC.KeepAlive(_pixels); // its spans do not keep a mapping open
            return;
        }
        var rented = ArrayPool<byte>.Shared.Rent(length);
        var scratch = rented.AsSpan(0, length);
        for (var i = 0; i < rows.Length; i++)
        {
            Augmentation.Draw(Transform, augmentation).Apply(this[rows[i]], Shape, scratch);
            ToFloat(scratch, _values, into.Slice(i * length, length));
        }
        ArrayPool<byte>.Shared.Return(rented);
        GC.KeepAlive(_pixels);
    }

    /// <summary>Looks up the value of every byte.</summary>
    /// <param name="image">[C, H, W].</param>
    /// <param name="values">[C, 256].</param>
    /// <param name="into">[C, H, W]; all of it is written.</param>
    internal static void ToFloat(ReadOnlySpan<byte> image, float[] values, Span<float> into)
    {
        var channels = values.Length / 256;
        var plane = image.Length / channels;
        for (var channel = 0; channel < channels; channel++)
        {
            var ofChannel = values.AsSpan(channel * 256, 256);
            var from = image.Slice(channel * plane, plane);
            var to = into.Slice(channel * plane, plane);
            for (var i = 0; i < from.Length; i++) to[i] = ofChannel[from[i]];
        }
    }
}
