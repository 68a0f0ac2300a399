namespace AutoFlip.Tests;

/// <summary>An architecture made small, and a sample that it can read.</summary>
/// <param name="Input">The sample's shape.</param>
/// <param name="Options">Narrow widths and few layers.</param>
sealed record SmallModel(SampleShape Input, ModelOptions Options);

/// <summary>The catalogue's architectures, each small and on samples that it can read: a line for each
/// that differs from the usual.</summary>
static class SmallModels
{
    const int Vocabulary = 11;

    static readonly ModelOptions Narrow = new()
    {
        HiddenSize = 6,
        LayerCount = 2,
        Depth = 10,
        WidenFactor = 1,
        EmbeddingCount = Vocabulary,
        EmbeddingSize = 6,
    };

    static readonly SmallModel Usual = new(new SampleShape(3, 24, 24), Narrow);

    /// <summary>Twelve heads of four, a quarter of everything: 3 heads, 768 neurons or fewer.</summary>
    static readonly SmallModel Encoder = new(new(7, 1, 1), Narrow with { HiddenSize = 48, EmbeddingSize = 48, WidthMultiplier = 0.25 });

    static readonly Dictionary<string, SmallModel> Others = new()
    {
        ["MobileNet"] = Scaled(40, 0.125),
        ["SqueezeNet"] = Scaled(24, 0.125),
        ["VGG9"] = Scaled(24, 0.0625),
        ["VGG9BN"] = Scaled(24, 0.0625),
        ["VGG11"] = Scaled(24, 0.0625),
        ["VGG11BN"] = Scaled(24, 0.0625),
        ["VGG13"] = Scaled(32, 0.0625),
        ["VGG13BN"] = Scaled(32, 0.0625),
        ["ResNet10"] = Hidden(24, 2), // the last stage is 64 times as wide
        ["ResNet18"] = Hidden(16, 2),
        ["ResNet34"] = Hidden(12, 1),
        ["MobileNeXt"] = Scaled(40, 0.0625),
        ["SqueezeNeXt"] = Scaled(16, 0.125),
        ["MobileViT"] = Scaled(64, 0.25),
        ["NextCharLSTM"] = Usual with { Input = new(7, 1, 1) },
        ["NextWordLSTM"] = Usual with { Input = new(7, 1, 1) },
        ["GRUClassifier"] = Usual with { Input = new(1, 7, 5) },
        ["DistilBert"] = Encoder,
        ["SqueezeBert"] = Encoder,
        ["MobileBert"] = Encoder,
        ["BIGCNN"] = Scaled(32, 0.0625),
        ["WideResNet"] = Scaled(16, 0.5),
        ["SimpleCNN"] = Scaled(12, 0.125),
        ["NIIDBenchCNN"] = Scaled(16, 0.5),
        ["HeteroFLCNN"] = Scaled(12, 0.0625),
    };

    /// <summary>A row per architecture.</summary>
    public static IEnumerable<TheoryDataRow<string>> Names => Catalog.Models.Names.Select(name => new TheoryDataRow<string>(name));

    /// <summary>Its sample and options.</summary>
    public static SmallModel Of(string name) => Others.GetValueOrDefault(name, Usual);

    /// <summary>The architecture of that name.</summary>
    /// <param name="name">Its name in the catalogue.</param>
    /// <param name="outputs">Its outputs, unless they are its vocabulary.</param>
    /// <param name="dropout">Its dropout rate.</param>
    public static Network Create(string name, int outputs = 10, double dropout = 0) =>
        Catalog.Models[name](Input(name), ScoresTokens(name) ? Vocabulary : outputs, Of(name).Options with { Dropout = dropout });

    /// <summary>A sample that it can read.</summary>
    public static SampleShape Input(string name) => Of(name).Input;

    /// <summary>Whether its outputs are the tokens that it reads, at every step.</summary>
    public static bool ScoresTokens(string name) => name == "NextWordLSTM";

    static SmallModel Scaled(int side, double factor) => new(new SampleShape(3, side, side), Narrow with { WidthMultiplier = factor });

    static SmallModel Hidden(int side, int size) => new(new SampleShape(3, side, side), Narrow with { HiddenSize = size });
}
