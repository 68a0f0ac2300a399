using System.Collections.Frozen;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>Experiments as JSON: <c>experiment.json</c> of a run, and the files people write for <c>autoflip run</c>.</summary>
/// <remarks>
/// What is written is complete: every field, in the order of <see cref="Experiment"/>, so that later defaults cannot change what a
/// file means. What is read may leave fields out, and may hold comments and trailing commas. <c>"algorithm": "autoflip"</c> is
/// FedAvg with the pruner autoflip, and an algorithm without a pruner prunes nothing, as on the command line.
/// </remarks>
public static class ExperimentFile
{
    /// <summary>Version of the format. Fields may be added without raising it.</summary>
    public const int Schema = 1;

    /// <summary>The name of the file in a run directory.</summary>
    public const string FileName = "experiment.json";

    static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // names stay readable; nothing here is ever put into a web page
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    static readonly PropertyInfo[] InOrder =
        [.. typeof(Experiment).GetProperties().Where(property => property.SetMethod is not null).OrderBy(property => property.MetadataToken)];

    static readonly FrozenDictionary<string, PropertyInfo> ByField =
        InOrder.ToFrozenDictionary(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name), StringComparer.Ordinal);

    /// <summary>A field about the run, not of the experiment: which samples its clients were dealt. No other run is held to it.</summary>
    const string DealField = "partition_sha256";

    /// <summary>Names of the fields, in order.</summary>
    public static IEnumerable<string> Fields => InOrder.Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));

    /// <summary>The version of this program, as <c>--version</c> and the files of a run give it.</summary>
    public static string ProgramVersion { get; } =
        typeof(Experiment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The experiment as JSON text, ending in a newline.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="partitionSha256">The deal of a run of it (<see cref="PartitionTable.Sha256"/>); null if there is no run yet.</param>
    public static string Write(Experiment experiment, string? partitionSha256 = null)
    {
        var fields = new Dictionary<string, object?> { ["schema"] = Schema, ["version"] = ProgramVersion };
        foreach (var property in InOrder)
            fields.Add(JsonNamingPolicy.CamelCase.ConvertName(property.Name), property.GetValue(experiment));
        if (partitionSha256 is not null) fields.Add(DealField, partitionSha256);
        return JsonSerializer.Serialize(fields, Json).ReplaceLineEndings("\n") + "\n";
    }

    /// <summary>Reads a file; a directory means the <c>experiment.json</c> in it.</summary>
    /// <exception cref="AutoFlipException">It does not exist or says something that is not accepted (exit 2).</exception>
    public static Experiment Load(string path)
    {
        var file = Directory.Exists(path) ? Path.Combine(path, FileName) : path;
        try
        {
            return Read(File.ReadAllText(file), file);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new AutoFlipException(ExitCode.BadRequest, $"The experiment file '{file}' cannot be read: "
                + (unreadable is FileNotFoundException or DirectoryNotFoundException ? "it does not exist." : unreadable.Message), unreadable);
        }
    }

    /// <summary>The deal of the run that wrote the file; null if it does not say.</summary>
    /// <param name="path">A file that <see cref="Load"/> accepts.</param>
    public static string? PartitionSha256Of(string path)
    {
        using var document = Parse(File.ReadAllText(path), path);
        return document.RootElement.TryGetProperty(DealField, out var deal) ? deal.ToString() : null;
    }

    /// <summary>Reads JSON text over the defaults. Ranges and names are not checked here: see <see cref="ExperimentRules"/>.</summary>
    /// <param name="json">An object with fields of <see cref="Experiment"/> in camelCase.</param>
    /// <param name="source">What to call the text in messages.</param>
    /// <exception cref="AutoFlipException">No JSON object, an unknown or repeated field, or a value of the wrong kind (exit 2).</exception>
    public static Experiment Read(string json, string source)
    {
        using var document = Parse(json, source);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw AutoFlipException.BadRequest($"{source}: a JSON object with the fields of an experiment is expected, such as {{ \"dataset\": \"CIFAR10\" }}.");

        var given = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var field in document.RootElement.EnumerateObject())
            if (!given.TryAdd(field.Name, ValueOf(field, source)))
                throw AutoFlipException.BadRequest($"{source}: the field '{field.Name}' is there twice.");

        var experiment = new Experiment();
        if (given.TryGetValue("algorithm", out var method) && !given.ContainsKey("pruner"))
        {
            experiment = ExperimentRules.WithMethod(experiment, (string)method!);
            given.Remove("algorithm");
        }
        else if (method is string name && name.Equals("autoflip", StringComparison.OrdinalIgnoreCase))
        {
            given["algorithm"] = ExperimentRules.WithMethod(experiment, name).Algorithm;
        }

        foreach (var (field, value) in given)
            if (ByField.TryGetValue(field, out var property)) property.SetValue(experiment, value); // a fresh record nobody else has seen
        return experiment;
    }

    static JsonDocument Parse(string json, string source)
    {
        try
        {
            return JsonDocument.Parse(json, Lenient);
        }
        catch (JsonException broken)
        {
            throw new AutoFlipException(ExitCode.BadRequest,
                $"{source}: this is not JSON (line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}).", broken);
        }
    }

    static object? ValueOf(JsonProperty field, string source)
    {
        if (field.Name == "schema")
            return field.Value.ValueKind == JsonValueKind.Number && field.Value.TryGetInt32(out var schema) && schema is >= 1 and <= Schema
                ? schema
                : throw AutoFlipException.BadRequest($"{source}: schema {field.Value} is not known. Accepted: 1 to {Schema}; a later version of the program may read it.");
        if (field.Name is "version" or DealField) return field.Value.ToString(); // for people, and for resuming: nothing that is run
        if (!ByField.TryGetValue(field.Name, out var property))
            throw AutoFlipException.BadRequest($"{source}: there is no field '{field.Name}'.{Nearest.Hint(field.Name, Fields)} Accepted: {string.Join(", ", Fields)}.");
        try
        {
            var value = field.Value.Deserialize(property.PropertyType, Json);
            return value is null && Nullable.GetUnderlyingType(property.PropertyType) is null || value is IEnumerable<string?> texts && texts.Contains(null) ? throw new JsonException() : value;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or NotSupportedException)
        {
            throw new AutoFlipException(ExitCode.BadRequest,
                $"{source}: field '{field.Name}': {field.Value.GetRawText()} is not accepted. Accepted: {Kind(property.PropertyType)}.", wrong);
        }
    }

    static string Kind(Type type) =>
        type.IsEnum ? string.Join(", ", Enum.GetNames(type).Select(name => $"\"{JsonNamingPolicy.CamelCase.ConvertName(name)}\""))
        : type == typeof(string) ? "a text"
        : type == typeof(bool) ? "true or false"
        : type == typeof(int) || type == typeof(ulong) ? "a whole number"
        : type == typeof(double) || type == typeof(decimal) ? "a number"
        : "a list of texts";
}
