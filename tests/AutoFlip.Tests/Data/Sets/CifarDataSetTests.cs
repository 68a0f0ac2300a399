namespace AutoFlip.Tests;

public class CifarDataSetTests
{
    [Fact]
    public void Cifar10_joins_its_batches_in_order()
    {
        using var folder = new TemporaryFolder();
        for (byte batch = 1; batch <= 5; batch++)
            folder.Write($"cifar-10-batches-bin/data_batch_{batch}.bin", SmallFiles.Cifar([batch], [0]));
        folder.Write("cifar-10-batches-bin/test_batch.bin", SmallFiles.Gzip(SmallFiles.Cifar([9])));

        var data = Load(CifarDataSet.Cifar10, folder);

        Assert.Equal([1, 0, 2, 0, 3, 0, 4, 0, 5, 0], data.Train.Labels.ToArray());
        Assert.Equal([9], data.Test!.Labels.ToArray());
        Assert.Equal(new SampleShape(3, 32, 32), data.Train.Shape);
        Assert.Every(ImageSetTests.Read(data.Train, [9], null), value => Assert.Equal(1 / 255f, value)); // the second record's pixels are 1
    }

    [Fact]
    public void Cifar100_takes_the_fine_label()
    {
        using var folder = new TemporaryFolder();
        folder.Write("cifar-100-binary/train.bin", SmallFiles.Cifar([19, 99], [200, 3]));
        folder.Write("cifar-100-binary/test.bin", SmallFiles.Cifar([0, 42]));

        var data = Load(CifarDataSet.Cifar100, folder);

        Assert.Equal([99, 3], data.Train.Labels.ToArray());
        Assert.Equal(["worm", "bear"], data.Train.Labels.ToArray().Select(label => data.Task.ClassNames[label]));
    }

    /// <summary>Zeros are images of aeroplanes: a small compressed file can hold any number of them.</summary>
    [Fact]
    public void More_images_than_the_set_has_are_not_read()
    {
        using var folder = new TemporaryFolder();
        folder.Write("cifar-100-binary/train.bin", SmallFiles.Cifar([19, 99], [200, 3]));
        folder.Write("cifar-100-binary/test.bin", SmallFiles.Gzip(new byte[3074 * 10_001]));

        var error = Assert.Throws<AutoFlipException>(() => Load(CifarDataSet.Cifar100, folder));

        Assert.EndsWith(
            "test.bin' is not usable: it goes on after the 10000 images that CIFAR100 has.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, "ends within a record: 3073 of its 3074 bytes")]
    [InlineData(1, "ends within a record: 1 of its 3074 bytes")]
    [InlineData(-3074, "is empty")]
    public void Files_of_another_length_are_refused_by_name(int more, string reason)
    {
        using var folder = new TemporaryFolder();
        folder.Write("CIFAR100/train.bin", SmallFiles.Cifar([1, 1]));
        var content = SmallFiles.Cifar([1, 1]);
        Array.Resize(ref content, content.Length + more);
        var path = folder.Write("CIFAR100/test.bin", content);

        var error = Assert.Throws<AutoFlipException>(() => Load(CifarDataSet.Cifar100, folder));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains(path, error.Message);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void A_label_beyond_the_classes_is_refused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("CIFAR100/train.bin", SmallFiles.Cifar([1, 1], [1, 100]));
        folder.Write("CIFAR100/test.bin", SmallFiles.Cifar([1, 1]));

        var error = Assert.Throws<AutoFlipException>(() => Load(CifarDataSet.Cifar100, folder));

        Assert.Contains("record 1 has label 100, outside 0 .. 99", error.Message);
    }

    static LoadedData Load(DataSet set, TemporaryFolder folder) => set.Load(
        new Experiment { Resize = 0 }, new DataLocations { DataPath = folder.Path, Offline = true }, RunObserver.None);
}
