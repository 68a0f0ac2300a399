namespace AutoFlip.Tests;

/// <summary>What a test needs to know to build a model small.</summary>
/// <param name="Input">The smallest sample on which the test should run it.</param>
/// <param name="Options">Narrow widths and few layers.</param>
sealed record TinyModel(SampleShape Input, ModelOptions Options)
{
    /// <summary>Classes.</summary>
    public int Outputs { get; init; } = 10;
}

/// <summary>Every architecture of the catalogue, as small as it gets while nothing in it degenerates: one line each for those that differ.</summary>
static class TinyModels
{
    static readonly ModelOptions Narrow = new() { HiddenSize = 6, LayerCount = 2, Depth = 10, WidenFactor = 1 };
    static readonly ModelOptions Residual = Narrow with { HiddenSize = 2 }; // ends 64 times as wide
    static readonly ModelOptions Sixteenth = Narrow with { WidthMultiplier = 1.0 / 16 };
    static readonly ModelOptions Eighth = Narrow with { WidthMultiplier = 1.0 / 8 };
    static readonly TinyModel Usual = new(new SampleShape(3, 24, 24), Narrow);

    static readonly Dictionary<string, TinyModel> Others = new()
    {
        ["MobileNet"] = Usual with { Options = Eighth },
        ["SqueezeNet"] = Usual with { Options = Eighth },
        ["VGG9"] = Usual with { Options = Sixteenth },
        ["VGG9BN"] = Usual with { Options = Sixteenth },
        ["VGG11"] = Usual with { Options = Sixteenth },
        ["VGG11BN"] = Usual with { Options = Sixteenth },
        ["VGG13"] = new(new SampleShape(3, 32, 32), Sixteenth),
        ["VGG13BN"] = new(new SampleShape(3, 32, 32), Sixteenth),
        ["ResNet10"] = Usual with { Options = Residual },
        ["ResNet18"] = Usual with { Options = Residual },
        ["ResNet34"] = new(new SampleShape(3, 12, 12), Narrow with { HiddenSize = 1 }),
        ["MobileNeXt"] = Usual with { Options = Sixteenth },
        ["SqueezeNeXt"] = new(new SampleShape(3, 12, 12), Eighth),
        ["BIGCNN"] = new(new SampleShape(3, 32, 32), Sixteenth),
        ["WideResNet"] = new(new SampleShape(3, 12, 12), Narrow),
    };

    public static IEnumerable<TheoryDataRow<string>> Names => Catalog.Models.Names.Select(name => new TheoryDataRow<string>(name));

    public static TinyModel Of(string name) => Others.GetValueOrDefault(name, Usual);

    /// <summary>The model with its own number of outputs, or with that many.</summary>
    public static Network Create(string name, int? outputs = null)
    {
        var tiny = Of(name);
        return Catalog.Models[name](tiny.Input, outputs ?? tiny.Outputs, tiny.Options);
    }
}
