using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoFlip;

/// <summary><c>config.json</c> of Hugging Face's transformers, for the encoders of text: which network it describes.</summary>
/// <remarks>Missing fields have transformers' defaults. A field that changes the network in a way that ours cannot follow is
/// refused; fields that do not change it (the start of weights, the head of another task) are not read.</remarks>
static class HuggingFaceConfig
{
    /// <summary>The name of the file.</summary>
    public const string FileName = "config.json";

    const string TypeField = "model_type";
    const long LargestFile = 1 << 22;

    static readonly FrozenDictionary<string, string> TypeOf = new Dictionary<string, string>
    {
        [nameof(DistilBert)] = "distilbert",
        [nameof(SqueezeBert)] = "squeezebert",
        [nameof(MobileBert)] = "mobilebert",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Reads a config.</summary>
    /// <returns>The model by its name in the catalogue, and its options: the sizes of the config.</returns>
    /// <exception cref="AutoFlipException">It is missing or damaged, or describes another kind of network (exit 3).</exception>
    public static (string Model, ModelOptions Options) Read(string path)
    {
        using var json = Parse(path);
        var config = json.RootElement;
        if (config.ValueKind != JsonValueKind.Object) throw AutoFlipException.BadFile(path, "it is no JSON object");
        var type = config.TryGetProperty(TypeField, out var given) ? given.ToString() : "";
        var model = TypeOf.FirstOrDefault(pair => pair.Value == type).Key ?? throw AutoFlipException.BadFile(
            path, $"'{TypeField}' is '{ForeignText.Quote(type)}'. Accepted: {string.Join(", ", TypeOf.Values.Order())}");
        var options = EncoderFields.Of(model).Aggregate(
            new ModelOptions { Encoder = new() { Layers = 1, Heads = 1, Neurons = 1 } },
            (options, field) => field.Read(config, options, path));
        return EncoderFields.Misfit(model, options) is { } misfit ? throw AutoFlipException.BadFile(path, misfit) : (model, options);
    }

    /// <summary>The config of a network.</summary>
    /// <param name="model">Its name in the catalogue.</param>
    /// <param name="options">Its options, with <see cref="ModelOptions.Encoder"/>.</param>
    public static JsonObject Write(string model, ModelOptions options)
    {
        var config = new JsonObject { [TypeField] = TypeOf[model] };
        foreach (var field in EncoderFields.Of(model)) config[field.Name] = field.Write(options);
        return config;
    }

    static JsonDocument Parse(string path)
    {
        using var file = SafetensorsFile.OpenStream(path);
        if (file.Length > LargestFile) throw AutoFlipException.BadFile(path, "it is too large");
        try
        {
            return JsonDocument.Parse(file, new() { AllowDuplicateProperties = false });
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw AutoFlipException.BadFile(path, "it is not valid JSON, or names something twice", e);
        }
    }
}
