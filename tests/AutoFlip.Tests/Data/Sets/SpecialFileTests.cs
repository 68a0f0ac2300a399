namespace AutoFlip.Tests;

/// <summary>Pipes among the files of a data set: whoever opens one waits for ever.</summary>
public sealed class SpecialFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public SpecialFileTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no named pipes in folders of Windows.");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("csv:table.csv", "table.csv")]
    [InlineData("folder:mine", "mine/cat/b.png")]
    [InlineData("MNIST", "MNIST/raw/train-images-idx3-ubyte")]
    [InlineData("CIFAR100", "cifar-100-binary/train.bin")]
    [InlineData("AG_NEWS", "AG_NEWS/train.csv")]
    public void A_pipe_among_the_files_of_a_data_set_is_refused_by_name(string set, string pipe)
    {
        foreach (var animal in (string[])["cat", "dog"]) _folder.Write($"mine/{animal}/a.png", SmallImages.Png(2, 2, 0, 0, 0));
        _folder.WriteMnist("MNIST/raw");
        foreach (var part in (string[])["train", "test"])
        {
            _folder.Write($"cifar-100-binary/{part}.bin", SmallFiles.Cifar([0, 1]));
            _folder.Write($"AG_NEWS/{part}.csv", "1,a,b"u8.ToArray());
        }
        using var otherEnd = Pipe(pipe);
        var experiment = new Experiment
        {
            Dataset = set.Replace(":", $":{_folder.Path}/", StringComparison.Ordinal),
            Target = "y",
            Resize = 2
        };

        var failure = Assert.Throws<AutoFlipException>(() => DataSet.Of(experiment).Load(experiment, Locations(), RunObserver.None));

        Assert.Equal(ExitCode.BadData, failure.Code);
        Assert.StartsWith(
            $"'{_folder[pipe]}' is a named pipe, and only a regular file is accepted there.", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A user's own links are followed.</summary>
    [Fact]
    public void A_link_to_a_regular_file_is_read()
    {
        foreach (var name in (string[])["cat/a", "cat/b", "dog/a", "dog/c"])
            _folder.Write($"mine/{name}.png", SmallImages.Png(2, 2, 0, 0, 0));
        _folder.Write("elsewhere/b.png", SmallImages.Png(2, 2, 255, 255, 255));
        File.CreateSymbolicLink(_folder["mine/dog/b.png"], _folder["elsewhere/b.png"]);
        var experiment = new Experiment { Dataset = $"folder:{_folder["mine"]}", Resize = 2 };

        Assert.Equal([0, 0, 1, 1], DataSet.Of(experiment).Load(experiment, Locations(), RunObserver.None).Train.Labels.ToArray());
    }

    [Fact]
    public void A_pipe_in_the_cache_of_decoded_images_is_replaced()
    {
        _folder.WriteMnist("MNIST/raw");
        var experiment = new Experiment { Dataset = "MNIST", Resize = 5 };
        SampleSet Load() => DataSet.Of(experiment).Load(experiment, Locations(), RunObserver.None).Train;
        Load();
        var cached = _folder.Files.Single(file => file.EndsWith("-train.pixels", StringComparison.Ordinal));
        using var otherEnd = Pipe(cached);

        Load();

        Assert.Null(FileKind.OtherThanFile(_folder[cached]));
    }

    DataLocations Locations() => new() { DataPath = _folder.Path, CachePath = _folder["cache"], Offline = true };

    FileStream Pipe(string name)
    {
        File.Delete(_folder[name]);
        FileKindTests.MakePipe(_folder[name]);
        return new FileStream(_folder[name], FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    }
}
