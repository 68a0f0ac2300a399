namespace AutoFlip.Tests;

public class PixelCacheTests
{
    static readonly Experiment Small = new() { Resize = 5 };

    [Fact]
    public void The_second_load_maps_what_the_first_one_made()
    {
        using var folder = new TemporaryFolder();
        WriteNoise(folder);
        var expected = Load(folder, cached: false);

        var first = Load(folder);
        var second = Load(folder);

        Assert.False(expected.Mapped);
        Assert.True(first.Mapped && second.Mapped);
        Same(expected, first);
        Same(expected, second);
        Assert.Equal(2, Cached(folder).Length);
        Assert.Every(Cached(folder), file => Assert.Matches(@"^cache/pixels/MNIST-5-[0-9a-f]{16}-(train|test)\.pixels$", file));
    }

    [Fact]
    public void Each_size_has_a_file_of_its_own_and_the_native_size_too()
    {
        using var folder = new TemporaryFolder();
        WriteNoise(folder);

        Assert.Equal(new SampleShape(1, 5, 5), Load(folder).Shape);
        Assert.Equal(new SampleShape(1, 28, 28), Load(folder, experiment: Small with { Resize = 0 }).Shape);
        Assert.Equal(4, Cached(folder).Length);
    }

    [Fact]
    public void Changed_files_are_read_again_into_the_same_place()
    {
        using var folder = new TemporaryFolder();
        WriteNoise(folder);
        Load(folder);
        var before = Cached(folder);
        folder.WriteMnist("data/MNIST", value: 9);
        File.SetLastWriteTimeUtc(folder["data/MNIST/train-images-idx3-ubyte"], new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        var images = Load(folder);

        Assert.Every(images[0].ToArray(), value => Assert.Equal(9, value));
        Assert.Equal(before, Cached(folder));
    }

    [Theory]
    [InlineData(0)] // the first letter
    [InlineData(8)] // the version
    [InlineData(24)] // the count
    [InlineData(40)] // the key
    [InlineData(64)] // the header's checksum
    [InlineData(4096 + 30)] // a pixel of the second image
    [InlineData(-1)] // the last label
    public void A_damaged_file_is_made_anew(int at)
    {
        using var folder = new TemporaryFolder();
        WriteNoise(folder);
        var expected = Load(folder);
        var path = folder[Cached(folder).Single(file => file.Contains("train", StringComparison.Ordinal))];
        var content = File.ReadAllBytes(path);
        content[at < 0 ? content.Length + at : at] ^= 0x10;
        File.WriteAllBytes(path + ".new", content);
        File.Move(path + ".new", path, overwrite: true);

        Same(expected, Load(folder));
        Assert.NotEqual(content, File.ReadAllBytes(path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(71)]
    [InlineData(4100)]
    [InlineData(5000)]
    public void A_file_of_another_length_is_made_anew(int length)
    {
        using var folder = new TemporaryFolder();
        WriteNoise(folder);
        var expected = Load(folder);
        var path = folder[Cached(folder).Single(file => file.Contains("train", StringComparison.Ordinal))];
        var content = File.ReadAllBytes(path);
        Array.Resize(ref content, length);
        File.WriteAllBytes(path + ".new", content);
        File.Move(path + ".new", path, overwrite: true);

        Same(expected, Load(folder));
    }

    [Fact]
    public void A_cache_that_cannot_be_written_costs_a_warning_only()
    {
        using var folder = new TemporaryFolder();
        WriteNoise(folder);
        var expected = Load(folder, cached: false);
        folder.Write("cache", [0]); // a file where the folder should be
        var observer = new RecordingObserver();

        var images = Load(folder, observer: observer);

        Same(expected, images);
        Assert.False(images.Mapped);
        Assert.Contains(observer.Warnings, warning => warning.StartsWith("Decoded images are not cached", StringComparison.Ordinal));
    }

    [Fact]
    public void An_image_that_cannot_be_decoded_leaves_nothing_and_the_first_of_them_is_named()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 100; i++)
            folder.Write($"mine/{"ab"[i / 50]}/{i:00}.png", i is 33 or 34 or 90 ? [1] : SmallImages.Png(2, 2, 1, 2, 3));

        var error = Assert.Throws<AutoFlipException>(() => DataSet.Of(new Experiment { Dataset = $"folder:{folder["mine"]}" })
            .Load(Small, new DataLocations { CachePath = folder["cache"] }, RunObserver.None));

        Assert.Contains("33.png", error.Message, StringComparison.Ordinal);
        Assert.Empty(Cached(folder));
    }

    [Fact]
    public void A_cancelled_load_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        WriteNoise(folder);
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => IdxDataSet.Mnist.Load(
            Small, new DataLocations { DataPath = folder["data"], CachePath = folder["cache"] }, RunObserver.None, cancellation.Token));

        Assert.Empty(Cached(folder));
    }

    [Fact]
    public void Image_folders_are_cached_with_every_file_in_the_key()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 10; i++) folder.Write($"mine/{"ab"[i % 2]}/{i}.png", SmallImages.Png(3, 2, (byte)i, 0, 0));
        ImageSet Images() => (ImageSet)DataSet.Of(new Experiment { Dataset = $"folder:{folder["mine"]}" })
            .Load(Small, new DataLocations { CachePath = folder["cache"] }, RunObserver.None).Train;
        var first = Images();

        folder.Write("mine/b/99.png", SmallImages.Png(3, 2, 99, 0, 0));
        var second = Images();

        Assert.Equal((8, 9), (first.Count, second.Count));
        Assert.Equal(99, second[8][0]);
        Assert.True(second.Mapped);
    }

    [Fact]
    public void Mapped_pixels_outlive_everything_but_their_set()
    {
        using var folder = new TemporaryFolder();
        WriteNoise(folder);
        var expected = Load(folder, cached: false);

        for (var i = 0; i < 20; i++)
        {
            var view = Load(folder).With(new ImageTransform());
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Same(expected, view);
        }
    }

    static void Same(ImageSet expected, ImageSet actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.Labels.ToArray(), actual.Labels.ToArray());
        int[] rows = [.. Enumerable.Range(0, expected.Count)];
        Assert.Equal(ImageSetTests.Read(expected, rows, null), ImageSetTests.Read(actual, rows, null));
    }

    static void WriteNoise(TemporaryFolder folder)
    {
        folder.WriteMnist("data/MNIST");
        var random = new KeyedRandom(1);
        var pixels = new byte[3 * 784];
        foreach (ref var pixel in pixels.AsSpan()) pixel = (byte)random.Next(256);
        folder.Write("data/MNIST/train-images-idx3-ubyte", SmallFiles.Idx([3, 28, 28], pixels));
    }

    static ImageSet Load(TemporaryFolder folder, bool cached = true, Experiment? experiment = null, RunObserver? observer = null) =>
        (ImageSet)IdxDataSet.Mnist.Load(experiment ?? Small,
            new DataLocations { DataPath = folder["data"], CachePath = cached ? folder["cache"] : null, Offline = true },
            observer ?? RunObserver.None).Train;

    static string[] Cached(TemporaryFolder folder) => [.. folder.Files.Where(file => file.StartsWith("cache/", StringComparison.Ordinal))];
}
