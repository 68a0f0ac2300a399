using System.Text.Json;

namespace AutoFlip;

/// <summary>Content of the initial weights of a run, whatever their path.</summary>
/// <param name="Sha256">Of the safetensors file; of several, of their hashes in order of their names. Lower-case hex.</param>
/// <param name="Encoder">Sizes that the config beside them gives; null if there is none.</param>
sealed record PretrainedContent(string Sha256, EncoderShape? Encoder)
{
    static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>As a value of JSON.</summary>
    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, Json);

    /// <summary>Reads it from JSON.</summary>
    /// <exception cref="AutoFlipException">It is none (exit 2).</exception>
    public static PretrainedContent Parse(JsonElement element, string source)
    {
        try
        {
            if (element.Deserialize<PretrainedContent>(Json) is { } content && content.Encoder?.IsInRange != false) return content;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException)
        {
            throw Refused(source, e);
        }
        throw Refused(source);
    }

    static AutoFlipException Refused(string source, Exception? inner = null) => new(
        ExitCode.BadRequest, $"{source}: the field with the content of the initial weights is not as a run writes it.", inner);
}
