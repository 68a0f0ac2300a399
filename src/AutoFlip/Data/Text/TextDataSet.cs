namespace AutoFlip;

/// <summary>A data set of texts, each of one class: cut into words, and words into the ids of a vocabulary
/// built from the training texts; or into the pieces of a WordPiece vocabulary (<see cref="Experiment.Tokenizer"/>).</summary>
/// <remarks>
/// For words, files are read twice, for their counts and for their ids, so that memory is the ids (2 bytes a word, 4 with more than 65,536
/// embeddings, up to <see cref="Experiment.SequenceLength"/> words a text), 16 bytes a text, and 80 for each different word.
/// </remarks>
/// <param name="Name">The catalogue name.</param>
public abstract record TextDataSet(string Name) : DataSet(Name)
{
    /// <inheritdoc/>
    /// <remarks>Warns where the files hold other numbers of samples than the published set does, if those are known.</remarks>
    public sealed override LoadedData Load(
        Experiment experiment, DataLocations where, ILoadObserver observer, CancellationToken cancellation = default)
    {
        var folder = where.Require(this, observer, cancellation);
        var recipe = TextSamples.RecipeOf(experiment, Contract, counts =>
        {
            observer.Loading($"counting the words of {Name}", 0);
            Read(folder, train: true, counts, cancellation);
        });
        observer.Loading($"reading {Name}", 0.4);
        var train = Encoded(train: true);
        observer.Loading($"reading {Name}", 0.9);
        var test = Contract is null ? Encoded(train: false) : null;
        observer.Loading($"reading {Name}", 1);
        if (FilesPassedOver is { } passedOver) observer.Warning(passedOver);
        if (TrainSamples > 0 && (train.Count != TrainSamples || test!.Count != TestSamples))
        {
            observer.Warning($"{Name} in '{folder.Path}' has {train.Count} training and {test!.Count} test texts; " +
                $"the published set has {TrainSamples} and {TestSamples}.");
        }
        return new LoadedData(train, test, Task!);

        TokenSet Encoded(bool train)
        {
            var texts = new TextSamples(recipe);
            int[] labels = [.. Read(folder, train, texts, cancellation)];
            if (labels.Length == 0)
                throw AutoFlipException.BadData($"The {(train ? "training" : "test")} files of {Name} in '{folder.Path}' hold no texts.");
            return texts.With(Targets.Classes(labels));
        }
    }

    /// <summary>Hands on all texts of one part.</summary>
    /// <returns>The class of each.</returns>
    private protected abstract List<int> Read(DataFolder folder, bool train, ITextSink texts, CancellationToken cancellation);

    /// <summary>Reads a file as strict UTF-8.</summary>
    private protected static T ReadText<T>(string path, Func<TextReader, T> read) => DataFolder.ReadFile(path, (content, file) =>
    {
        using var reader = TextInput.Open(content, file);
        return read(reader);
    });
}
