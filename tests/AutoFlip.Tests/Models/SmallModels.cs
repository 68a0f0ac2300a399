namespace AutoFlip.Tests;

/// <summary>The catalogue's architectures, each small and on samples that it can read.</summary>
static class SmallModels
{
    const int Vocabulary = 11;

    static readonly ModelOptions Options = new() { HiddenSize = 6, WidthDivisor = 16, LayerCount = 2, EmbeddingCount = Vocabulary, EmbeddingSize = 6 };

    /// <summary>A row per architecture.</summary>
    public static IEnumerable<TheoryDataRow<string>> Names => Catalog.Models.Names.Select(name => new TheoryDataRow<string>(name));

    /// <summary>The architecture of that name.</summary>
    /// <param name="name">Its name in the catalogue.</param>
    /// <param name="outputs">Its outputs, unless they are its vocabulary.</param>
    /// <param name="dropout">Its dropout rate.</param>
    public static Network Create(string name, int outputs = 10, double dropout = 0) =>
        Catalog.Models[name](Input(name), ScoresTokens(name) ? Vocabulary : outputs, Options with { Dropout = dropout });

    /// <summary>A sample that it can read.</summary>
    public static SampleShape Input(string name) => name switch
    {
        "NextCharLSTM" or "NextWordLSTM" => new(7, 1, 1),
        "GRUClassifier" => new(1, 7, 5),
        "MobileViT" => new(3, 64, 64),
        _ => new(3, 24, 24),
    };

    /// <summary>Whether its outputs are the tokens that it reads, at every step.</summary>
    public static bool ScoresTokens(string name) => name == "NextWordLSTM";
}
