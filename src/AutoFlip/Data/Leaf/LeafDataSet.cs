using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A federated data set as LEAF's scripts leave it: JSON files of users' samples, for training and for test.
/// The users are its owners.</summary>
/// <remarks>Source: Caldas et al. 2018, arXiv:1812.01097. What its scripts write depends on their options (a share of the users, of a
/// user's samples); published are the totals.</remarks>
/// <param name="Name">The catalogue name.</param>
public abstract record LeafDataSet(string Name) : DataSet(Name)
{
    private protected const string Caldas = "S. Caldas et al. 2018, LEAF: a benchmark for federated settings, arXiv 1812.01097";
    internal const string TrainFiles = "train/*.json", TestFiles = "test/*.json";

    private protected static readonly ImmutableArray<string> BothParts = [TrainFiles, TestFiles];

    /// <summary>Users as published.</summary>
    public required int Users { get; init; }

    /// <summary>The customary folders of a set that LEAF keeps in a folder of its own.</summary>
    private protected static ImmutableArray<string> FoldersOf(string name, string leaf) =>
        [name, $"{leaf}/data", $"data/{leaf}/data", "data", "leaf-json", $"{name}/data", $"{name}/leaf-json"];

    /// <inheritdoc/>
    /// <remarks>Warns where there are fewer users or samples than published.</remarks>
    public sealed override LoadedData Load(
        Experiment experiment, DataLocations where, ILoadObserver observer, CancellationToken cancellation = default)
    {
        var folder = where.Require(this, observer, cancellation);
        var data = Decode(experiment, new LeafFolder(Name, folder, where.CachePath, observer, cancellation));
        var owners = data.Owners!;
        if (data.Train.Count != TrainSamples || owners.Names.Count != Users)
        {
            observer.Warning(
                $"{Name} in '{folder.Path}' has {owners.TrainRows} training and {data.Train.Count - owners.TrainRows} test samples "
                + $"of {owners.Names.Count} users; LEAF's whole set has {TrainSamples} of {Users}.");
        }
        var lost = owners.Names.Count - owners.OfRow.AsSpan(0, owners.TrainRows).ToArray().Distinct().Count();
        if (lost > 0) observer.Warning($"{Name} in '{folder.Path}': {lost} users have no training samples: they are no clients.");
        return data;
    }

    /// <summary>Reads the samples of both parts.</summary>
    private protected abstract LoadedData Decode(Experiment experiment, LeafFolder files);
}

/// <summary>The files of a LEAF set, while it is being loaded.</summary>
sealed class LeafFolder(string name, DataFolder folder, string? cache, ILoadObserver observer, CancellationToken cancellation)
{
    /// <summary>The folder of the files.</summary>
    public DataFolder Folder => folder;

    /// <summary>Reads all files of both parts, the training part first.</summary>
    /// <exception cref="AutoFlipException">A file is not LEAF's (exit 3), or there is nothing to train on.</exception>
    public LeafRows Read(LeafDecoder decoder, bool counted = true)
    {
        var train = ReadPart(LeafDataSet.TrainFiles, decoder, counted);
        if (decoder.Rows == 0) throw AutoFlipException.BadData($"The training files of {name} in '{folder.Path}' hold no samples.");
        return LeafRows.Of(train, ReadPart(LeafDataSet.TestFiles, decoder, counted));
    }

    /// <summary>Reads the training files alone.</summary>
    public void ReadTrain(LeafDecoder decoder, bool counted = true) => ReadPart(LeafDataSet.TrainFiles, decoder, counted);

    /// <summary>The images of both parts: from the cache of decoded ones if it has them, and otherwise into it if there is one.</summary>
    public ImageSet Cached(DataSet set, ImageSource source, int side)
    {
        var pixels = cache is null ? null : new PixelCache(cache, PixelKey.Of(set, folder, side), test: false);
        void Progress(double fraction) => observer.Loading($"decoding {name}", fraction);
        return pixels?.Load() ?? pixels?.Write(source, Progress, observer, cancellation) ?? source.InMemory(Progress, cancellation);
    }

    List<LeafUser> ReadPart(string pattern, LeafDecoder decoder, bool counted)
    {
        var users = new List<LeafUser>();
        var files = folder.Matching(pattern);
        for (var i = 0; i < files.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            observer.Loading($"reading {name}, {System.IO.Path.GetFileName(files[i])}", (double)i / files.Count);
            users.AddRange(DataFolder.ReadFile(files[i], (content, path) => LeafFile.Read(content, path, decoder, counted)));
        }
        observer.Loading($"reading {name}", 1);
        return users;
    }
}
