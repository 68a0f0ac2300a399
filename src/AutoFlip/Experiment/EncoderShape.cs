using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>Sizes of an encoder of text that no option sets: those of the published model, or of the config of a checkpoint.</summary>
public sealed record EncoderShape
{
    /// <summary>Most layers and feed-forward networks of a layer, and largest of the other sizes.</summary>
    public const int MostLayers = 1024, LargestSize = 1 << 16;

    /// <summary>Layers, 1 to <see cref="MostLayers"/>.</summary>
    public required int Layers { get; init; }

    /// <summary>Heads of attention.</summary>
    public required int Heads { get; init; }

    /// <summary>Neurons of a feed-forward network.</summary>
    public required int Neurons { get; init; }

    /// <summary>Most tokens of a text.</summary>
    public int Positions { get; init; } = 512;

    /// <summary>Rows of the table of types, of SqueezeBert and MobileBert.</summary>
    public int Types { get; init; } = 2;

    /// <summary>Dropout of attention's shares, in [0, 1).</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Groups of products, of SqueezeBert.</summary>
    public EncoderGroups Groups { get; init; } = new();

    /// <summary>Width inside a layer, of MobileBert.</summary>
    public int Inner { get; init; } = 128;

    /// <summary>Feed-forward networks of a layer, of MobileBert.</summary>
    public int Networks { get; init; } = 4;

    /// <summary>True if tanh(pooler) comes before the classifier, of MobileBert; SqueezeBert always has it.</summary>
    public bool Pooler { get; init; } = true;

    /// <summary>True if every size is in its range.</summary>
    [JsonIgnore]
    public bool IsInRange => Layers is >= 1 and <= MostLayers && Networks is >= 1 and <= MostLayers && AttentionDropout is >= 0 and < 1
        && Array.TrueForAll([Heads, Neurons, Positions, Types, Inner, .. Groups.All], size => size is >= 1 and <= LargestSize);
}

/// <summary>Groups of the products of SqueezeBert, each at least 1.</summary>
/// <param name="Query">Groups of queries.</param>
/// <param name="Key">Groups of keys.</param>
/// <param name="Value">Groups of values.</param>
/// <param name="AfterAttention">Groups of the product after attention.</param>
/// <param name="Intermediate">Groups of the product before the neurons.</param>
/// <param name="Output">Groups of the product after the neurons.</param>
public sealed record EncoderGroups(
    int Query = 4, int Key = 4, int Value = 4, int AfterAttention = 1, int Intermediate = 4, int Output = 4)
{
    /// <summary>All six.</summary>
    internal int[] All => [Query, Key, Value, AfterAttention, Intermediate, Output];
}
