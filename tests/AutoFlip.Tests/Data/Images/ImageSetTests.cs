using CsCheck;

namespace AutoFlip.Tests;

public class ImageSetTests
{
    static readonly ImageTransform Everything =
        new() { RotationDegrees = 30, HorizontalFlip = 0.5, VerticalFlip = 0.5, ColorJitter = 0.5, CropPadding = 2 };

    [Fact]
    public void Reading_divides_by_255_in_the_order_of_the_rows()
    {
        var set = new ImageSet(new SampleShape(1, 1, 2), [0, 51, 102, 255], [3, 4]);

        var values = Read(set, [1, 0, 1], null);

        Assert.Equal([0.4f, 1f, 0f, 0.2f, 0.4f, 1f], values); // 102 / 255, 255 / 255, 0, 51 / 255, and again
        Assert.Equal([3, 4], set.Labels.ToArray());
    }

    [Fact]
    public void Normalization_uses_each_channels_own_mean()
    {
        var set = new ImageSet(new SampleShape(3, 1, 1), [255, 255, 0], [0], new ImageTransform { ImageNetNormalization = true });

        var values = Read(set, [0], null);

        Assert.Equal([(1 - 0.485f) / 0.229f, (1 - 0.456f) / 0.224f, (0 - 0.406f) / 0.225f], values);
    }

    [Fact]
    public void Without_a_generator_nothing_is_augmented()
    {
        var set = RandomSet(3, 8, 4);

        Assert.Equal(Read(set, [0, 1, 2, 3], null), Read(set.With(Everything), [0, 1, 2, 3], null));
        Assert.NotEqual(Read(set, [0, 1, 2, 3], null), Read(set.With(Everything), [0, 1, 2, 3], new KeyedRandom(1)));
    }

    [Fact]
    public void Certain_flips_mirror_every_image()
    {
        var set = new ImageSet(new SampleShape(1, 2, 2), [0, 51, 102, 255], [0]);

        Assert.Equal([0.2f, 0f, 1f, 0.4f], Read(set.With(new ImageTransform { HorizontalFlip = 1 }), [0], new KeyedRandom(1)));
        Assert.Equal([0.4f, 1f, 0f, 0.2f], Read(set.With(new ImageTransform { VerticalFlip = 1 }), [0], new KeyedRandom(1)));
        Assert.Equal(
            [1f, 0.4f, 0.2f, 0f], Read(set.With(new ImageTransform { HorizontalFlip = 1, VerticalFlip = 1 }), [0], new KeyedRandom(1)));
    }

    /// <summary>1 2 3 padded by one pixel is 2 1 2 3 2: the border is not repeated. From there three crops of three pixels.</summary>
    [Theory]
    [InlineData(-1, 0, new byte[] { 40, 50, 60, 10, 20, 30, 40, 50, 60 })]
    [InlineData(1, 0, new byte[] { 40, 50, 60, 70, 80, 90, 40, 50, 60 })]
    [InlineData(0, -1, new byte[] { 20, 10, 20, 50, 40, 50, 80, 70, 80 })]
    [InlineData(0, 2, new byte[] { 30, 20, 10, 60, 50, 40, 90, 80, 70 })]
    public void A_crop_reflects_at_the_border(int down, int right, byte[] wanted)
    {
        var cropped = new byte[9];
        new Shift(down, right).Apply([10, 20, 30, 40, 50, 60, 70, 80, 90], new SampleShape(1, 3, 3), cropped);

        Assert.Equal(wanted, cropped);
    }

