using System.Text;

namespace AutoFlip.Tests;

/// <summary>QMNIST, USPS, SEMEION, SVHN, STL10 and coarse CIFAR-100, on small files in their formats.</summary>
public class SmallDigitSetsTests
{
    [Fact]
    public void Qmnist_takes_the_first_of_its_facts()
    {
        using var folder = new TemporaryFolder();
        WriteQmnist(folder, [7, 2]);

        var data = Load("QMNIST", folder);

        Assert.Equal([7, 2], data.Train.Labels.ToArray());
        Assert.Equal([3], data.Test!.Labels.ToArray());
    }

    [Fact]
    public void Qmnist_labels_outside_the_digits_are_refused()
    {
        using var folder = new TemporaryFolder();
        WriteQmnist(folder, [7, 1000]);

        Refused("QMNIST", folder, "label 1 is 1000, outside 0 .. 9");
    }

    [Fact]
    public void Usps_reads_what_libsvm_writes_packed_or_not()
    {
        using var folder = new TemporaryFolder();
        folder.Write("USPS/usps.bz2", SmallImages.Bzip2(Encoding.ASCII.GetBytes($"{UspsLine(10, -1)}\n{UspsLine(1, 1)}\n")));
        folder.Write("USPS/usps.t", Encoding.ASCII.GetBytes($"3 1:0.5 256:-0.5 \n"));

        var data = Load("USPS", folder);

        Assert.Equal([9, 0], data.Train.Labels.ToArray());
        Assert.Equal([2], data.Test!.Labels.ToArray());
        Assert.Every(ImageSetTests.Read(data.Train, [0], null), value => Assert.Equal(0, value));
        Assert.Every(ImageSetTests.Read(data.Train, [1], null), value => Assert.Equal(1, value));
        // (0.5 + 1) / 2 * 255 = 191.25, what is missing is 0: 127.5, (-0.5 + 1) / 2 * 255 = 63.75; all truncated.
        var test = ImageSetTests.Read(data.Test, [0], null);
        Assert.Equal([191 / 255f, 127 / 255f, 63 / 255f], [test[0], test[1], test[255]]);
    }

    [Theory]
    [InlineData("11 1:0")]
    [InlineData("1.5 1:0")]
    [InlineData("1 257:0")]
    [InlineData("1 0:0")]
    [InlineData("1 1:1.5")]
    [InlineData("1 1:x")]
    [InlineData("1 10")]
    [InlineData("x")]
    public void A_line_that_usps_cannot_have_is_refused_by_number(string line)
    {
        using var folder = new TemporaryFolder();
        folder.Write("USPS/usps", Encoding.ASCII.GetBytes($"{UspsLine(1, 0)}\n{line}\n"));
        folder.Write("USPS/usps.t", Encoding.ASCII.GetBytes(UspsLine(1, 0)));

        Refused("USPS", folder, "line 2 does not hold the 256 pixels");
    }

    [Fact]
    public void Damaged_bzip2_is_refused()
    {
        using var folder = new TemporaryFolder();
        var packed = SmallImages.Bzip2(Encoding.ASCII.GetBytes(UspsLine(1, 0.25)));
        packed[packed.Length / 2] ^= 0xFF;
        folder.Write("USPS/usps.bz2", packed);
        folder.Write("USPS/usps.t", Encoding.ASCII.GetBytes(UspsLine(1, 0)));

        Refused("USPS", folder, "compressed data fail their own check");
    }

