using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoFlip;

/// <summary>A field of a <c>config.json</c> of Hugging Face's transformers, and the option of our network that it stands for.</summary>
/// <param name="Name">The field.</param>
/// <param name="Usual">Its value where it is missing.</param>
/// <param name="Accepted">What is accepted, for messages.</param>
/// <param name="Parse">Reads a value; null if it is not accepted.</param>
/// <param name="Get">Its value in a network's options.</param>
/// <param name="Set">Puts a value into a network's options.</param>
sealed record ConfigField(
    string Name, object Usual, string Accepted, Func<JsonElement, object?> Parse, Func<ModelOptions, object> Get,
    Func<ModelOptions, object, ModelOptions> Set)
{
    /// <summary>A whole number of at least 1.</summary>
    public static ConfigField Size(
        string name, int usual, Func<ModelOptions, int> get, Func<ModelOptions, int, ModelOptions> set,
        int most = EncoderShape.LargestSize) => new(
            name, usual, $"a whole number from 1 to {most}",
            value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 1 && number <= most
                ? number
                : null,
            options => get(options), (options, value) => set(options, (int)value));

    /// <summary>A size that no option sets.</summary>
    public static ConfigField ShapeSize(
        string name, int usual, Func<EncoderShape, int> get, Func<EncoderShape, int, EncoderShape> set,
        int most = EncoderShape.LargestSize) => Size(
            name, usual, options => get(options.Encoder!), (options, value) => options with { Encoder = set(options.Encoder!, value) },
            most);

    /// <summary>A dropout rate.</summary>
    public static ConfigField Rate(
        string name, double usual, Func<ModelOptions, double> get, Func<ModelOptions, double, ModelOptions> set) => new(
            name, usual, "a number in [0, 1)",
            value => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var rate) && rate is >= 0 and < 1 ? rate : null,
            options => get(options), (options, value) => set(options, (double)value));

    /// <summary>True or false.</summary>
    public static ConfigField Flag(
        string name, bool usual, Func<EncoderShape, bool> get, Func<EncoderShape, bool, EncoderShape> set) => new(
            name, usual, "true or false",
            value => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null,
            options => get(options.Encoder!), (options, value) => options with { Encoder = set(options.Encoder!, (bool)value) });

    /// <summary>A field of which one value only is supported; null means that value too.</summary>
    public static ConfigField Only(string name, object value) => new(
        name, value, $"{Json(value).ToJsonString()}, the only one that is supported",
        given => given.ValueKind == JsonValueKind.Null || Equal(given, value) ? value : null, _ => value, (options, _) => options);

    /// <summary>Reads the field of a config into options.</summary>
    /// <exception cref="AutoFlipException">Its value is not accepted (exit 3).</exception>
    public ModelOptions Read(JsonElement config, ModelOptions options, string path)
    {
        if (!config.TryGetProperty(Name, out var given)) return Set(options, Usual);
        return Parse(given) is { } value
            ? Set(options, value)
            : throw AutoFlipException.BadFile(
                path, $"'{Name}' is {ForeignText.Quote(given.GetRawText())}. Accepted: {Accepted}");
    }

    /// <summary>The field's value as JSON.</summary>
    public JsonNode Write(ModelOptions options) => Json(Get(options));

    static JsonNode Json(object value) => value switch
    {
        double rate => JsonNode.Parse(rate == Math.Truncate(rate) // as Python writes it
            ? rate.ToString("0.0", CultureInfo.InvariantCulture)
            : rate.ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant())!,
        _ => JsonValue.Create(value)!,
    };

    static bool Equal(JsonElement given, object value) => value switch
    {
        string text => given.ValueKind == JsonValueKind.String && given.ValueEquals(text),
        bool flag => given.ValueKind == (flag ? JsonValueKind.True : JsonValueKind.False),
        _ => given.ValueKind == JsonValueKind.Number && given.TryGetDouble(out var number)
            && number == Convert.ToDouble(value, CultureInfo.InvariantCulture),
    };
}