    /// <summary>In the padded image place -p holds the pixel of place p, and place side - 1 + p that of side - 1 - p.</summary>
    [Fact]
    public void A_crop_is_the_padded_image_at_its_offset() =>
        Gen.Select(Gen.Int[2, 70], Gen.Int[2, 70], Gen.Bool, Gen.ULong).Sample((height, width, colour, seed) =>
        {
            var (shape, random) = (new SampleShape(colour ? 3 : 1, height, width), new KeyedRandom(seed));
            var crop = Shift.Draw(Math.Min(height, width) - 1, random);
            byte[] image = new byte[shape.Length], cropped = new byte[shape.Length], wanted = new byte[shape.Length];
            foreach (ref var pixel in image.AsSpan()) pixel = (byte)random.Next(256);
            crop.Apply(image, shape, cropped);
            for (var i = 0; i < wanted.Length; i++)
            {
                var (channel, y, x) = (i / (height * width), i / width % height, i % width);
                int down = Math.Abs(y + crop.Down), right = Math.Abs(x + crop.Right);
                (down, right) = (Math.Min(down, 2 * height - 2 - down), Math.Min(right, 2 * width - 2 - right));
                wanted[i] = image[(channel * height + down) * width + right];
            }
            return cropped.SequenceEqual(wanted);
        });

    [Fact]
    public void Offsets_of_crops_are_all_as_likely()
    {
        var random = new KeyedRandom(3);
        var counts = Enumerable.Range(0, 2500).CountBy(_ => Shift.Draw(2, random)).ToDictionary();

        Assert.Equal(25, counts.Count);
        Assert.Every(counts, offset => Assert.InRange(offset.Value, 50, 160)); // 100 and five deviations of 9.8
        Assert.Every(counts.Keys, offset => Assert.True(Math.Abs(offset.Down) <= 2 && Math.Abs(offset.Right) <= 2));
    }

    [Fact]
    public void A_crop_of_each_channel_is_the_same_and_comes_before_a_rotation()
    {
        var set = new ImageSet(new SampleShape(3, 2, 2), [0, 51, 102, 255, 0, 51, 102, 255, 0, 51, 102, 255], [0]);
        var values = Read(set.With(new ImageTransform { CropPadding = 1 }), [0], new KeyedRandom(1));

        Assert.Equal(values[..4], values[4..8]);
        Assert.Equal(values[..4], values[8..]);
        var (shape, crop) = (new SampleShape(1, 5, 5), new Shift(1, -2));
        byte[] image = [.. Enumerable.Range(0, 25).Select(i => (byte)(9 * i))];
        byte[] cropped = new byte[25], wanted = new byte[25], got = new byte[25];
        crop.Apply(image, shape, cropped);
        new Augmentation(33, true, false, null).Apply(cropped, shape, wanted);
        new Augmentation(33, true, false, null) { Crop = crop }.Apply(image, shape, got);
        Assert.Equal(wanted, got);
    }

    [Fact]
    public void A_crop_out_of_more_padding_than_the_image_has_is_refused()
    {
        var set = new ImageSet(new SampleShape(1, 2, 2), [0, 51, 102, 255], [0]);

        Assert.Equal(
            "Experiment.RandomCrop: '2' is not accepted. Accepted: at most 1 for images of 2x2 pixels.",
            Assert.Throws<AutoFlipException>(() => set.With(new ImageTransform { CropPadding = 2 })).Message);
    }

    [Fact]
    public void The_kth_image_of_a_stream_is_augmented_alike_in_any_batches_and_company()
    {
        var set = RandomSet(3, 8, 10).With(Everything);
        var length = set.Shape.Length;

        var whole = Read(set, [0, 1, 2, 3, 4, 5, 6], new KeyedRandom(5));
        var stream = new KeyedRandom(5);
        var parts = Read(set, [0, 1, 2], stream).Concat(Read(set, [3, 4, 5, 6], stream)).ToArray();
        var otherCompany = Read(set, [9, 9, 9, 9, 9, 9, 6], new KeyedRandom(5));

        Assert.Equal(whole, parts);
        Assert.Equal(whole[(6 * length)..], otherCompany[(6 * length)..]);
    }

    [Fact]
    public void Draws_stay_within_their_ranges_and_use_every_order()
    {
        var random = new KeyedRandom(3);
        var orders = new HashSet<int>();
        for (var i = 0; i < 2000; i++)
        {
            var draw = Augmentation.Draw(Everything with { ColorJitter = 0.3 }, random);
            Assert.InRange(draw.Degrees, -30, 30);
            var jitter = draw.Jitter!.Value;
            Assert.Every([jitter.Brightness, jitter.Contrast, jitter.Saturation], factor => Assert.InRange(factor, 0.7, 1.3));
            Assert.InRange(jitter.Hue, -0.3, 0.3);
            orders.Add(jitter.Order);
        }
        Assert.Equal(24, orders.Count);
        Assert.Equal(24, orders.Select(order => string.Join(' ', ColorJitter.OrderOf(order).ToArray())).Distinct().Count());
    }

