namespace AutoFlip;

/// <summary>Says which image files a part of a data set consists of, and their classes.</summary>
/// <param name="folder">Where the set is.</param>
/// <param name="task">Its classes.</param>
delegate IEnumerable<LabelledFile> ImageList(DataFolder folder, LearningTask task);

/// <summary>A data set whose images are files each: what it adds to the facts is which files.</summary>
/// <param name="Name">The catalogue name.</param>
public sealed record ImageFileDataSet(string Name) : ImageDataSet(Name)
{
    /// <summary>The images for training, in an order that depends on their names alone.</summary>
    internal ImageList Train { get; init; } = (_, _) => [];

    /// <summary>The images for testing; null if the set comes in one part: then every fifth is for testing.</summary>
    internal ImageList? Test { get; init; }

    /// <summary>Describes files beside the images that are not read; null to skip this.</summary>
    internal Func<string?> PassedOver { get; init; } = () => null;

    /// <inheritdoc/>
    public override string? FilesPassedOver => PassedOver();

    /// <summary>True for grey images, false for red, green, blue.</summary>
    public bool Grey { get; init; }

    /// <inheritdoc/>
    protected override ImageSet Read(DataFolder folder, bool test) => Open(folder, test, side: 0).InMemory();

    /// <inheritdoc/>
    internal override ImageSource Open(DataFolder folder, bool test, int side)
    {
        List<LabelledFile> files;
        try
        {
            files = Test is null
                ? [.. Train(folder, Task!).Where((_, row) => IsTest(row) == test)]
                : [.. (test ? Test : Train)(folder, Task!)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.Unreadable(folder.Path, e);
        }
        if (files.Count == 0) throw AutoFlipException.BadFile(folder.Path, $"it holds no {(test ? "test" : "training")} images of {Name}");
        var shape = side > 0 ? new SampleShape(Grey ? 1 : 3, side, side) : Shape!.Value;
        return new ImageFiles(files, shape, resize: side > 0 || Contract is not null);
    }
}
