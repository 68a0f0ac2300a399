using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>Images: decoded, resized to the shape of a sample, divided by 255, and normalised channel by channel.</summary>
/// <param name="Channels">3 for red, green, blue; 1 for luma (ITU-R 601).</param>
/// <param name="Height">Rows. An image of another size is resized, its sides each on its own, as Pillow does it:
/// antialiased bilinear, in 8 bits.</param>
/// <param name="Width">Pixels of a row.</param>
/// <param name="Mean">[Channels]: taken off each value in [0, 1]; 0 where nothing is normalised.</param>
/// <param name="Deviation">[Channels]: divides what is left; 1 where nothing is normalised.</param>
public sealed record ImageRecipe(
    int Channels, int Height, int Width, ImmutableArray<float> Mean, ImmutableArray<float> Deviation) : InputRecipe
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override SampleShape Shape => new(Channels, Height, Width);

    /// <summary>The recipe of an image set.</summary>
    /// <param name="shape">The shape of its images.</param>
    /// <param name="transform">What it does besides; augmentation does not count.</param>
    public static ImageRecipe Of(SampleShape shape, ImageTransform transform)
    {
        ImmutableArray<float> means = transform.ImageNetNormalization ? [0.485f, 0.456f, 0.406f] : [0, 0, 0];
        ImmutableArray<float> deviations = transform.ImageNetNormalization ? [0.229f, 0.224f, 0.225f] : [1, 1, 1];
        return new(shape.Channels, shape.Height, shape.Width, means[..shape.Channels], deviations[..shape.Channels]);
    }

    internal override string? Fault() => Channels is not (1 or 3) || !IsShape(Channels, Height, Width) ? "image shape is not valid"
        : Mean.Length != Channels || Deviation.Length != Channels ? "there is not one mean and deviation for each channel"
        : Mean.Any(mean => !float.IsFinite(mean)) || Deviation.Any(deviation => !float.IsFinite(deviation) || deviation == 0)
            ? "a mean or deviation is no number to scale by"
        : null;

    /// <summary>The float32 value of every byte, [channels, 256]: (v / 255 - mean) / deviation.</summary>
    internal float[] Values()
    {
        var values = new float[Channels * 256];
        for (var i = 0; i < values.Length; i++) values[i] = (i % 256 / 255f - Mean[i / 256]) / Deviation[i / 256];
        return values;
    }

    /// <summary>Reads an image file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="into">[C, H, W]; all of it is written.</param>
    /// <exception cref="AutoFlipException">It cannot be read, or is no image (exit 3).</exception>
    internal void Encode(string path, Span<float> into)
    {
        var (found, pixels) = ImageDecoder.Decode(path, Channels);
        var (plane, from) = (Height * Width, found.Height * found.Width);
        if (found != Shape)
        {
            var filter = new BilinearResize(found.Height, found.Width, Height, Width);
            var (scratch, resized) = (new byte[filter.ScratchLength], new byte[Shape.Length]);
            for (var channel = 0; channel < Channels; channel++)
                filter.Apply(pixels.AsSpan(channel * from, from), scratch, resized.AsSpan(channel * plane, plane));
            pixels = resized;
        }
        ImageSet.ToFloat(pixels, Values(), into);
    }
}
