using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>Columns of tables with the samples of a federation.</summary>
/// <param name="Target">The column to be learnt.</param>
/// <param name="Input">The column of texts or images that the model reads; null if it reads those of a
/// <see cref="TableRecipe"/>.</param>
public sealed record SampleColumns(string Target, string? Input = null);

/// <summary>Properties of the data that server and clients agree on before the first round. It holds no samples, no numbers of samples, no
/// paths and no owners.</summary>
/// <remarks>
/// <para>A recipe may hold figures over all training rows: the words of a vocabulary, the categories of a column, its mean and
/// deviation.</para>
/// <para>Stored as JSON; fields are added, never renamed or removed. A contract from a file or a network may claim anything:
/// <see cref="Parse"/> refuses what cannot be.</para>
/// </remarks>
public sealed record DataContract
{
    const int LatestSchema = 1, MostBytes = 1 << 28, MostNamed = 20;

    /// <summary>Version of the JSON form.</summary>
    public int Schema { get; init; } = LatestSchema;

    /// <summary>The learning task, with the classes in the order of their numbers.</summary>
    public required LearningTask Task { get; init; }

    /// <summary>Encoding of raw input as a sample.</summary>
    public required InputRecipe Recipe { get; init; }

    /// <summary>Columns of tables with such samples; null if the data did not come from a table.</summary>
    public SampleColumns? Columns { get; init; }

    /// <summary>The shape of a sample.</summary>
    [JsonIgnore]
    public SampleShape Shape => Recipe.Shape;

    /// <summary>Token ids that samples hold; null if samples are numbers.</summary>
    [JsonIgnore]
    public int? Vocabulary => Recipe.Vocabulary;

    /// <summary>SHA-256 of <see cref="ToJson"/> in UTF-8, in lower-case hex: equal contracts, and only they, have equal ones.</summary>
    [JsonIgnore]
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToJson())));

    /// <summary>The samples in words, for messages.</summary>
    internal string Kind => Recipe switch
    {
        ImageRecipe => "images",
        TableRecipe => "rows of a table",
        TextRecipe => "texts",
        _ => "numbers",
    };

    /// <summary>Names of the first classes, for messages.</summary>
    internal string Classes => string.Join(", ", Task.ClassNames.Take(MostNamed)) + (Task.Classes > MostNamed ? ", ..." : "");

    /// <summary>The contract in its one form as JSON: a line, ending in a newline.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, InputRecipe.Json) + "\n";

    /// <summary>Writes <see cref="ToJson"/> to a file, so that its SHA-256 is the contract's.</summary>
    /// <param name="path">The file; replaced if it exists.</param>
    /// <exception cref="AutoFlipException">It cannot be written (exit 4).</exception>
    public void Write(string path) => AtomicFile.Write(path, ToJson());

    /// <summary>Reads the contract in a file.</summary>
    /// <exception cref="AutoFlipException">It cannot be read, is damaged, or describes data that cannot be (exit 3).</exception>
    public static DataContract Load(string path)
    {
        try
        {
            using var file = OwnFile.OpenRead(path);
            if (file.Length > MostBytes) throw AutoFlipException.BadFile(path, $"a data contract has at most {MostBytes >> 20} MiB");
            using var text = TextInput.Open(file, path);
            return Parse(text.ReadToEnd(), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var why = e is FileNotFoundException or DirectoryNotFoundException ? "it does not exist" : e.Message.TrimEnd('.');
            throw AutoFlipException.BadData($"The data contract '{path}' cannot be read: {why}.", e);
        }
    }

    /// <summary>Reads a contract.</summary>
    /// <param name="text">JSON.</param>
    /// <param name="name">The file or the peer that it came from, for messages.</param>
    /// <exception cref="AutoFlipException">It is damaged, or describes data that cannot be (exit 3).</exception>
    public static DataContract Parse(string text, string name)
    {
        var contract = RunJson.Read<DataContract>(
            Encoding.UTF8.GetBytes(text.TrimEnd()), name, ", data contract,", "a later version of the program may have written it",
            options: InputRecipe.Json);
        return contract.Fault() is { } fault
            ? throw AutoFlipException.BadFile(name, $"this data contract is wrong: {fault}")
            : contract;
    }

    string? Fault() => Schema is < 1 or > LatestSchema ? $"its schema is {Schema}, and 1 to {LatestSchema} are known"
        : Recipe.Fault() ?? Task.Fault() ?? (Task.ClassNames.Distinct(StringComparer.Ordinal).Count() < Task.Classes
            ? "two of its classes have the same name" : null);
}
