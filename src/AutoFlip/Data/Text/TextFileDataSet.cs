namespace AutoFlip;

/// <summary>A data set whose texts are files each: what it adds to the facts is which files.</summary>
/// <param name="Name">Kind and path.</param>
sealed record TextFileDataSet(string Name) : TextDataSet(Name)
{
    const int LongestText = 1 << 24;

    /// <summary>The texts for training, in an order that depends on their names alone.</summary>
    public required Func<LearningTask, IEnumerable<LabelledFile>> Train { get; init; }

    /// <summary>The texts for testing; null if the set comes in one part: then every fifth is for testing.</summary>
    public Func<LearningTask, IEnumerable<LabelledFile>>? Test { get; init; }

    /// <summary>Describes files beside the texts that are not read.</summary>
    public required Func<string?> PassedOver { get; init; }

    /// <inheritdoc/>
    public override string? FilesPassedOver => PassedOver();

    /// <inheritdoc/>
    private protected override List<int> Read(DataFolder folder, bool train, ITextSink texts, CancellationToken cancellation)
    {
        try
        {
            return Test is null
                ? ReadFiles(Train(Task!).Where((_, row) => IsTest(row) != train), texts, cancellation)
                : ReadFiles((train ? Train : Test)(Task!), texts, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.Unreadable(folder.Path, e);
        }
    }

    /// <summary>Hands on the text of each file, strict UTF-8, and returns their classes.</summary>
    /// <exception cref="AutoFlipException">A file cannot be read or is too long (exit 3).</exception>
    public static List<int> ReadFiles(IEnumerable<LabelledFile> files, ITextSink texts, CancellationToken cancellation)
    {
        var labels = new List<int>();
        foreach (var (path, label) in files)
        {
            cancellation.ThrowIfCancellationRequested();
            if (new FileInfo(path).Length > LongestText) throw AutoFlipException.BadFile(path, $"a text of more than {LongestText} bytes");
            texts.Add(ReadText(path, reader => reader.ReadToEnd()));
            labels.Add(label);
        }
        return labels;
    }
}
