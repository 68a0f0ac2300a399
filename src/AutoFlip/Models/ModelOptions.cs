using System.Reflection;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>Makes an architecture for the shape of a sample and a number of outputs (classes, or 1 for a binary task).</summary>
/// <exception cref="AutoFlipException">It cannot work on such samples (exit 2): the message names layer and option.</exception>
public delegate Network ModelFactory(SampleShape input, int outputs, ModelOptions options);

/// <summary>Options of architectures. Each reads its own and ignores the rest.</summary>
public sealed record ModelOptions
{
    /// <summary>Width of hidden channels, neurons or cells, 1 to 65536.</summary>
    public int HiddenSize { get; init; } = 32;

    /// <summary>Dropout rate, in [0, 1); 0 turns it off.</summary>
    public double Dropout { get; init; }

    /// <summary>Layers of recurrent models, 1 to 1024.</summary>
    public int LayerCount { get; init; } = 4;

    /// <summary>Layers of WideResNet: 6n + 4, 10 to 4096.</summary>
    public int Depth { get; init; } = 28;

    /// <summary>Width of WideResNet as a multiple of a plain residual network's, 1 to 64.</summary>
    public int WidenFactor { get; init; } = 10;

    /// <summary>Factor on every width that is not fixed, above 0 and up to 16; widths are rounded, and at least 1. 1 is the published
    /// network. The <see cref="Catalog"/> applies it (<see cref="Network.Scaled"/>), to every architecture alike.</summary>
    public double WidthMultiplier { get; init; } = 1;

    /// <summary>Vocabulary size of models of text, at least 1: ids are 0 .. EmbeddingCount - 1.</summary>
    public int EmbeddingCount { get; init; } = 1000;

    /// <summary>Width of a token's embedding, 1 to 65536.</summary>
    public int EmbeddingSize { get; init; } = 512;

    /// <summary>Excludes padding, id 0, from attention in encoders of text.</summary>
    public bool AttentionMask { get; init; } = true;

    /// <summary>Sizes of an encoder of text from the config of a checkpoint; null for the published ones.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EncoderShape? Encoder { get; init; }

    static readonly (PropertyInfo Own, PropertyInfo Asked)[] Properties =
        [.. typeof(ModelOptions).GetProperties().Where(own => own.CanWrite && own.Name != nameof(Encoder))
            .Select(own => (own, typeof(Experiment).GetProperty(own.Name)!))];

    /// <summary>The options of an experiment: its properties of the same names, and the sizes of its initial weights.</summary>
    public static ModelOptions Of(Experiment experiment)
    {
        var options = new ModelOptions { Encoder = experiment.Content?.Encoder };
        foreach (var (own, asked) in Properties) own.SetValue(options, asked.GetValue(experiment)); // fresh: nobody else has seen it
        return options;
    }

    /// <summary>Options of a published encoder of text, uncased; null for models that are no encoder of text.</summary>
    public static ModelOptions? Published(string model) => model switch
    {
        nameof(DistilBert) => new() { EmbeddingCount = 30_522, HiddenSize = 768, Encoder = DistilBert.Published },
        nameof(SqueezeBert) => new() { EmbeddingCount = 30_528, HiddenSize = 768, EmbeddingSize = 768, Encoder = SqueezeBert.Published },
        nameof(MobileBert) => new()
        {
            EmbeddingCount = 30_522,
            HiddenSize = 512,
            EmbeddingSize = 128,
            Encoder = MobileBert.Published with { Pooler = false },
        },
        _ => null,
    };

    /// <summary>True if every option is in its range (<see cref="ExperimentOptions"/>).</summary>
    [JsonIgnore]
    public bool AreInRange => Encoder?.IsInRange != false
        && Properties.All(property => ExperimentOptions.Of(property.Own.Name).Accepts(property.Own.GetValue(this)));
}
