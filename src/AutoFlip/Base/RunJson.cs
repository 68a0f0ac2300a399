using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>JSON format of a run's files, for writing and for reading.</summary>
/// <remarks>Names are snake_case; undefined figures are null. Every object of a run directory carries a checksum
/// (XXH3) as its last member.</remarks>
public static class RunJson
{
    const long MostBytes = 1L << 30;

    /// <summary>Options for JSON on a single line.</summary>
    public static JsonSerializerOptions Line { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // files, never markup
        Converters = { new FiniteConverter() },
    };

    /// <summary>Indented, nulls written out.</summary>
    public static JsonSerializerOptions Document { get; } = new(Line)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    };

    /// <summary>An object as JSON with its checksum, in UTF-8, ending in a newline.</summary>
    public static byte[] Sealed<T>(T value, JsonSerializerOptions options)
    {
        var json = JsonSerializer.SerializeToNode(value, options)!.AsObject();
        json[Seal.Key] = Seal.Blank;
        var bytes = Encoding.UTF8.GetBytes(json.ToJsonString(options).ReplaceLineEndings("\n") + "\n");
        Seal.Fill(bytes.AsSpan(0, bytes.Length - 1), Seal.InJson(bytes)!.Value);
        return bytes;
    }

    /// <summary>Reads a file of one object; null if there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="remedy">What to do if it is damaged; null if there is nothing to do.</param>
    /// <exception cref="AutoFlipException">It cannot be read, or is damaged (exit 3).</exception>
    public static T? Load<T>(string path, string? remedy = null)
        where T : class
    {
        try
        {
            using var file = OwnFile.OpenRead(path);
            if (file.Length > MostBytes) throw AutoFlipException.BadFile(path, $"it is longer than {MostBytes >> 20} MB");
            var bytes = new byte[file.Length];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return Read<T>(bytes.AsSpan(0, length).TrimEnd("\r\n "u8), path, "", remedy, Seal.IsRequired(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.BadData($"'{path}' could not be read: {e.Message}", e);
        }
    }

    /// <summary>Reads an object and checks it: its checksum, the types of its members, what must not be missing, and its own rules
    /// (<see cref="IChecked"/>).</summary>
    /// <param name="json">The text, without a newline at its end.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="place">Where in the file, for messages: <c>, line 3,</c>; empty for the whole.</param>
    /// <param name="remedy">What to do if it is damaged; null if there is nothing to do.</param>
    /// <param name="isSealed">Whether it is damaged if it has no checksum.</param>
    /// <param name="options">How it was written; null as files of a run are.</param>
    /// <exception cref="AutoFlipException">It is damaged (exit 3): the message names file, place and what is expected there.</exception>
    public static T Read<T>(
        ReadOnlySpan<byte> json, string path, string place, string? remedy = null, bool isSealed = false,
        JsonSerializerOptions? options = null)
    {
        if (Seal.Fault(json, Seal.InJson(json), isSealed) is { } changed) throw Damaged(changed, path, place, remedy);
        T? value;
        try
        {
            value = JsonSerializer.Deserialize<T>(json, options ?? Line);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException or FormatException
            or OverflowException or ArgumentException)
        {
            throw Damaged(JsonFault.Explain(json, typeof(T), e), path, place, remedy, e);
        }
        if (value is null) throw Damaged("an object is expected instead of null", path, place, remedy);
        return JsonFault.Of(value) is { } fault ? throw Damaged(fault, path, place, remedy) : value;
    }

    static AutoFlipException Damaged(string why, string path, string place, string? remedy, Exception? inner = null) =>
        AutoFlipException.BadData($"'{path}'{place} is damaged: {why}{(remedy is null ? "" : $"; {remedy}")}.", inner);

    /// <summary>JSON has no NaN and no infinity: they are written as null and read back as NaN.</summary>
    sealed class FiniteConverter : JsonConverter<double>
    {
        public override bool HandleNull => true;

        public override double Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteNullValue();
        }
    }
}
