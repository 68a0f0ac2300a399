using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AutoFlip;

/// <summary>Brightness, contrast, saturation and hue of 8-bit images in place, as torchvision does on Pillow images, bit for bit.</summary>
/// <remarks>
/// Images are [channels, height, width] with 1 (grey) or 3 (red, green, blue) channels. The first three blend the image with a
/// degenerate one: degenerate + factor (image - degenerate) in float32, truncated towards zero, clipped to [0, 255]. A factor of
/// 1 changes nothing, 0 gives the degenerate image.
/// <para>Blends work on 32 values at a time, in the same float32 operations as one by one, so the results are the same.</para>
/// </remarks>
static class ColorAdjustment
{
    /// <summary>Blends with black.</summary>
    public static void Brightness(Span<byte> image, double factor) => BlendWithFlat(image, 0, (float)factor);

    /// <summary>Blends with a flat grey: the mean luma, rounded half up.</summary>
    public static void Contrast(Span<byte> image, int channels, double factor)
    {
        long sum = 0;
        if (channels == 1)
        {
            foreach (var value in image) sum += value;
        }
        else
        {
            sum = LumaSum(new Planes(image));
        }
        BlendWithFlat(image, (int)((double)sum / (image.Length / channels) + 0.5), (float)factor);
    }

    /// <summary>Blends with the image's own luma; a grey image stays as it is.</summary>
    public static void Saturation(Span<byte> image, int channels, double factor)
    {
        if (channels == 1) return;
        var planes = new Planes(image);
        var alpha = (float)factor;
        var i = 0;
        for (; i <= planes.Red.Length - Vector256<byte>.Count; i += Vector256<byte>.Count)
        {
            Eights red = Eights.Load(planes.Red, i), green = Eights.Load(planes.Green, i), blue = Eights.Load(planes.Blue, i);
            Eights luma = Luma(red, green, blue);
            Blend(luma, red, alpha).Store(planes.Red, i);
            Blend(luma, green, alpha).Store(planes.Green, i);
            Blend(luma, blue, alpha).Store(planes.Blue, i);
        }
        for (; i < planes.Red.Length; i++)
        {
            int luma = Luma(planes.Red[i], planes.Green[i], planes.Blue[i]);
            planes.Red[i] = Blend(luma, planes.Red[i], alpha);
            planes.Green[i] = Blend(luma, planes.Green[i], alpha);
            planes.Blue[i] = Blend(luma, planes.Blue[i], alpha);
        }
    }

    /// <summary>Turns the hue by <paramref name="factor"/> of a full circle, in steps of 1/255; a grey image stays as it is.</summary>
    /// <param name="image">The image.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="factor">In [-0.5, 0.5].</param>
    public static void Hue(Span<byte> image, int channels, double factor)
    {
        if (channels == 1) return;
        var planes = new Planes(image);
        HueCircle.Turn(planes.Red, planes.Green, planes.Blue, unchecked((byte)(int)(factor * 255)));
    }

    /// <summary>ITU-R 601 luma in 16-bit fixed point.</summary>
    internal static byte Luma(byte red, byte green, byte blue) => (byte)((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);

    static Eights Luma(in Eights red, in Eights green, in Eights blue) => new(
        Luma(red.A, green.A, blue.A), Luma(red.B, green.B, blue.B), Luma(red.C, green.C, blue.C), Luma(red.D, green.D, blue.D));

    static Vector256<int> Luma(Vector256<int> red, Vector256<int> green, Vector256<int> blue) =>
        (red * 19595 + green * 38470 + blue * 7471 + Vector256.Create(32768)) >> 16;

    static long LumaSum(in Planes planes)
    {
        var sums = Vector256<int>.Zero; // of at most 2^31 / 255 / 4 = 2.1 million groups of 32 pixels; images are smaller
        long sum = 0;
        var i = 0;
        for (; i <= planes.Red.Length - Vector256<byte>.Count; i += Vector256<byte>.Count)
        {
            var luma = Luma(Eights.Load(planes.Red, i), Eights.Load(planes.Green, i), Eights.Load(planes.Blue, i));
            sums += luma.A + luma.B + luma.C + luma.D;
        }
        for (var lane = 0; lane < Vector256<int>.Count; lane++) sum += sums[lane];
        for (; i < planes.Red.Length; i++) sum += Luma(planes.Red[i], planes.Green[i], planes.Blue[i]);
        return sum;
    }

    static void BlendWithFlat(Span<byte> image, int flat, float factor)
    {
        Span<byte> table = stackalloc byte[256]; // a flat degenerate image makes the blend a function of one byte
        for (var value = 0; value < table.Length; value++) table[value] = Blend(flat, value, factor);
        foreach (ref var value in image) value = table[value];
    }

    static byte Blend(int degenerate, int value, float factor) => (byte)Math.Clamp(degenerate + factor * (value - degenerate), 0f, 255f);

    static Eights Blend(in Eights degenerate, in Eights value, float factor) => new(
        Blend(degenerate.A, value.A, factor), Blend(degenerate.B, value.B, factor), Blend(degenerate.C, value.C, factor),
        Blend(degenerate.D, value.D, factor));

    static Vector256<int> Blend(Vector256<int> degenerate, Vector256<int> value, float factor)
    {
        var blended = Vector256.ConvertToSingle(degenerate) + Vector256.ConvertToSingle(value - degenerate) * factor;
        return Vector256.ConvertToInt32(Vector256.Min(Vector256.Max(blended, Vector256<float>.Zero), Vector256.Create(255f)));
    }

    /// <summary>32 values 0 .. 255 that lie next to each other.</summary>
    readonly struct Eights(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d)
    {
        public readonly Vector256<int> A = a, B = b, C = c, D = d;

        public static Eights Load(ReadOnlySpan<byte> values, int at)
        {
            var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(in MemoryMarshal.GetReference(values), (nuint)at));
            var ((a, b), (c, d)) = (Vector256.Widen(low), Vector256.Widen(high));
            return new Eights(a.AsInt32(), b.AsInt32(), c.AsInt32(), d.AsInt32());
        }

        public void Store(Span<byte> values, int at) => Vector256
            .Narrow(Vector256.Narrow(A.AsUInt32(), B.AsUInt32()), Vector256.Narrow(C.AsUInt32(), D.AsUInt32()))
            .StoreUnsafe(ref MemoryMarshal.GetReference(values), (nuint)at);
    }

    readonly ref struct Planes
    {
        public readonly Span<byte> Red, Green, Blue;

        public Planes(Span<byte> image)
        {
            var plane = image.Length / 3;
            Red = image[..plane];
            Green = image.Slice(plane, plane);
            Blue = image.Slice(2 * plane, plane);
        }
    }
}
