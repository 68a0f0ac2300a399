namespace AutoFlip;

/// <summary>Makes an architecture for the shape of a sample and a number of outputs (classes, or 1 for a binary task).</summary>
/// <exception cref="AutoFlipException">It cannot work on such samples (exit 2): the message names layer and option.</exception>
public delegate Network ModelFactory(SampleShape input, int outputs, ModelOptions options);

/// <summary>What architectures can be told. Each reads what it knows and ignores the rest.</summary>
public sealed record ModelOptions
{
    /// <summary>Largest accepted values: products of them, of factors in architectures and of <see cref="WidthMultiplier"/> are whole numbers of 32 bits.</summary>
    internal const int LargestSize = 1 << 16, MostLayers = 1 << 10, GreatestDepth = 1 << 12, LargestWidenFactor = 64, LargestWidthMultiplier = 16;

    /// <summary>Width of hidden channels, neurons or cells, 1 to 65536.</summary>
    public int HiddenSize { get; init; } = 32;

    /// <summary>Dropout rate, in [0, 1); 0 turns it off.</summary>
    public double Dropout { get; init; }

    /// <summary>Layers of recurrent models, 1 to 1024.</summary>
    public int LayerCount { get; init; } = 4;

    /// <summary>Layers of WideResNet: 6n + 4, 10 to 4096.</summary>
    public int Depth { get; init; } = 28;

    /// <summary>How many times as wide as a plain residual network WideResNet is, 1 to 64.</summary>
    public int WidenFactor { get; init; } = 10;

    /// <summary>Factor on every width that is not fixed, above 0 and up to 16; widths are rounded, and at least 1. 1 is the published network. The
    /// <see cref="Catalog"/> applies it (<see cref="Network.Scaled"/>), to every architecture alike.</summary>
    public double WidthMultiplier { get; init; } = 1;

    /// <summary>Tokens that models of text know, at least 1: ids are 0 .. EmbeddingCount - 1.</summary>
    public int EmbeddingCount { get; init; } = 1000;

    /// <summary>Width of a token's embedding, 1 to 65536.</summary>
    public int EmbeddingSize { get; init; } = 512;

    /// <summary>The options of an experiment.</summary>
    public static ModelOptions Of(Experiment experiment) => new()
    {
        HiddenSize = experiment.HiddenSize,
        Dropout = experiment.Dropout,
        LayerCount = experiment.LayerCount,
        Depth = experiment.Depth,
        WidenFactor = experiment.WidenFactor,
        WidthMultiplier = experiment.WidthMultiplier,
        EmbeddingCount = experiment.EmbeddingCount,
        EmbeddingSize = experiment.EmbeddingSize,
    };
}
