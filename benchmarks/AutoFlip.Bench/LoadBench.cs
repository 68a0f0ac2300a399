namespace AutoFlip.Bench;

/// <summary>What it costs to read a data set, and to make batches of it.</summary>
static class LoadBench
{
    const int Batch = 350;

    /// <summary>CIFAR-10 as the paper resizes it.</summary>
    public static Experiment Setting { get; } = new() { Name = "bench", Dataset = "CIFAR10", Resize = 24 };

    /// <summary>Measures.</summary>
    public static BenchReport Measure(BenchContext context)
    {
        var (experiment, set) = (context.Experiment, DataSet.Of(context.Experiment));
        var place = DataLocations.Of(context.Options);
        var found = place.Require(set, RunObserver.None, context.Cancel);
        var files = place with { DataPath = found.Path, CachePath = null };
        var folder = Directory.CreateTempSubdirectory("autoflip-bench-");
        try
        {
            var cached = files with { CachePath = folder.FullName };
            var loads = Series.Interleave(context, context.RepeatsOr(5),
                ("from the files", () => Time(files)),
                ("from the files into the cache", TimeAfresh),
                ("from the cache", () => Time(cached)));

            var train = (ImageSet)Load(cached).Train;
            var padding = Math.Min(4, train.Shape.Width - 1);
            var crops = new ImageTransform { CropPadding = padding, HorizontalFlip = 0.5 };
            var all = new ImageTransform { RotationDegrees = 15, HorizontalFlip = 0.5, VerticalFlip = 0.5, ColorJitter = 0.5 };
            var batches = Series.Interleave(context, context.RepeatsOr(5),
                ("as they are", () => ImagesPerSecond(context, train.With(new ImageTransform()), null)),
                ("crops and horizontal flips", () => ImagesPerSecond(context, train.With(crops), new KeyedRandom(1))),
                ("flips and colour jitter", () => ImagesPerSecond(
                    context, train.With(all with { RotationDegrees = 0 }), new KeyedRandom(1))),
                ("all augmentations", () => ImagesPerSecond(context, train.With(all), new KeyedRandom(1))));

            return new BenchReport(
                "Reading a data set",
                $"""
                {set.Name}: {train.Count:N0} training images and the test images, {train.Shape} each after the resize, from '{found.Path}',
                as the system keeps files in memory. Then batches of {Batch} random images on one thread: as they are; cropped
                out of {padding} pixels of padding and mirrored; augmented by rotation up to 15 degrees, flips either way (probability
                0.5) and colour jitter (strength 0.5).
                """,
                [
                    new(
                        ["seconds to load", "median", "least", "largest"],
                        [.. loads.Select(taken => (string[])[taken.Name, .. taken.Cells("0.00")])]),
                    new(
                        ["images/s, one thread", "median", "least", "largest"],
                        [.. batches.Select(taken => (string[])[taken.Name, .. taken.Cells("0")])]),
                ],
                [
                    new("loading from the files", "at most 5 s", $"{loads[0].Median:0.00} s", loads[0].Median <= 5),
                    new("loading from the cache", "at most 1 s", $"{loads[2].Median:0.00} s", loads[2].Median <= 1),
                    new(
                        "batches with all augmentations, one thread", "at least 20,000 images/s", $"{batches[^1].Median:N0} images/s",
                        batches[^1].Median >= 20_000),
                ]);

            LoadedData Load(DataLocations where) => set.Load(experiment, where, RunObserver.None, context.Cancel);

            double Time(DataLocations where) => context.Seconds(() => Load(where));

            double TimeAfresh()
            {
                foreach (var old in folder.GetDirectories()) old.Delete(recursive: true);
                return Time(cached);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static double ImagesPerSecond(BenchContext context, ImageSet images, KeyedRandom? augmentation)
    {
        var rows = new int[Batch];
        var into = new float[Batch * images.Shape.Length];
        var random = new KeyedRandom(2);
        var batches = Math.Max(20_000 / Batch, 1);
        return batches * Batch / context.Seconds(() =>
        {
            for (var batch = 0; batch < batches; batch++)
            {
                foreach (ref var row in rows.AsSpan()) row = random.Next(images.Count);
                images.Read(rows, into, augmentation);
            }
        });
    }
}
