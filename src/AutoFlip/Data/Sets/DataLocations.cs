using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Folders that are searched for data sets, and settings of downloads.</summary>
/// <remarks>
/// In order: the data path, the shared path, the system's data sets, the cache. Below the first two each customary folder of the
/// set is tried, without regard to case, and then the path itself.
/// </remarks>
public sealed record DataLocations
{
    static readonly HttpClient Internet = new() { DefaultRequestHeaders = { { "User-Agent", "AutoFLIP" } } };

    /// <summary>The folder that the user named; null if none.</summary>
    public string? DataPath { get; init; }

    /// <summary>The folder in the variable AUTOFLIP_DATA; null if unset.</summary>
    public string? SharedPath { get; init; }

    /// <summary>Folder of data sets from the system's packages; null if the system has none.</summary>
    public string? SystemPath { get; init; }

    /// <summary>Folder of downloads; null if the system has none.</summary>
    public string? CachePath { get; init; }

    /// <summary>Do not download data sets.</summary>
    public bool Offline { get; init; }

    /// <summary>The HTTP client for downloads.</summary>
    public HttpClient Http { get; init; } = Internet;

    /// <summary>Longest time without data before a download is aborted.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The places of this machine.</summary>
    public static DataLocations Of(RunOptions options) =>
        Of(options, Environment.GetEnvironmentVariable, OperatingSystem.IsWindows());

    /// <summary>The places of a machine with these environment variables.</summary>
    internal static DataLocations Of(RunOptions options, Func<string, string?> variable, bool windows)
    {
        return new DataLocations
        {
            DataPath = options.DataPath,
            SharedPath = Get("AUTOFLIP_DATA"),
            SystemPath = windows ? null : "/usr/share/datasets",
            CachePath = windows
                ? Below(Get("LOCALAPPDATA"), "autoflip")
                : Below(Get("XDG_CACHE_HOME"), "autoflip") ?? Below(Get("HOME"), ".cache/autoflip"),
            Offline = options.Offline,
        };

        string? Get(string name) => variable(name) is { Length: > 0 } value ? value : null;

        static string? Below(string? path, string name) => path is null ? null : Path.Combine(path, name);
    }

    /// <summary>Looks for a set without fetching it.</summary>
    public DataSearch Locate(DataSet set)
    {
        if (set.Files.IsEmpty) return new DataSearch(set, DataFolder.BuiltIn, []);
        var tried = ImmutableArray.CreateBuilder<string>();
        foreach (var candidate in Candidates(set))
        {
            string? remark;
            try
            {
                if (DataFolder.Find(candidate, set, out remark) is { } folder) return new DataSearch(set, folder, tried.ToImmutable());
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                remark = e.Message;
            }
            tried.Add(remark is null ? candidate : $"{candidate} ({remark})");
        }
        return new DataSearch(set, null, tried.ToImmutable());
    }

    /// <summary>Searches for a set, and downloads it into the cache if it is not found.</summary>
    /// <exception cref="AutoFlipException">It was not found and cannot be downloaded (exit 3): the message lists the folders that were
    /// searched.</exception>
    public DataFolder Require(DataSet set, ILoadObserver observer, CancellationToken cancellation = default)
    {
        var search = Locate(set);
        if (search.Folder is { } found)
        {
            WarnIfAmbiguous(set, found, observer);
            return found;
        }
        if (set.Downloads.IsEmpty) throw AutoFlipException.BadData(search.NotFound("it has to be fetched by hand"));
        if (Offline) throw AutoFlipException.BadData(search.NotFound("this run may not download (RunOptions.Offline)"));
        if (CachePath is null)
            throw AutoFlipException.BadData(search.NotFound("there is no cache folder to download to: set HOME or XDG_CACHE_HOME"));
        try
        {
            Download.Get(set, Path.Combine(CachePath, set.Folders[0]), this, observer, cancellation);
        }
        catch (AutoFlipException e)
        {
            throw AutoFlipException.BadData(search.NotFound(e.Message), e);
        }
        return Locate(set).Folder ?? throw AutoFlipException.BadData(search.NotFound("the download did not bring all of its files"));
    }

    /// <summary>Folders in the order in which they are tried, spelled as on disk where they exist.</summary>
    IEnumerable<string> Candidates(DataSet set)
    {
        if (set.Place is { } place)
        {
            yield return place;
            yield break;
        }
        foreach (var root in (string?[])[DataPath, SharedPath])
        {
            if (root is null) continue;
            var folders = set.Folders.Prepend(set.Name).Distinct(StringComparer.OrdinalIgnoreCase);
            foreach (var folder in folders) yield return Resolve(root, folder);
            yield return root;
        }
        if (SystemPath is not null && set.SystemPackage is not null)
        {
            foreach (var folder in set.Folders) yield return Resolve(SystemPath, folder);
        }
        if (CachePath is not null) yield return Resolve(CachePath, set.Folders[0]);
    }

    static string Resolve(string root, string folder) =>
        folder.Split('/').Aggregate(root, (path, part) => Child(path, part) ?? Path.Combine(path, part));

    /// <summary>The folder of that name in any case; null if there is none, or its parent cannot be listed.</summary>
    static string? Child(string path, string name) => Directory.Exists(path)
        ? Directory.EnumerateDirectories(path, "*", new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = 0 })
            .Order(StringComparer.Ordinal)
            .FirstOrDefault(child => Path.GetFileName(child).Equals(name, StringComparison.OrdinalIgnoreCase))
        : null;

    /// <summary>MNIST, FashionMNIST and KMNIST use the same file names: only the folder's name tells them apart.</summary>
    void WarnIfAmbiguous(DataSet set, DataFolder found, ILoadObserver observer)
    {
        if (found.Path != DataPath && found.Path != SharedPath) return;
        if (!set.SharesFileNames) return;
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(found.Path)).Replace('\\', '/');
        if (set.Folders.Append(set.Name).Any(folder => path.EndsWith('/' + folder, StringComparison.OrdinalIgnoreCase))) return;
        observer.Warning($"'{found.Path}' holds files that could belong to several data sets; they are taken for {set.Name}.");
    }
}
