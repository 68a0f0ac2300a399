using System.IO.Compression;
using System.Security.Cryptography;

namespace AutoFlip.Tests;

public class DataSetTests
{
    [Fact]
    public void Digits_are_there_without_any_file()
    {
        var observer = new RecordingObserver();

        var data = Catalog.DataSets["digits"].Load(new Experiment { Resize = 0 }, new DataLocations { Offline = true }, observer);

        Assert.Equal((1438, 359), (data.Train.Count, data.Test!.Count));
        // Published: 178 zeros, 182 ones, ...
        int[] counts = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180];
        Assert.Equal(counts, Counts(data.Train).Zip(Counts(data.Test!), (train, test) => train + test));
        Assert.Equal(new SampleShape(1, 8, 8), data.Train.Shape);
        // The file's first line: 0,0,5,13,9,1,0,0, ... of 16; (5 * 255 + 8) / 16 = 80, 13: 207, 9: 143 (even halves round up), 1: 16.
        float[] firstRow = [0, 0, 80 / 255f, 207 / 255f, 143 / 255f, 16 / 255f, 0, 0];
        Assert.Equal(firstRow, ImageSetTests.Read(data.Train, [0], null)[..8]);
        Assert.Empty(observer.Warnings);
    }

    [Fact]
    public void Loading_applies_the_experiments_resize_and_transform()
    {
        var experiment = new Experiment { Resize = 12, RandomRotation = 3, RandomVerticalFlip = 0.25, ImageNetNormalization = true };

        var train = Assert.IsType<ImageSet>(DigitsDataSet.Instance.Load(experiment, new DataLocations(), RunObserver.None).Train);

        Assert.Equal(new SampleShape(1, 12, 12), train.Shape);
        Assert.Equal(
            new ImageTransform
            {
                RotationDegrees = 3,
                HorizontalFlip = 0.5,
                VerticalFlip = 0.25,
                ColorJitter = 0.5,
                ImageNetNormalization = true
            },
            train.Transform);
    }

    [Fact]
    public void Files_with_other_counts_than_published_draw_a_warning()
    {
        using var folder = new TemporaryFolder();
        folder.WriteMnist("MNIST");
        var observer = new RecordingObserver();

        IdxDataSet.Mnist.Load(new Experiment(), new DataLocations { DataPath = folder.Path }, observer);

        Assert.Contains("3 training and 2 test images; the published set has 60000 and 10000", Assert.Single(observer.Warnings));
    }

    [Theory]
    [InlineData("Digits", 10)]
    [InlineData("mnist", 10)]
    [InlineData("fashion-mnist", 10)]
    [InlineData("KMNIST", 10)]
    [InlineData("EMNIST", 62)]
    [InlineData("EMNIST-byclass", 62)]
    [InlineData("EMNIST-bymerge", 47)]
    [InlineData("EMNIST-balanced", 47)]
    [InlineData("EMNIST-letters", 26)]
    [InlineData("EMNIST-digits", 10)]
    [InlineData("EMNIST-mnist", 10)]
    [InlineData("cifar10", 10)]
    [InlineData("cifar100", 100)]
    [InlineData("CIFAR100-coarse", 20)]
    [InlineData("QMNIST", 10)]
    [InlineData("USPS", 10)]
    [InlineData("SEMEION", 10)]
    [InlineData("SVHN", 10)]
    [InlineData("STL10", 10)]
    [InlineData("TinyImageNet", 200)]
    [InlineData("CINIC-10", 10)]
    [InlineData("GTSRB", 43)]
    [InlineData("Omniglot", 964)]
    [InlineData("Flowers102", 102)]
    [InlineData("OxfordIIITPet", 37)]
    [InlineData("Food101", 101)]
    [InlineData("Caltech256", 257)]
    [InlineData("CelebA", 2)]
    [InlineData("heart", 2)]
    [InlineData("adult", 2)]
    [InlineData("covertype", 7)]
    [InlineData("gleam", 8)]
    public void Every_set_has_its_published_classes(string name, int classes)
    {
        var set = Catalog.DataSets[name];

        Assert.Equal(classes, set.Task!.Classes);
        Assert.Equal(classes, set.Task!.ClassNames.Distinct().Count());
    }

    [Fact]
    public void Every_set_says_whose_it_is_and_its_downloads_bring_every_file_with_a_checksum()
    {
        Assert.Every(Catalog.DataSets, entry =>
        {
            var (name, set) = entry;
            Assert.Equal(name, set.Name);
            Assert.NotEmpty(set.Title);
            Assert.NotEmpty(set.Licence);
            Assert.NotEmpty(set.Citation);
            var brought = set.Downloads.SelectMany(download => download.Members.IsEmpty ? [download.Name] : download.Members).ToHashSet();
            if (set.Downloads.IsEmpty && !set.Files.IsEmpty) Assert.NotEmpty(set.Origin ?? "");
            else Assert.All(
                set.Files,
                file => Assert.True(
                    brought.Contains(file) || brought.Contains(file + ".gz") || brought.Contains(file[..(file.IndexOf('/') + 1)]),
                    $"{name}: {file}"),
                throwIfEmpty: false);
            Assert.All(set.Downloads, download => Assert.Matches("^[0-9a-f]{64}$", download.Sha256), throwIfEmpty: false);
            Assert.All(set.Downloads, download => Assert.True(download.Bytes > 0), throwIfEmpty: false);
        });
    }

    [Fact]
    public void Fashion_mnist_of_the_system_package_is_the_published_one()
    {
        var where = new DataLocations { SystemPath = "/usr/share/datasets", Offline = true };
        var search = where.Locate(IdxDataSet.FashionMnist);
        if (search.Folder is null) Assert.Skip("Fashion-MNIST is not installed: apt-get install dataset-fashion-mnist");

        var data = IdxDataSet.FashionMnist.Load(new Experiment(), where, RunObserver.None);

        Assert.Equal((60000, 10000), (data.Train.Count, data.Test!.Count));
        Assert.Every(Counts(data.Train), count => Assert.Equal(6000, count));
        Assert.Every(Counts(data.Test), count => Assert.Equal(1000, count));
        Assert.Equal(new SampleShape(1, 24, 24), data.Train.Shape);
        using var labels = new GZipStream(File.OpenRead(search.Folder.Files["train-labels-idx1-ubyte"]), CompressionMode.Decompress);
        Assert.Equal("bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9", Convert.ToHexStringLower(SHA256.HashData(labels)));
    }

    static int[] Counts(SampleSet set)
    {
        var counts = new int[10];
        foreach (var label in set.Labels) counts[label]++;
        return counts;
    }
}
