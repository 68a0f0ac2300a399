using System.Buffers;

namespace AutoFlip;

/// <summary>One image's random choices: what a transform drew for it.</summary>
/// <param name="Degrees">Counter-clockwise rotation; 0 for none.</param>
/// <param name="FlipHorizontally">Whether left and right are swapped.</param>
/// <param name="FlipVertically">Whether top and bottom are swapped.</param>
/// <param name="Jitter">Colour jitter; null for none.</param>
readonly record struct Augmentation(double Degrees, bool FlipHorizontally, bool FlipVertically, ColorJitter? Jitter)
{
    /// <summary>Offset of the crop; null for none.</summary>
    public Shift? Crop { get; init; }

    /// <summary>Draws one image's choices.</summary>
    /// <remarks>
    /// Each enabled operation consumes a fixed number of uniform values (rotation 1, each flip 1, jitter 5, crop 2), regardless of their
    /// values. Hence the k-th image read from a stream always gets the same choices, independent of batches and of the images before it.
    /// </remarks>
    public static Augmentation Draw(ImageTransform transform, KeyedRandom random) => new(
        transform.RotationDegrees > 0 ? random.NextDouble(-transform.RotationDegrees, transform.RotationDegrees) : 0,
        transform.HorizontalFlip > 0 && random.NextDouble() < transform.HorizontalFlip,
        transform.VerticalFlip > 0 && random.NextDouble() < transform.VerticalFlip,
        transform.ColorJitter > 0 ? ColorJitter.Draw(transform.ColorJitter, random) : null)
    {
        Crop = transform.CropPadding > 0 ? Shift.Draw(transform.CropPadding, random) : null,
    };

    /// <summary>Crop, rotation, horizontal flip, vertical flip, colour jitter, in this order.</summary>
    /// <param name="image">[C, H, W], not changed.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="result">The shape of <paramref name="image"/>, not overlapping it; every byte is written.</param>
    public void Apply(ReadOnlySpan<byte> image, SampleShape shape, Span<byte> result)
    {
        if (Degrees == 0) CropInto(image, shape, result);
        else if (Crop is null) Rotation.Apply(image, shape, Degrees, result);
        else
        {
            var cropped = ArrayPool<byte>.Shared.Rent(result.Length);
            CropInto(image, shape, cropped.AsSpan(0, result.Length));
            Rotation.Apply(cropped.AsSpan(0, result.Length), shape, Degrees, result);
            ArrayPool<byte>.Shared.Return(cropped);
        }
        if (FlipHorizontally)
        {
            for (var row = 0; row < result.Length; row += shape.Width) result.Slice(row, shape.Width).Reverse();
        }
        if (FlipVertically) SwapRows(result, shape);
        Jitter?.Apply(result, shape.Channels);
    }

    void CropInto(ReadOnlySpan<byte> image, SampleShape shape, Span<byte> result)
    {
        if (Crop is { } crop) crop.Apply(image, shape, result);
        else image.CopyTo(result);
    }

    static void SwapRows(Span<byte> image, SampleShape shape)
    {
        var plane = shape.Width * shape.Height;
        for (var channel = 0; channel < image.Length; channel += plane)
        {
            // Turned by 180 degrees, then each row mirrored back.
            image.Slice(channel, plane).Reverse();
            for (var row = channel; row < channel + plane; row += shape.Width) image.Slice(row, shape.Width).Reverse();
        }
    }
}

/// <summary>Four colour adjustments in an order of their own.</summary>
/// <param name="Brightness">Factor; 1 changes nothing.</param>
/// <param name="Contrast">Factor; 1 changes nothing.</param>
/// <param name="Saturation">Factor; 1 changes nothing.</param>
/// <param name="Hue">Share of a full circle, in [-0.5, 0.5]; 0 changes nothing.</param>
/// <param name="Order">The number of the permutation, 0 .. 23: see <see cref="OrderOf"/>.</param>
readonly record struct ColorJitter(double Brightness, double Contrast, double Saturation, double Hue, int Order)
{
    /// <summary>Adjustments in the order of their numbers: 0 brightness, 1 contrast, 2 saturation, 3 hue; 24 rows of 4.</summary>
    static readonly byte[] Orders = AllOrders();

    /// <summary>
    /// The first three factors from U[max(0, 1 - strength), 1 + strength], hue from U[-strength, strength]; the order is uniform.
    /// </summary>
    public static ColorJitter Draw(double strength, KeyedRandom random)
    {
        var order = (int)(random.NextDouble() * 24);
        double low = Math.Max(0, 1 - strength), high = 1 + strength;
        double brightness = random.NextDouble(low, high), contrast = random.NextDouble(low, high);
        double saturation = random.NextDouble(low, high), hue = random.NextDouble(-strength, strength);
        return new ColorJitter(brightness, contrast, saturation, hue, order);
    }

    /// <summary>The four numbers of a permutation, in the order in which they are applied.</summary>
    public static ReadOnlySpan<byte> OrderOf(int order) => Orders.AsSpan(4 * order, 4);

    /// <summary>Adjusts an image [C, H, W] in place; each step ends in 8 bits.</summary>
    public void Apply(Span<byte> image, int channels)
    {
        foreach (var step in OrderOf(Order))
        {
            switch (step)
            {
                case 0: ColorAdjustment.Brightness(image, Brightness); break;
                case 1: ColorAdjustment.Contrast(image, channels, Contrast); break;
                case 2: ColorAdjustment.Saturation(image, channels, Saturation); break;
                default: ColorAdjustment.Hue(image, channels, Hue); break;
            }
        }
    }

    static byte[] AllOrders() =>
    [
        .. from a in Enumerable.Range(0, 4)
           from b in Enumerable.Range(0, 4)
           from c in Enumerable.Range(0, 4)
           where a != b && a != c && b != c
           from step in (int[])[a, b, c, 6 - a - b - c]
           select (byte)step
    ];
}
