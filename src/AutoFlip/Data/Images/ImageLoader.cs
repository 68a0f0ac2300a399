namespace AutoFlip;

/// <summary>Loads the parts of a set of images: from the cache of decoded ones if it has them, otherwise made and cached.</summary>
/// <param name="Name">The set, for messages.</param>
/// <param name="Cache">The user's cache folder; null if there is none.</param>
/// <param name="Key">The identity of the set's files; null if they are not cached.</param>
/// <param name="Observer">Receives progress.</param>
/// <param name="Cancellation">Stops between some images and the next.</param>
sealed record ImageLoader(string Name, string? Cache, PixelKey? Key, ILoadObserver Observer, CancellationToken Cancellation)
{
    /// <summary>Loads one part.</summary>
    /// <param name="test">Whether the test part is wanted rather than the training part.</param>
    /// <param name="open">Opens it, if it is not in the cache.</param>
    /// <exception cref="AutoFlipException">An image cannot be made (exit 3).</exception>
    public ImageSet Load(bool test, Func<ImageSource> open)
    {
        if (Cache is null || Key is null) return open().InMemory(Progress, Cancellation);
        var cache = new PixelCache(Cache, Key, test);
        if (cache.Load() is { } cached) return cached;
        var source = open();
        return cache.Write(source, Progress, Observer, Cancellation) ?? source.InMemory(Progress, Cancellation);

        void Progress(double fraction) => Observer.Loading($"reading {Name}", test ? 0.8 + 0.2 * fraction : 0.8 * fraction);
    }

    /// <summary>Refuses images of unknown size that are not resized.</summary>
    /// <exception cref="AutoFlipException">No side is given (exit 2).</exception>
    public static void RequireSide(string name, int side)
    {
        if (side > 0) return;
        throw AutoFlipException.BadRequest(
            $"Experiment.Resize 0 keeps the images' size, and of those of {name} none is stated that all of them have. "
            + "Give the side that all are resized to, as in Experiment.Resize 64.");
    }
}
