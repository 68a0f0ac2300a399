using System.Collections.Immutable;
using System.Text.Json;

namespace AutoFlip;

/// <summary>Types of columns as Hugging Face's library datasets writes them beside the data of a Parquet file: a JSON object of its
/// features in the note <c>huggingface</c>.</summary>
/// <param name="Images">Names of the columns of images, in the order of the features.</param>
/// <param name="Texts">Names of the columns of texts.</param>
/// <param name="Classes">Names of the classes of each column of classes.</param>
/// <param name="Count">Number of features.</param>
sealed record HuggingFaceFeatures(
    ImmutableArray<string> Images, ImmutableArray<string> Texts, ImmutableArray<(string Column, ImmutableArray<string> Names)> Classes,
    int Count)
{
    const string Note = "huggingface";

    /// <summary>No features.</summary>
    public static HuggingFaceFeatures None { get; } = new([], [], [], 0);

    /// <summary>Names of the classes of a column by code; null if it is none of classes.</summary>
    public IReadOnlyList<string>? ClassesOf(string column) =>
        Classes.FirstOrDefault(one => one.Column == column) is { Column: not null } found ? found.Names : null;

    /// <summary>Reads the note of a file.</summary>
    /// <param name="notes">Texts by name.</param>
    /// <exception cref="InvalidDataException">There is a note, and it is no description of features.</exception>
    public static HuggingFaceFeatures Of(IReadOnlyDictionary<string, string> notes)
    {
        if (!notes.TryGetValue(Note, out var text)) return None;
        try
        {
            using var json = JsonDocument.Parse(text);
            if (!json.RootElement.TryGetProperty("info", out var info) || !info.TryGetProperty("features", out var features)) return None;
            return Of([.. features.EnumerateObject().Select(feature => (feature.Name, feature.Value))]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException("its note 'huggingface' does not describe features as the library datasets does", e);
        }
    }

    static HuggingFaceFeatures Of((string Name, JsonElement Value)[] features) => new(
        [.. features.Where(feature => TypeOf(feature.Value) == "Image").Select(feature => feature.Name)],
        [.. features.Where(feature => IsText(feature.Value)).Select(feature => feature.Name)],
        [.. features.Where(feature => TypeOf(feature.Value) == "ClassLabel" && feature.Value.TryGetProperty("names", out _))
            .Select(feature => (feature.Name, NamesOf(feature.Name, feature.Value.GetProperty("names"))))],
        features.Length);

    static bool IsText(JsonElement feature) => TypeOf(feature) == "Value"
        && feature.TryGetProperty("dtype", out var type) && type.GetString() is ("string" or "large_string");

    static string? TypeOf(JsonElement feature) =>
        feature.ValueKind == JsonValueKind.Object && feature.TryGetProperty("_type", out var type) ? type.GetString() : null;

    static ImmutableArray<string> NamesOf(string column, JsonElement list)
    {
        ImmutableArray<string> names = [.. list.EnumerateArray().Select(name => name.GetString() ?? "")];
        return names.Distinct().Count() == names.Length ? names
            : throw new InvalidDataException($"two classes of the column '{ForeignText.Quote(column)}' have the same name");
    }
}
