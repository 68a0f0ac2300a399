using System.Text.Json;

namespace AutoFlip.Tests;

/// <summary>Numbers from PyTorch, torchvision and scikit-learn; Golden/README.md says what they are.</summary>
static class GoldenFile
{
    /// <summary>Reads one of the files.</summary>
    public static JsonElement Read(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", name)));
        return document.RootElement.Clone();
    }

    /// <summary>An array's elements. It must have some: a test over none would compare nothing.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement array) =>
        array.GetArrayLength() > 0 ? array.EnumerateArray() : throw new InvalidDataException("An array of the golden file is empty.");

    public static float[] Floats(this JsonElement array) => [.. array.Items().Select(value => value.GetSingle())];

    public static double[] Doubles(this JsonElement array) => [.. array.Items().Select(value => value.GetDouble())];

    public static int[] Ints(this JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetInt32())];
}