    [Fact]
    public void Semeion_gives_every_fifth_line_to_the_test()
    {
        using var folder = new TemporaryFolder();
        // Digit 0 .. 9; the pixel of the digit's number is white.
        folder.Write(
            "semeion.data", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 10).Select(digit => SemeionLine(digit) + " \n"))));

        var data = Load("SEMEION", folder);

        Assert.Equal([0, 1, 2, 3, 5, 6, 7, 8], data.Train.Labels.ToArray());
        Assert.Equal([4, 9], data.Test!.Labels.ToArray());
        var last = ImageSetTests.Read(data.Test, [1], null);
        Assert.Equal((1, 9), ((int)last.Sum(), Array.IndexOf(last, 1)));
    }

    [Theory]
    [InlineData("0.0000 1.0000")]
    [InlineData("two labels")]
    [InlineData("grey")]
    public void A_line_that_semeion_cannot_have_is_refused(string line)
    {
        using var folder = new TemporaryFolder();
        line = line switch { "two labels" => SemeionLine(3)[..^1] + "1", "grey" => "0.5" + SemeionLine(3)[6..], _ => line };
        folder.Write("semeion.data", Encoding.ASCII.GetBytes(line));

        Refused("SEMEION", folder, "line 1 does not hold");
    }

    [Fact]
    public void Svhn_turns_columns_upright_and_ten_into_zero()
    {
        using var folder = new TemporaryFolder();
        var pixels = new byte[2 * 3072];
        pixels[1] = 51; // row 1, column 0 of red: the first axis is the row
        pixels[3072 + 32] = 102; // row 0, column 1 of red of the second image
        folder.Write("SVHN/train_32x32.mat", SvhnFile(pixels, [10, 9]));
        folder.Write(
            "SVHN/test_32x32.mat",
            SmallImages.Mat(SmallImages.Matrix("X", [32, 32, 3], 2, new byte[3072]), SmallImages.Matrix("y", [1, 1], 2, [1])));

        var data = Load("SVHN", folder);

        Assert.Equal([0, 9], data.Train.Labels.ToArray());
        Assert.Equal([1], data.Test!.Labels.ToArray());
        Assert.Equal(51 / 255f, ImageSetTests.Read(data.Train, [0], null)[32]);
        Assert.Equal(102 / 255f, ImageSetTests.Read(data.Train, [1], null)[1]);
    }

    [Theory]
    [InlineData(3072, new byte[] { 11 }, "label 0 is outside 0 .. 10")]
    [InlineData(3072, new byte[] { 1, 2 }, "holds 1 images, but 2 labels")]
    [InlineData(0, new byte[] { 1 }, "holds 0 images, but 1 labels")]
    public void Svhn_that_does_not_fit_together_is_refused(int bytes, byte[] labels, string reason)
    {
        using var folder = new TemporaryFolder();
        folder.Write("SVHN/train_32x32.mat", SvhnFile(new byte[bytes], labels));
        folder.Write("SVHN/test_32x32.mat", SvhnFile(new byte[3072], [1]));

        Refused("SVHN", folder, reason);
    }

    [Fact]
    public void Stl10_turns_columns_upright_and_counts_from_zero()
    {
        using var folder = new TemporaryFolder();
        var pixels = new byte[2 * 27648];
        pixels[1] = 255; // row 1, column 0
        WriteStl10(folder, pixels, [10, 1]);

        var data = Load("STL10", folder);

        Assert.Equal([9, 0], data.Train.Labels.ToArray());
        Assert.Equal(1, ImageSetTests.Read(data.Train, [0], null)[96]);
    }

    [Theory]
    [InlineData(27648, new byte[] { 0 }, "label 0 is 0, outside 1 .. 10")]
    [InlineData(27649, new byte[] { 1 }, "ends within an image: 1 of its 27648 bytes")]
    [InlineData(27648, new byte[] { 1, 1 }, "holds 1 images")]
    [InlineData(0, new byte[] { 1 }, "is empty")]
    public void Stl10_that_does_not_fit_together_is_refused(int bytes, byte[] labels, string reason)
    {
        using var folder = new TemporaryFolder();
        WriteStl10(folder, new byte[bytes], labels);

        Refused("STL10", folder, reason);
    }

    [Fact]
    public void Coarse_cifar100_takes_the_first_label_of_the_same_files()
    {
        using var folder = new TemporaryFolder();
        folder.Write("cifar-100-binary/train.bin", SmallFiles.Cifar([19, 99], [0, 3]));
        folder.Write("cifar-100-binary/test.bin", SmallFiles.Cifar([1, 42]));
        var observer = new RecordingObserver();

        var data = Catalog.DataSets["CIFAR100-coarse"].Load(
            new Experiment { Resize = 0 }, new DataLocations { DataPath = folder["cifar-100-binary"], Offline = true }, observer);

        Assert.Equal(["vehicles_2", "aquatic_mammals"], data.Train.Labels.ToArray().Select(label => data.Task.ClassNames[label]));
        Assert.DoesNotContain(observer.Warnings, warning => warning.Contains("several data sets", StringComparison.Ordinal));
    }

    internal static LoadedData Load(string name, TemporaryFolder folder, int side = 0) =>
        Catalog.DataSets[name]
            .Load(new Experiment { Resize = side }, new DataLocations { DataPath = folder.Path, Offline = true }, RunObserver.None);

    static void Refused(string name, TemporaryFolder folder, string reason)
    {
        var error = Assert.Throws<AutoFlipException>(() => Load(name, folder));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains(folder.Path, error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    static void WriteQmnist(TemporaryFolder folder, params int[] labels)
    {
        folder.Write("QMNIST/qmnist-train-images-idx3-ubyte", SmallFiles.Images(labels.Length, 1));
        folder.Write("QMNIST/qmnist-train-labels-idx2-int", Facts(labels));
        folder.Write("QMNIST/qmnist-test-images-idx3-ubyte.gz", SmallFiles.Gzip(SmallFiles.Images(1, 1)));
        folder.Write("QMNIST/qmnist-test-labels-idx2-int.gz", SmallFiles.Gzip(Facts(3)));

        // Type 12, two axes: N x 8, of which the label is the first.
        static byte[] Facts(params int[] labels) =>
            [
                0, 0, 12, 2, 0, 0, 0, (byte)labels.Length, 0, 0, 0, 8,
                .. labels.SelectMany(label => (byte[])[0, 0, (byte)(label >> 8), (byte)label, .. new byte[28]])
            ];
    }

    static string UspsLine(int label, double value) =>
        FormattableString.Invariant(
            $"{label} {string.Join(' ', Enumerable.Range(1, 256).Select(i => FormattableString.Invariant($"{i}:{value:0.0000}")))} ");

    static string SemeionLine(int digit) =>
        string.Join(
            ' ',
            Enumerable.Range(0, 256).Select(i => i == digit ? "1.0000" : "0.0000")
                .Concat(Enumerable.Range(0, 10).Select(i => i == digit ? "1" : "0")));

    static byte[] SvhnFile(byte[] pixels, byte[] labels) => SmallImages.Mat(
        SmallImages.Compressed(SmallImages.Matrix("X", [32, 32, 3, pixels.Length / 3072], 2, pixels)),
        SmallImages.Compressed(SmallImages.Matrix("y", [labels.Length, 1], 2, labels)));

    static void WriteStl10(TemporaryFolder folder, byte[] pixels, byte[] labels)
    {
        folder.Write("stl10_binary/train_X.bin", pixels);
        folder.Write("stl10_binary/train_y.bin", labels);
        folder.Write("stl10_binary/test_X.bin", new byte[27648]);
        folder.Write("stl10_binary/test_y.bin", [1]);
    }
}
