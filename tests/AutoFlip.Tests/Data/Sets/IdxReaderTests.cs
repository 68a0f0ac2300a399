namespace AutoFlip.Tests;

public class IdxReaderTests
{
    [Theory]
    [InlineData("")]
    [InlineData(".gz")]
    public void A_well_formed_set_is_read_raw_or_compressed(string suffix)
    {
        using var folder = new TemporaryFolder();
        folder.WriteMnist("MNIST", value: 255, suffix);

        var data = Load(IdxDataSet.Mnist, folder);

        Assert.Equal([7, 8, 9], data.Train.Labels.ToArray());
        Assert.Equal([0, 1], data.Test!.Labels.ToArray());
        Assert.Equal(new SampleShape(1, 28, 28), data.Train.Shape);
        Assert.Every(ImageSetTests.Read(data.Train, [2], null), value => Assert.Equal(1f, value));
    }

    [Fact]
    public void A_gz_name_on_an_uncompressed_file_does_no_harm()
    {
        using var folder = new TemporaryFolder();
        folder.WriteMnist("MNIST");
        File.Move(folder["MNIST/train-images-idx3-ubyte"], folder["MNIST/train-images-idx3-ubyte.gz"]);

        Assert.Equal(3, Load(IdxDataSet.Mnist, folder).Train.Count);
    }

    [Theory]
    [InlineData("another start", new byte[] { 1, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9 }, "start like an IDX file")]
    [InlineData("empty", new byte[0], "start like an IDX file")]
    [InlineData("floats", new byte[] { 0, 0, 13, 1, 0, 0, 0, 3, 7, 8, 9 }, "type 0x0D")]
    [InlineData("two axes", new byte[] { 0, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 1, 7, 8, 9 }, "2 axes instead of 1")]
    [InlineData("half a header", new byte[] { 0, 0, 8, 1, 0, 0 }, "within its header")]
    [InlineData("no samples", new byte[] { 0, 0, 8, 1, 0, 0, 0, 0 }, "axis 1 has size 0")]
    [InlineData("a negative size", new byte[] { 0, 0, 8, 1, 255, 255, 255, 255, 7, 8, 9 }, "axis 1 has size 4294967295")]
    [InlineData("truncated", new byte[] { 0, 0, 8, 1, 0, 0, 0, 3, 7, 8 }, "2 of 3 values")]
    [InlineData("trailing bytes", new byte[] { 0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9, 0 }, "goes on after its 3 values")]
    [InlineData("a label of 10", new byte[] { 0, 0, 8, 1, 0, 0, 0, 3, 7, 10, 9 }, "label 1 is 10, outside 0 .. 9")]
    [InlineData("too few labels", new byte[] { 0, 0, 8, 1, 0, 0, 0, 2, 7, 8 }, "3 images")]
    public void Damaged_labels_are_refused_by_name(string what, byte[] content, string reason)
    {
        foreach (var packed in (bool[])[false, true])
        {
            using var folder = new TemporaryFolder();
            folder.WriteMnist("MNIST");
            var path = folder.Write("MNIST/train-labels-idx1-ubyte", packed ? SmallFiles.Gzip(content) : content);

            var error = Assert.Throws<AutoFlipException>(() => Load(IdxDataSet.Mnist, folder));

            Assert.Equal(ExitCode.BadData, error.Code);
            Assert.Every(
                [path, reason], part => Assert.True(error.Message.Contains(part, StringComparison.Ordinal), $"{what}: {error.Message}"));
        }
    }

    [Fact]
    public void Images_of_another_size_are_refused()
    {
        using var folder = new TemporaryFolder();
        folder.WriteMnist("MNIST");
        folder.Write("MNIST/train-images-idx3-ubyte", SmallFiles.Idx([3, 2, 3], new byte[18]));

        Assert.Contains("2x3, not 28x28", Assert.Throws<AutoFlipException>(() => Load(IdxDataSet.Mnist, folder)).Message);
    }

    [Fact]
    public void A_header_that_promises_gigabytes_is_refused_before_memory_is_asked_for()
    {
        using var folder = new TemporaryFolder();
        folder.WriteMnist("MNIST");
        folder.Write("MNIST/train-images-idx3-ubyte", SmallFiles.Idx([int.MaxValue, 28, 28], new byte[1]));

        Assert.Contains("more than 2 GB", Assert.Throws<AutoFlipException>(() => Load(IdxDataSet.Mnist, folder)).Message);
    }

    [Fact]
    public void Gzip_that_ends_early_is_refused()
    {
        using var folder = new TemporaryFolder();
        folder.WriteMnist("MNIST", suffix: ".gz");
        var whole = SmallFiles.Gzip(SmallFiles.Images(3, 1));
        var path = folder.Write("MNIST/train-images-idx3-ubyte.gz", whole[..(whole.Length / 2)]);

        Assert.Contains(path, Assert.Throws<AutoFlipException>(() => Load(IdxDataSet.Mnist, folder)).Message);
    }

    [Theory]
    [InlineData(-6)] // its checksum
    [InlineData(20)] // its data
    public void Gzip_with_a_changed_byte_is_refused(int position)
    {
        using var folder = new TemporaryFolder();
        folder.WriteMnist("MNIST", suffix: ".gz");
        var content = SmallFiles.Gzip(SmallFiles.Images(3, 1));
        content[position < 0 ? content.Length + position : position] ^= 0xFF;
        var path = folder.Write("MNIST/train-images-idx3-ubyte.gz", content);

        var error = Assert.Throws<AutoFlipException>(() => Load(IdxDataSet.Mnist, folder));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains(path, error.Message);
    }

    [Fact]
    public void Emnist_images_are_turned_upright_and_letters_start_at_A()
    {
        using var folder = new TemporaryFolder();
        var pixels = new byte[28 * 28];
        pixels[1] = 255; // row 0, column 1 as stored: column 0, row 1 upright
        foreach (var part in (string[])["train", "test"])
        {
            folder.Write($"EMNIST/emnist-letters-{part}-images-idx3-ubyte", SmallFiles.Idx([1, 28, 28], pixels));
            folder.Write($"EMNIST/emnist-letters-{part}-labels-idx1-ubyte", SmallFiles.Idx([1], [26]));
        }

        var data = Load(IdxDataSet.Emnist("letters"), folder);

        Assert.Equal("Z", data.Task.ClassNames[data.Train.Labels[0]]);
        Assert.Equal([28], ImageSetTests.Read(data.Train, [0], null).Index().Where(value => value.Item == 1).Select(value => value.Index));
    }

    static LoadedData Load(DataSet set, TemporaryFolder folder) => set.Load(
        new Experiment { Resize = 0 }, new DataLocations { DataPath = folder.Path, Offline = true }, RunObserver.None);
}
