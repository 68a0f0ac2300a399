namespace AutoFlip;

/// <summary>IMDB: film reviews, one in a file, in a folder for each part and opinion.</summary>
public sealed record ImdbDataSet() : TextDataSet("IMDB")
{
    /// <summary>The set.</summary>
    public static ImdbDataSet Instance { get; } = new()
    {
        Title = "film reviews, good or bad",
        Task = LearningTask.Classification("negative", "positive"),
        Shape = null,
        TrainSamples = 25000,
        TestSamples = 25000,
        Files = ["train/neg/*.txt", "train/pos/*.txt", "test/neg/*.txt", "test/pos/*.txt"],
        Folders = ["IMDB", "aclImdb", "IMDB/aclImdb"],
        Downloads =
        [
            new(new Uri("http://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"), 84125825,
                "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe")
            {
                Members = ["train/", "test/"],
            },
        ],
        Licence = "none stated",
        Citation = "A. Maas et al. 2011, Learning word vectors for sentiment analysis, ACL",
    };

    /// <inheritdoc/>
    private protected override List<int> Read(DataFolder folder, bool train, ITextSink texts, CancellationToken cancellation) =>
        TextFileDataSet.ReadFiles(
            ((int[])[0, 1]).SelectMany(label =>
                folder.Matching(Files[(train ? 0 : 2) + label]).Select(path => new LabelledFile(path, label))),
            texts, cancellation);
}
