using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A data set that can be named: what it is, whose it is, where its files are looked for, and how they are read.</summary>
/// <param name="Name">The catalogue name.</param>
public abstract record DataSet(string Name)
{
    /// <summary>A short description.</summary>
    public required string Title { get; init; }

    /// <summary>The learning task; null if only the files determine it.</summary>
    public required LearningTask? Task { get; init; }

    /// <summary>The shape of a sample as published, before any resize; null if samples differ, or if only the files determine
    /// it.</summary>
    public required SampleShape? Shape { get; init; }

    /// <summary>Training samples as published.</summary>
    public required int TrainSamples { get; init; }

    /// <summary>Test samples as published; 0 if there is no test set.</summary>
    public required int TestSamples { get; init; }

    /// <summary>The licence as its authors state it, or that they state none.</summary>
    public required string Licence { get; init; }

    /// <summary>Reference to cite.</summary>
    public required string Citation { get; init; }

    /// <summary>
    /// Names of the files that reading needs, uncompressed; each may also lie there with <c>.gz</c> or <c>.bz2</c> behind it. A name may
    /// include a folder (<c>train/all.json</c>), be a pattern in one (<c>train/*.json</c>: at least one must match) or a folder
    /// (<c>train/</c>). Empty: built in.
    /// </summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>The files at their authors' address, or a mirror's; empty if the set is built in or has to be fetched by hand.</summary>
    public ImmutableArray<DataDownload> Downloads { get; init; } = [];

    /// <summary>Folders below a data path in which the files customarily lie. The first one is also the folder in the cache.</summary>
    public ImmutableArray<string> Folders { get; init; } = [];

    /// <summary>True if another set of the catalogue has files of the same names, so that only the folder tells the two apart.</summary>
    public bool SharesFileNames { get; init; }

    /// <summary>Folder of the files, if it is part of the set's name; null searches the default folders.</summary>
    public string? Place { get; init; }

    /// <summary>Address of the files for a download by hand, if no trustworthy record of their checksums allows an automatic
    /// one.</summary>
    public string? Origin { get; init; }

    /// <summary>Notes on the set: roles of its parts, and its split.</summary>
    public string? Remarks { get; init; }

    /// <summary>The Debian package that installs the files system-wide; null if there is none.</summary>
    public string? SystemPackage { get; init; }

    /// <summary>Bytes to download; 0 if the set is built in or has to be fetched by hand.</summary>
    public long DownloadBytes => Downloads.Sum(download => download.Bytes);

    /// <summary>Sentence on the files beside the samples that are not read; null if there are none.</summary>
    public virtual string? FilesPassedOver => null;

    /// <summary>The contract under which the files are read as the samples of one client: all of them, and none for testing. Null for a
    /// set that decides itself what its samples are.</summary>
    internal DataContract? Contract { get; init; }

    /// <summary>Tests whether a sample of a set without a test part is used for testing: every fifth is (the 5th, 10th, ...), unless all
    /// are a client's.</summary>
    /// <param name="row">Its place in the files' own order, from 0.</param>
    protected bool IsTest(int row) => Contract is null && row % 5 == 4;

    /// <summary>Finds the set, downloading it if need be and if allowed, and reads it.</summary>
    /// <param name="experiment">Decides on resize, normalisation and augmentation.</param>
    /// <param name="where">Where to look, and whether to download.</param>
    /// <param name="observer">Receives progress.</param>
    /// <param name="cancellation">Stops a download.</param>
    /// <exception cref="AutoFlipException">Missing or unreadable (exit 3).</exception>
    public abstract LoadedData Load(
        Experiment experiment, DataLocations where, ILoadObserver observer, CancellationToken cancellation = default);
}

/// <summary>Makes a data set of a kind that is named by a path.</summary>
/// <param name="path">The path; where it is relative, from here.</param>
/// <param name="experiment">Names the columns of tables, and how their cells are written.</param>
/// <param name="contract">The contract under which its files are the samples of one client; null for a set of its own.</param>
/// <exception cref="AutoFlipException">The path is empty (exit 2), or what is there cannot be such a set (exit 3).</exception>
public delegate DataSet DataSetKind(string path, Experiment experiment, DataContract? contract = null);

/// <summary>A file at its authors' address.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hex, as public checksum registries record it.</param>
/// <remarks>
/// Every download is checked by size and SHA-256. Files that were there already may have been compressed anew, so they are checked by
/// their structure (header, sizes, exact length, label range) and by gzip's own checksum.
/// </remarks>
public sealed record DataDownload(Uri Address, long Bytes, string Sha256)
{
    /// <summary>
    /// For an archive (.zip, .tar, .tar.gz, .tgz): the files that are taken out of it, by name without folders; a name that ends with '/'
    /// is a folder, wherever in the archive, that is taken with all that is in it. Empty: the file is kept as it is.
    /// </summary>
    public ImmutableArray<string> Members { get; init; } = [];

    /// <summary>The file's own name.</summary>
    public string Name => Path.GetFileName(Address.AbsolutePath);
}
