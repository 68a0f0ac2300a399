using System.Runtime.InteropServices;
using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>Every output stored in transforms.json, byte for byte.</summary>
public class TransformGoldenTests
{
    static readonly JsonElement Golden = JsonDocument
        .Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", "transforms.json"))).RootElement;

    public static TheoryData<int, int, string> Cases()
    {
        var cases = new TheoryData<int, int, string>();
        foreach (var (i, image) in Golden.GetProperty("images").Items().Index())
        {
            foreach (var (k, output) in image.GetProperty("outputs").Items().Index())
                cases.Add(i, k, $"{image.GetProperty("id")} {output.GetProperty("op")}");
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_stored_output_is_reproduced_byte_for_byte(int image, int output, string what)
    {
        var source = Golden.GetProperty("images")[image];
        var wanted = source.GetProperty("outputs")[output];
        var (shape, pixels) = Planar(source);
        var (wantedShape, _) = wanted.TryGetProperty("dtype", out _) ? (default, []) : Planar(wanted);

        var bytes = MemoryMarshal.AsBytes<float>(null);
        switch (wanted.GetProperty("op").GetString())
        {
            case "to_tensor": bytes = Floats(new ImageSet(shape, pixels, [0])); break;
            case "normalize": bytes = Floats(new ImageSet(shape, pixels, [0], new ImageTransform { ImageNetNormalization = true })); break;
            case "pipeline_tensor":
                var before = source.GetProperty("outputs")[output - 1];
                var normalized = wanted.GetProperty("note").GetString()!.EndsWith("normalize", StringComparison.Ordinal);
                (shape, pixels) = Planar(before);
                bytes = Floats(new ImageSet(shape, pixels, [0], new ImageTransform { ImageNetNormalization = normalized }));
                break;
            default: bytes = Apply(wanted, shape, wantedShape, pixels); break;
        }

        var expected = wantedShape == default ? wanted.GetProperty("data").GetBytesFromBase64() : Planar(wanted).Pixels;
        Assert.True(bytes.SequenceEqual(expected), what);
    }

    static Span<byte> Apply(JsonElement wanted, SampleShape shape, SampleShape wantedShape, byte[] pixels)
    {
        var channels = shape.Channels;
        var result = new byte[shape.Length];
        switch (wanted.GetProperty("op").GetString())
        {
            case "resize": return Resize(pixels, shape, wantedShape);
            case "hflip": new Augmentation(0, true, false, null).Apply(pixels, shape, result); return result;
            case "vflip": new Augmentation(0, false, true, null).Apply(pixels, shape, result); return result;
            case "rotate": Rotation.Apply(pixels, shape, wanted.GetProperty("angle").GetDouble(), result); return result;
            case "adjust_brightness": ColorAdjustment.Brightness(pixels, Factor()); return pixels;
            case "adjust_contrast": ColorAdjustment.Contrast(pixels, channels, Factor()); return pixels;
            case "adjust_saturation": ColorAdjustment.Saturation(pixels, channels, Factor()); return pixels;
            case "adjust_hue": ColorAdjustment.Hue(pixels, channels, Factor()); return pixels;
            case "color_jitter": Jitter(wanted).Apply(pixels, channels); return pixels;
            case "pipeline":
                var steps = wanted.GetProperty("steps").Items().Select(step => step.GetString()!);
                Assert.Equal(["resize 24x24", "rotate 17", "hflip", "vflip", "color_jitter"], steps);
                var resized = Resize(pixels, shape, wantedShape);
                result = new byte[wantedShape.Length];
                new Augmentation(17, true, true, Jitter(wanted)).Apply(resized, wantedShape, result);
                return result;
            case var other: throw new InvalidOperationException($"Unknown operation {other}.");
        }

        double Factor() => wanted.GetProperty("factor").GetDouble();
    }

    static byte[] Resize(byte[] pixels, SampleShape from, SampleShape to)
    {
        var resize = new BilinearResize(from.Height, from.Width, to.Height, to.Width);
        int plane = from.Height * from.Width, wanted = to.Height * to.Width;
        var result = new byte[to.Length];
        for (var channel = 0; channel < from.Channels; channel++)
            resize.Apply(pixels.AsSpan(channel * plane, plane), new byte[resize.ScratchLength], result.AsSpan(channel * wanted, wanted));
        return result;
    }

    static ColorJitter Jitter(JsonElement wanted)
    {
        byte[] order = [.. wanted.GetProperty("order").Items().Select(step => step.GetByte())];
        var number = Enumerable.Range(0, 24).Single(i => ColorJitter.OrderOf(i).SequenceEqual(order));
        return new ColorJitter(Get("brightness"), Get("contrast"), Get("saturation"), Get("hue"), number);

        double Get(string name) => wanted.GetProperty(name).GetDouble();
    }

    static Span<byte> Floats(ImageSet set)
    {
        var values = new float[set.Shape.Length];
        set.Read([0], values, null);
        return MemoryMarshal.AsBytes(values.AsSpan());
    }

    /// <summary>Stored as [H][W] or [H][W][3]; wanted as [C, H, W].</summary>
    static (SampleShape Shape, byte[] Pixels) Planar(JsonElement image)
    {
        int[] sizes = [.. image.GetProperty("shape").Items().Select(size => size.GetInt32())];
        var data = image.GetProperty("data").GetBytesFromBase64();
        int channels = sizes.Length == 2 ? 1 : sizes[2], plane = sizes[0] * sizes[1];
        var pixels = new byte[data.Length];
        for (var i = 0; i < data.Length; i++) pixels[i % channels * plane + i / channels] = data[i];
        return (new SampleShape(channels, sizes[0], sizes[1]), pixels);
    }
}
