using System.Collections.Frozen;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>Experiments as JSON: <c>experiment.json</c> of a run, and the files people write for <c>autoflip run</c>.</summary>
/// <remarks>
/// What is written is complete: every field, in the order of <see cref="Experiment"/>, so that later defaults cannot change what a file
/// means. What is read may leave fields out, and may hold comments and trailing commas. <c>"algorithm": "autoflip"</c> is FedAvg with the
/// pruner autoflip, and an algorithm without a pruner prunes nothing, as on the command line. <c>"base": "other.json"</c> begins with the
/// experiment of another file beside it.
/// <para>The file of a run also lists its <c>derived</c> values (<see cref="DerivedValue"/>). Used as a base, such a file gives the
/// requested values; read as a run, it gives the values that ran.</para>
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
        [.. ExperimentOptions.All.Select(option => option.Property).OrderBy(property => property.MetadataToken)];

    static readonly FrozenDictionary<string, PropertyInfo> ByField =
        InOrder.ToFrozenDictionary(FieldOf, StringComparer.Ordinal);

    /// <summary>A field about the run, not of the experiment: the hash of its partition. It does not bind other runs.</summary>
    const string PartitionField = "partition_sha256";

    /// <summary>A field about the run: which of its values were derived, and what was asked for.</summary>
    const string DerivedField = "derived";

    /// <summary>A field about the run: the content of its initial weights.</summary>
    const string ContentField = "pretrainedContent";

    /// <summary>Another file that an experiment begins with.</summary>
    const string BaseField = "base";

    /// <summary>Fields that make a file a table of experiments: an experiment table.</summary>
    internal const string SeedsField = "seeds", RowsField = "rows", GridField = "grid", BaselineField = "baseline";

    static readonly string[] TableFields = [SeedsField, RowsField, GridField, BaselineField];

    /// <summary>Names of the fields, in order.</summary>
    public static IEnumerable<string> Fields => InOrder.Select(FieldOf);

    /// <summary>The version of this program, as <c>--version</c> and the files of a run give it.</summary>
    public static string ProgramVersion { get; } =
        typeof(Experiment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The experiment as JSON text, ending in a newline.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="partitionSha256">Hash of the partition of its run (PartitionTable.Sha256); empty if its clients are on other
    /// machines, null if there is no run yet.</param>
    public static string Write(Experiment experiment, string? partitionSha256 = null)
    {
        var fields = new Dictionary<string, object?> { ["schema"] = Schema, ["version"] = ProgramVersion };
        foreach (var property in InOrder)
            fields.Add(FieldOf(property), property.GetValue(experiment));
        foreach (var (option, value) in experiment.Options) fields.Add(option.Name, value);
        if (partitionSha256 is not null)
        {
            fields.Add(
                DerivedField,
                experiment.Derived.ToDictionary(
                    derived => FieldOf(derived.Property), derived => new { asked = derived.Asked, value = derived.Value }));
            if (experiment.Content is { } content) fields.Add(ContentField, content.ToJson());
            fields.Add(PartitionField, partitionSha256);
        }
        return JsonSerializer.Serialize(fields, Json).ReplaceLineEndings("\n") + "\n";
    }

    /// <summary>Reads the experiment of a run directory, derived values as they are. The program wrote it, so what
    /// is wrong with it is damage.</summary>
    /// <param name="directory">The run directory.</param>
    /// <param name="schema">What fields there are besides.</param>
    /// <exception cref="AutoFlipException">It does not exist or is damaged (exit 3).</exception>
    internal static Experiment OfRun(string directory, ExperimentSchema schema)
    {
        try
        {
            return ValuesIn(directory, schema);
        }
        catch (AutoFlipException e)
        {
            throw new AutoFlipException(ExitCode.BadData, e.Message, e);
        }
    }

    /// <summary>The values of a file, derived ones as they are.</summary>
    /// <param name="path">The file, or the run directory that it is in.</param>
    /// <param name="schema">What fields there are besides.</param>
    /// <exception cref="AutoFlipException">It does not exist or has something that is not accepted (exit 2).</exception>
    internal static Experiment ValuesIn(string path, ExperimentSchema schema)
    {
        var file = FileOf(path);
        using var document = Parse(TextOf(file), file);
        return ValuesOf(document.RootElement, file, schema);
    }

    /// <summary>Fields of a file that make it a table of experiments; empty if it is one experiment.</summary>
    /// <param name="path">A file with an experiment.</param>
    public static IReadOnlyList<string> TableFieldsOf(string path)
    {
        var file = FileOf(path);
        using var document = Parse(TextOf(file), file);
        return [.. TableFields.Where(field => document.RootElement.TryGetProperty(field, out _))];
    }

    /// <summary>Hash of the partition of the run that wrote the file; empty if its clients are on other machines, null if
    /// missing.</summary>
    /// <param name="path">A file with an experiment.</param>
    public static string? PartitionSha256Of(string path)
    {
        using var document = Parse(TextOf(path), path);
        return document.RootElement.TryGetProperty(PartitionField, out var hash) ? hash.ToString() : null;
    }

    /// <summary>The values of an object, over the defaults or its base; derived ones as they are.</summary>
    internal static Experiment ValuesOf(JsonElement root, string source, ExperimentSchema schema)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw AutoFlipException.BadRequest(
                $"{source}: a JSON object with the fields of an experiment is expected, such as {{ \"dataset\": \"CIFAR10\" }}.");
        var experiment = Over(
            root.TryGetProperty(BaseField, out var file) ? Base(file, source, schema) : new Experiment(), FieldsOf(root, source), source,
            schema,
            [BaseField, .. TableFields]);
        if (root.TryGetProperty(PartitionField, out _)) // a run wrote it, and wrote every option that it knew
            experiment = ExperimentOptions.AsEarlier(experiment, option => !root.TryGetProperty(FieldOf(option.Property), out _));
        if (root.TryGetProperty(ContentField, out var content))
            experiment = experiment with { Content = PretrainedContent.Parse(content, source) };
        return root.TryGetProperty(DerivedField, out var derived) ? experiment with { Derived = [.. Derived(derived, source, schema)] }
            : root.TryGetProperty(PartitionField, out _) ? schema.Infer(experiment) // a run of an earlier version
            : experiment;
    }

    /// <summary>The derived values that the file of a run lists.</summary>
    static IEnumerable<DerivedValue> Derived(JsonElement list, string source, ExperimentSchema schema)
    {
        const string Accepted = "derived values as a run writes them, such as { \"denseRounds\": { \"asked\": null, \"value\": 5 } }";
        AutoFlipException Refused() =>
            AutoFlipException.BadRequest(
                $"{source}: field '{DerivedField}' is not accepted. Accepted: {Accepted}; without the field, "
                + "every value counts as chosen.");
        if (list.ValueKind != JsonValueKind.Object) throw Refused();
        foreach (var (field, entry) in FieldsOf(list, source))
        {
            if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("asked", out var asked)
                || !entry.TryGetProperty("value", out var value)
                || !ByField.TryGetValue(field, out var property)) throw Refused();
            yield return new(property, ValueOf(field, asked, source, schema, []), ValueOf(field, value, source, schema, []));
        }
    }

    static string FieldOf(PropertyInfo property) => JsonNamingPolicy.CamelCase.ConvertName(property.Name);

    /// <summary>The fields of an object, in order.</summary>
    /// <exception cref="AutoFlipException">One is there twice (exit 2).</exception>
    internal static IReadOnlyList<KeyValuePair<string, JsonElement>> FieldsOf(JsonElement from, string source)
    {
        var fields = new OrderedDictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var field in from.EnumerateObject())
            if (!fields.TryAdd(field.Name, field.Value))
                throw AutoFlipException.BadRequest($"{source}: the field '{ForeignText.Quote(field.Name)}' is there twice.");
        return [.. fields];
    }

    /// <summary>An experiment with some of its fields read anew.</summary>
    /// <param name="experiment">What holds where nothing is said.</param>
    /// <param name="fields">What is said: no name twice.</param>
    /// <param name="source">What to call it in messages.</param>
    /// <param name="schema">What fields there are besides.</param>
    /// <param name="besides">Fields of other meaning, which are accepted and passed over.</param>
    /// <exception cref="AutoFlipException">An unknown field, or a value of the wrong kind (exit 2).</exception>
    internal static Experiment Over(
        Experiment experiment, IEnumerable<KeyValuePair<string, JsonElement>> fields, string source, ExperimentSchema schema,
        IReadOnlyCollection<string> besides)
    {
        var given = fields.Where(field => !besides.Contains(field.Key))
            .ToDictionary(field => field.Key, field => ValueOf(field.Key, field.Value, source, schema, besides), StringComparer.Ordinal);
        experiment = experiment with { };
        if (given.TryGetValue("algorithm", out var method) && !given.ContainsKey("pruner"))
        {
            experiment = experiment.WithMethod((string)method!);
            given.Remove("algorithm");
        }
        else if (method is string name && name.Equals("autoflip", StringComparison.OrdinalIgnoreCase))
        {
            given["algorithm"] = experiment.WithMethod(name).Algorithm;
        }

        foreach (var (field, value) in given)
            if (ByField.TryGetValue(field, out var property)) property.SetValue(experiment, value); // a fresh record nobody else has seen
        return experiment with
        {
            Options = given.Where(field => schema.Options.ContainsKey(field.Key)).Aggregate(
                experiment.Options, (options, field) => options.With(schema.Options[field.Key], field.Value!)),
        };
    }

    /// <summary>The experiment that another one begins with.</summary>
    static Experiment Base(JsonElement file, string source, ExperimentSchema schema)
    {
        if (file.ValueKind != JsonValueKind.String)
            throw AutoFlipException.BadRequest(
                $"{source}: field '{BaseField}': {ForeignText.Quote(file.GetRawText())} is not accepted. Accepted: "
                + "the name of another experiment file, as text.");
        var path = FileOf(Path.Combine(Path.GetDirectoryName(source) ?? "", file.GetString()!));
        using var document = Parse(TextOf(path), path);
        return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty(BaseField, out _)
            ? throw AutoFlipException.BadRequest($"{source}: its base '{path}' has a base itself. Accepted: a file without one.")
            : DerivedValue.Undo(ValuesOf(document.RootElement, path, schema));
    }

    /// <summary>Requires a run directory, which has the file of its experiment.</summary>
    /// <exception cref="AutoFlipException">It is none (exit 2).</exception>
    public static void RequireRun(string directory)
    {
        if (!File.Exists(Path.Combine(directory, FileName)))
            throw AutoFlipException.BadRequest(
                $"'{directory}' is no run directory: there is no {FileName} in it. A run prints its directory as its first and last line.");
    }

    /// <summary>The file that a path means.</summary>
    internal static string FileOf(string path) => Directory.Exists(path) ? Path.Combine(path, FileName) : path;

    /// <summary>The text of a file.</summary>
    /// <exception cref="AutoFlipException">It cannot be read (exit 2), or is no regular file where a
    /// run's is expected (exit 3).</exception>
    internal static string TextOf(string file)
    {
        if (Path.GetFileName(file) == FileName) OwnFile.RequireRegular(file); // a file of the user's own may be a pipe
        try
        {
            using var text = TextInput.Open(File.OpenRead(file), file);
            return text.ReadToEnd();
        }
        catch (AutoFlipException undecodable)
        {
            throw AutoFlipException.BadRequest(undecodable.Message);
        }
        catch (DecoderFallbackException undecodable)
        {
            throw new AutoFlipException(
                ExitCode.BadRequest,
                $"'{file}' begins with the byte order mark of UTF-16, and what follows it is not UTF-16. Save it as UTF-8.", undecodable);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new AutoFlipException(ExitCode.BadRequest, $"The experiment file '{file}' cannot be read: "
                + (unreadable is FileNotFoundException or DirectoryNotFoundException ? "it does not exist." : unreadable.Message),
                unreadable);
        }
    }

    /// <summary>JSON with comments and trailing commas.</summary>
    /// <exception cref="AutoFlipException">It is none (exit 2).</exception>
    internal static JsonDocument Parse(string json, string source)
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

    static object? ValueOf(string field, JsonElement value, string source, ExperimentSchema schema, IReadOnlyCollection<string> besides)
    {
        if (field == "schema")
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var version) && version is >= 1 and <= Schema
                ? version
                : throw AutoFlipException.BadRequest(
                    $"{source}: schema {ForeignText.Quote(value.ToString())} is not known. Accepted: 1 to {Schema}; "
                    + "a later version of the program may read it.");
        if (field is "version" or PartitionField or DerivedField or ContentField) return value.ToString(); // for people and for resuming
        var type = ByField.TryGetValue(field, out var property) ? property.PropertyType : schema.Options.GetValueOrDefault(field)?.Type;
        if (type is null)
        {
            string[] known = [.. Fields, .. schema.Options.Keys, .. besides];
            return schema.SkipsOthers ? null : throw AutoFlipException.BadRequest(
                $"{source}: there is no field '{ForeignText.Quote(field)}'.{Nearest.Hint(field, known)} Accepted: "
                + $"{string.Join(", ", Fields.Concat(besides))}, and options of methods, as docs/methods.md lists them.");
        }
        try
        {
            var read = type == typeof(string) && property is null && value.ValueKind == JsonValueKind.Array
                ? string.Join(',', value.EnumerateArray().Select(one => one.ToString())) // a method checks its texts, lists of numbers too
                : value.Deserialize(type, Json);
            return read is null && Nullable.GetUnderlyingType(type) is null || read is IEnumerable<string?> texts && texts.Contains(null)
                ? throw new JsonException()
                : read;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or NotSupportedException)
        {
            throw new AutoFlipException(ExitCode.BadRequest,
                $"{source}: field '{field}': {ForeignText.Quote(value.GetRawText())} is not accepted. Accepted: {Kind(type)}.", wrong);
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
