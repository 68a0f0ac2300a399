namespace AutoFlip;

/// <summary>A data set of images with labels: decoded and resized once, cached, augmented as it is read.</summary>
/// <param name="Name">The catalogue name.</param>
public abstract record ImageDataSet(string Name) : DataSet(Name)
{
    /// <summary>Remark on data sets that are published in one part.</summary>
    protected const string EveryFifth = "published in one part; every fifth image is for testing";

    /// <inheritdoc/>
    /// <remarks>Images come from the cache of decoded ones if it has them (see <see cref="PixelCache"/>). Warns where the files hold other
    /// numbers of samples than the published set does.</remarks>
    public sealed override LoadedData Load(
        Experiment experiment, DataLocations where, ILoadObserver observer, CancellationToken cancellation = default)
    {
        if (Shape is null) ImageLoader.RequireSide(Name, experiment.Resize);
        var folder = where.Require(this, observer, cancellation);
        var transform = ImageTransform.Of(experiment);
        var side = Contract is null ? experiment.Resize : 0;
        var key = Files.IsEmpty || where.CachePath is null ? null : PixelKey.Of(this, folder, side);
        var loader = new ImageLoader(Name, where.CachePath, key, observer, cancellation);
        observer.Loading($"reading {Name}", 0);
        var train = Part(test: false).With(transform);
        var test = Contract is null ? Part(test: true).With(transform) : null;
        observer.Loading($"reading {Name}", 1);
        if (FilesPassedOver is { } passedOver) observer.Warning(passedOver);
        if (TrainSamples > 0 && (train.Count != TrainSamples || test!.Count != TestSamples))
        {
            observer.Warning($"{Name} in '{folder.Path}' has {train.Count} training and {test!.Count} test images; " +
                $"the published set has {TrainSamples} and {TestSamples}.");
        }
        return new LoadedData(train, test, Task!);

        ImageSet Part(bool test) => loader.Load(test, () => Open(folder, test, side));
    }

    /// <summary>Reads the images of one part at their native size.</summary>
    /// <param name="folder">Where the files are.</param>
    /// <param name="test">Whether the test part is wanted rather than the training part.</param>
    protected abstract ImageSet Read(DataFolder folder, bool test);

    /// <summary>Opens one part, to be made at the size that is wanted.</summary>
    /// <param name="folder">Where the files are.</param>
    /// <param name="test">Whether the test part is wanted rather than the training part.</param>
    /// <param name="side">Side of the squares that images become; 0 keeps their size.</param>
    internal virtual ImageSource Open(DataFolder folder, bool test, int side) => new ResizedImages(Read(folder, test), side);
}
