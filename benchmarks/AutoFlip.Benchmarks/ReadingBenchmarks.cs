using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace AutoFlip.Benchmarks;

/// <summary>A batch of 350 images of 24x24 pixels, grey or in colour, from bytes in memory or in a mapped file to float32.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class ReadingBenchmarks
{
    const int Side = 24, Batch = 350, Samples = 2400;
    static readonly SampleShape Shape = new(1, Side, Side);
    readonly ImageSet _plain, _augmented, _mapped, _colour, _cropped;
    readonly float[] _colours = new float[Batch * 3 * Side * Side];
    readonly int[] _rows = new Seeds(1).For(Purpose.Shuffle).Permutation(Samples)[..Batch];
    readonly float[] _into = new float[Batch * Side * Side];

    /// <summary>Makes images of noise.</summary>
    public ReadingBenchmarks()
    {
        var random = new Seeds(1).For(Purpose.Initialization);
        var pixels = new byte[Samples * Shape.Length];
        foreach (ref var eight in MemoryMarshal.Cast<byte, ulong>(pixels.AsSpan())) eight = random.NextUInt64();
        _plain = new ImageSet(Shape, pixels, new int[Samples]);
        _augmented = _plain.With(new ImageTransform { HorizontalFlip = 0.5, ColorJitter = 0.5 });
        _colour = new ImageSet(new SampleShape(3, Side, Side), pixels, new int[Samples / 3])
            .With(new ImageTransform { RotationDegrees = 15, HorizontalFlip = 0.5, VerticalFlip = 0.5, ColorJitter = 0.5 });

        _cropped = _colour.With(new ImageTransform { CropPadding = 4 });

        var path = Path.GetTempFileName();
        File.WriteAllBytes(path, pixels);
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1, FileOptions.DeleteOnClose);
        _mapped = new ImageSet(Shape, new Pixels(file, 0, pixels.Length), Targets.Classes(new int[Samples]));
    }

    /// <summary>An array per image, divided value by value, then put together.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("plain")]
    public float[] NaiveRead() => [.. _rows.SelectMany(row => _plain[row].ToArray().Select(value => value / 255f))];

    /// <summary>The engine's.</summary>
    [Benchmark, BenchmarkCategory("plain")]
    public void Read() => _plain.Read(_rows, _into, augmentation: null);

    /// <summary>The engine's, from a mapped file.</summary>
    [Benchmark, BenchmarkCategory("plain")]
    public void ReadMapped() => _mapped.Read(_rows, _into, augmentation: null);

    /// <summary>A crop that looks for the place of every pixel.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("cropped")]
    public void NaiveCropped()
    {
        var random = new Seeds(1).For(Purpose.Augmentation);
        var (cropped, values) = (new byte[3 * Shape.Length], _colour.Recipe.Values());
        for (var i = 0; i < Batch; i++)
        {
            var image = _colour[_rows[i] / 3];
            var crop = Shift.Draw(4, random);
            for (var at = 0; at < cropped.Length; at++)
            {
                int plane = at / Shape.Length, y = at / Side % Side + crop.Down, x = at % Side + crop.Right;
                cropped[at] = image[(plane * Side + Inside(y)) * Side + Inside(x)];
            }
            ImageSet.ToFloat(cropped, values, _colours.AsSpan(i * cropped.Length, cropped.Length));
        }

        static int Inside(int place) => place < 0 ? -place : place >= Side ? 2 * Side - 2 - place : place;
    }

    /// <summary>The engine's crop out of 4 pixels of padding.</summary>
    [Benchmark, BenchmarkCategory("cropped")]
    public void Cropped() => _cropped.Read([.. _rows.Select(row => row / 3)], _colours, new Seeds(1).For(Purpose.Augmentation));

    /// <summary>An array per image, on which a flip and brightness and contrast are computed in floats: half
    /// of what the engine draws.</summary>
    [Benchmark(Baseline = true), BenchmarkCategory("augmented")]
    public float[] NaiveAugmented()
    {
        var random = new Seeds(1).For(Purpose.Augmentation);
        return [.. _rows.SelectMany(row =>
        {
            var image = _plain[row].ToArray().Select(value => value / 255f).ToArray();
            if (random.NextDouble() < 0.5)
                image = [.. Enumerable.Range(0, image.Length).Select(i => image[i / Side * Side + Side - 1 - i % Side])];
            float bright = random.NextSingle() + 0.5f, contrast = random.NextSingle() + 0.5f;
            image = [.. image.Select(value => Math.Clamp(value * bright, 0, 1))];
            var mean = image.Average();
            return image.Select(value => Math.Clamp(mean + contrast * (value - mean), 0, 1));
        })];
    }

    /// <summary>The engine's: flip and colour jitter.</summary>
    [Benchmark, BenchmarkCategory("augmented")]
    public void Augmented() => _augmented.Read(_rows, _into, new Seeds(1).For(Purpose.Augmentation));

    /// <summary>The engine's, in colour: rotation, both flips, colour jitter.</summary>
    [Benchmark, BenchmarkCategory("augmented")]
    public void AugmentedColour() => _colour.Read([.. _rows.Select(row => row / 3)], _colours, new Seeds(1).For(Purpose.Augmentation));
}
