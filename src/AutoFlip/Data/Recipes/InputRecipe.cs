using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>Encoding of raw input as the numbers that a network reads, so that a model can be used without its training data.</summary>
/// <remarks>A recipe gives, bit for bit, what the data set's own reader gave: both take the same steps.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ImageRecipe), "image")]
[JsonDerivedType(typeof(TableRecipe), "table")]
[JsonDerivedType(typeof(WordRecipe), "words")]
[JsonDerivedType(typeof(WordPieceRecipe), "wordpiece")]
[JsonDerivedType(typeof(SequenceRecipe), "sequence")]
[JsonDerivedType(typeof(CharacterRecipe), "characters")]
[JsonDerivedType(typeof(NumberRecipe), "numbers")]
public abstract record InputRecipe
{
    /// <summary>JSON format of recipes, and of the model cards that hold them.</summary>
    internal static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowOutOfOrderMetadataProperties = true,
        AllowDuplicateProperties = false,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // files, never markup
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    /// <summary>Most values of a sample that a file may claim.</summary>
    internal const int LargestSample = 1 << 24;

    /// <summary>Most steps of a sequence, and most tokens, that a file may claim.</summary>
    internal const int MostSteps = 1 << 16, MostTokens = 1 << 24;

    /// <summary>The shape of a sample.</summary>
    [JsonIgnore]
    public abstract SampleShape Shape { get; }

    /// <summary>Number of token ids, if samples are token ids; null if they are numbers.</summary>
    [JsonIgnore]
    public virtual int? Vocabulary => null;

    /// <summary>Reason why the recipe cannot be used, without a full stop; null if it can. Recipes come from files, which are not
    /// trusted.</summary>
    internal abstract string? Fault();

    /// <summary>Tests whether another recipe maps every input to the same numbers.</summary>
    internal bool Equivalent(InputRecipe other) => JsonSerializer.Serialize(this, Json) == JsonSerializer.Serialize(other, Json);

    private protected static bool IsShape(int channels, int height, int width) =>
        channels > 0 && height > 0 && width > 0 && (double)channels * height * width <= LargestSample;
}

/// <summary>Numbers that are read unchanged: encoded rows of a table, or token ids.</summary>
/// <param name="Channels">Channels of a sample.</param>
/// <param name="Height">Rows of each.</param>
/// <param name="Width">Values of each row.</param>
/// <param name="Tokens">Where the numbers are token ids, how many there are: ids are 0 .. Tokens - 1.</param>
public sealed record NumberRecipe(int Channels, int Height, int Width, int? Tokens = null) : InputRecipe
{
    /// <inheritdoc/>
    [JsonIgnore]
    public override SampleShape Shape => new(Channels, Height, Width);

    /// <inheritdoc/>
    [JsonIgnore]
    public override int? Vocabulary => Tokens;

    internal override string? Fault() => !IsShape(Channels, Height, Width) ? "sample shape is not valid"
        : Tokens is < 1 or > MostTokens ? $"a vocabulary needs 1 to {MostTokens} tokens"
        : null;

    /// <summary>Reads a row.</summary>
    /// <param name="fields">As many numbers as a sample has values.</param>
    /// <param name="into">[C, H, W]; all of it is written.</param>
    /// <returns>Why the row is refused, without a full stop; null if it is not.</returns>
    internal string? Encode(IReadOnlyList<string> fields, Span<float> into)
    {
        if (fields.Count != into.Length) return $"there are {fields.Count} values, and the model reads {into.Length}";
        for (var i = 0; i < into.Length; i++)
        {
            if (TextColumn.Number(fields[i]) is not { } number) return $"'{ColumnRecipe.Shortened(fields[i])}' is no number";
            if (Tokens is { } tokens && !(number >= 0 && number < tokens && double.IsInteger(number)))
                return $"'{ColumnRecipe.Shortened(fields[i])}' is no token: those are 0 to {tokens - 1}";
            into[i] = (float)number;
        }
        return null;
    }
}
