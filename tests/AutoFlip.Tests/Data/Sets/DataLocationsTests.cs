namespace AutoFlip.Tests;

public class DataLocationsTests
{
    [Fact]
    public void The_first_place_that_has_the_set_wins()
    {
        using var folder = new TemporaryFolder();
        var where = new DataLocations
        {
            DataPath = folder["data"],
            SharedPath = folder["shared"],
            SystemPath = folder["system"],
            CachePath = folder["cache"],
            Offline = true,
        };
        // From the last place to the first; each new one must win over those already there.
        string[] places = ["cache/FashionMNIST", "system/fashion-mnist", "shared", "shared/FashionMNIST", "data", "data/FashionMNIST"];
        foreach (var place in places)
        {
            folder.WriteMnist(place);

            Assert.Equal(folder[place], where.Locate(IdxDataSet.FashionMnist).Folder?.Path);
        }
    }

    [Theory]
    [InlineData("MNIST")]
    [InlineData("mnist")]
    [InlineData("MNIST/raw")]
    [InlineData("Mnist/RAW")]
    public void Folder_names_match_in_any_case(string name)
    {
        using var folder = new TemporaryFolder();
        folder.WriteMnist(name);

        Assert.Equal(folder[name], new DataLocations { DataPath = folder.Path }.Locate(IdxDataSet.Mnist).Folder?.Path);
    }

    [Fact]
    public void Files_with_a_dot_before_idx_are_found_too()
    {
        using var folder = new TemporaryFolder();
        folder.WriteMnist("MNIST");
        foreach (var file in folder.Files) File.Move(folder[file], folder[file.Replace("-idx", ".idx", StringComparison.Ordinal)]);

        Assert.NotNull(new DataLocations { DataPath = folder.Path }.Locate(IdxDataSet.Mnist).Folder);
    }

    [Fact]
    public void Files_may_lie_in_folders_and_match_patterns()
    {
        using var folder = new TemporaryFolder();
        var set = DigitsDataSet.Instance with
        {
            Name = "Writers",
            Folders = ["writers"],
            Files = ["Train/*.json", "test/", "facts/names.txt"]
        };
        var where = new DataLocations { DataPath = folder["data"], Offline = true };
        foreach (var name in (string[])["train", "test", "facts"]) Directory.CreateDirectory(folder[$"data/Writers/{name}"]);
        File.WriteAllText(folder["data/Writers/facts/Names.txt"], "");
        Assert.Contains("(lacks Train/*.json)", where.Locate(set).Tried[0], StringComparison.Ordinal);

        foreach (var name in (string[])["b.json", "a.json", "c.txt"]) File.WriteAllText(folder[$"data/Writers/train/{name}"], "");

        var found = where.Locate(set).Folder!;
        Assert.Equal([folder["data/Writers/train/a.json"], folder["data/Writers/train/b.json"]], found.Matching("Train/*.json"));
        Assert.Equal(
            (folder["data/Writers/test"], folder["data/Writers/facts/Names.txt"]), (found.Files["test/"], found.Files["facts/names.txt"]));
    }

    [Fact]
    public void A_missing_set_offline_names_every_path_and_the_command()
    {
        using var folder = new TemporaryFolder();
        folder.WriteMnist("data/fashion-mnist");
        File.Delete(folder["data/fashion-mnist/t10k-labels-idx1-ubyte"]);
        var where = new DataLocations
        {
            DataPath = folder["data"],
            SystemPath = folder["system"],
            CachePath = folder["cache"],
            Offline = true
        };

        var error = Assert.Throws<AutoFlipException>(() => where.Require(IdxDataSet.FashionMnist, RunObserver.None));

        Assert.Equal(ExitCode.BadData, error.Code);
        Assert.Contains($"{folder["data/fashion-mnist"]} (lacks t10k-labels-idx1-ubyte)", error.Message);
        foreach (var path in (string[])["data/FashionMNIST", "data", "system/fashion-mnist", "cache/FashionMNIST"])
            Assert.Contains(folder[path] + ',', error.Message.Replace(". ", ",", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("RunOptions.Offline", error.Message);
        Assert.Contains("`DataLocations.Require FashionMNIST` or `apt-get install dataset-fashion-mnist`", error.Message);
    }

    [Fact]
    public void Sets_whose_files_have_the_names_of_another_set_are_marked()
    {
        var sets = Catalog.DataSets.Select(entry => entry.Value).ToList();

        var sharing = sets.Where(set =>
            sets.Any(other => other.Files.SequenceEqual(set.Files) && !other.Folders.SequenceEqual(set.Folders)));

        Assert.Equal(
            string.Join(' ', sharing.Select(set => set.Name).Order()),
            string.Join(' ', sets.Where(set => set.SharesFileNames).Select(set => set.Name).Order()));
    }

    [Theory]
    [InlineData("data/mnist", 0)]
    [InlineData("data/files", 1)]
    [InlineData("data/fashion-mnist", 1)]
    public void A_bare_folder_whose_name_does_not_say_which_set_it_is_draws_a_warning(string name, int warnings)
    {
        using var folder = new TemporaryFolder();
        folder.WriteMnist(name);
        var observer = new RecordingObserver();

        new DataLocations { DataPath = folder[name] }.Require(IdxDataSet.Mnist, observer);

        Assert.Equal(warnings, observer.Warnings.Count);
    }

    [Fact]
    public void Variables_decide_the_places()
    {
        var options = new RunOptions { DataPath = "d", Offline = true };

        var linux = DataLocations.Of(options, Variables(("HOME", "/home/me"), ("AUTOFLIP_DATA", "/srv")), windows: false);
        var xdg = DataLocations.Of(
            new RunOptions(), Variables(("HOME", "/h"), ("XDG_CACHE_HOME", "/cache"), ("AUTOFLIP_DATA", "")), windows: false);
        var windows = DataLocations.Of(new RunOptions(), Variables(("LOCALAPPDATA", "local")), windows: true);
        var bare = DataLocations.Of(new RunOptions(), Variables(), windows: false);

        Assert.Equal(("d", "/srv", "/usr/share/datasets"), (linux.DataPath, linux.SharedPath, linux.SystemPath));
        Assert.Equal(Path.Combine("/home/me", ".cache/autoflip"), linux.CachePath);
        Assert.True(linux.Offline);
        Assert.Equal((null, null, Path.Combine("/cache", "autoflip")), (xdg.DataPath, xdg.SharedPath, xdg.CachePath));
        Assert.Equal((null, Path.Combine("local", "autoflip")), (windows.SystemPath, windows.CachePath));
        Assert.Null(bare.CachePath);
        Assert.Contains("HOME", Assert.Throws<AutoFlipException>(() => bare.Require(IdxDataSet.Mnist, RunObserver.None)).Message);
    }

    static Func<string, string?> Variables(params (string Name, string Value)[] variables) =>
        name => variables.FirstOrDefault(variable => variable.Name == name).Value;
}