    [Fact]
    public void Images_keep_their_values_in_0_to_1_under_any_augmentation() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 9], Gen.Bool, Gen.ULong).Sample((height, width, colour, seed) =>
        {
            var shape = new SampleShape(colour ? 3 : 1, height, width);
            var random = new KeyedRandom(seed);
            var pixels = new byte[shape.Length];
            foreach (ref var pixel in pixels.AsSpan()) pixel = (byte)random.Next(256);
            var crop = Math.Min(2, Math.Min(height, width) - 1);
            var set = new ImageSet(
                shape, pixels, [0], Everything with { RotationDegrees = 180, ColorJitter = 0.5, CropPadding = crop });
            return Read(set, [0], random).All(value => value is >= 0 and <= 1);
        });

    [Fact]
    public void Reading_allocates_nothing_per_image()
    {
        var set = RandomSet(3, 8, 100).With(Everything);
        var rows = Enumerable.Range(0, 100).ToArray();
        var into = new float[100 * set.Shape.Length];
        var random = new KeyedRandom(1);
        set.Read(rows, into, random); // warms the pool

        var before = GC.GetAllocatedBytesForCurrentThread();
        set.Read(rows, into, random);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 99); // less than a byte per image
    }

    [Fact]
    public void Resizing_in_parallel_equals_resizing_one_by_one()
    {
        var set = RandomSet(3, 10, 700); // 2,100 planes: several blocks
        var resize = new BilinearResize(10, 10, 7, 7);

        var resized = set.Resized(7);

        Assert.Equal(new SampleShape(3, 7, 7), resized.Shape);
        var plane = new byte[49];
        for (var row = 0; row < set.Count; row++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                resize.Apply(set[row].Slice(channel * 100, 100), new byte[resize.ScratchLength], plane);
                Assert.True(resized[row].Slice(channel * 49, 49).SequenceEqual(plane));
            }
        }
    }

    [Fact]
    public void Resizing_to_0_or_to_its_own_size_keeps_the_set()
    {
        var set = RandomSet(1, 8, 2);

        Assert.Same(set, set.Resized(0));
        Assert.Same(set, set.Resized(8));
    }

    [Fact]
    public void Transposing_exchanges_rows_and_columns()
    {
        var set = new ImageSet(new SampleShape(1, 2, 3), [1, 2, 3, 4, 5, 6], [0]);

        Assert.Equal([1, 4, 2, 5, 3, 6], set.Transposed()[0].ToArray());
    }

    [Fact]
    public void Lengths_that_disagree_are_refused()
    {
        var set = RandomSet(1, 8, 2);

        Assert.Throws<ArgumentException>(() => set.Read([0], new float[63], null));
        Assert.Throws<ArgumentException>(() => set.Read([0], new float[65], null));
        Assert.Throws<ArgumentException>(() => new ImageSet(new SampleShape(1, 2, 2), new byte[7], [0, 0]));
        Assert.Throws<ArgumentException>(() => new ImageSet(new SampleShape(2, 1, 1), new byte[2], [0]));
    }

    internal static ImageSet RandomSet(int channels, int side, int count)
    {
        var random = new KeyedRandom(11);
        var pixels = new byte[channels * side * side * count];
        foreach (ref var pixel in pixels.AsSpan()) pixel = (byte)random.Next(256);
        return new ImageSet(new SampleShape(channels, side, side), pixels, [.. Enumerable.Range(0, count).Select(i => i % 10)]);
    }

    internal static float[] Read(SampleSet set, int[] rows, KeyedRandom? random)
    {
        var values = new float[rows.Length * set.Shape.Length];
        set.Read(rows, values, random);
        return values;
    }
}
