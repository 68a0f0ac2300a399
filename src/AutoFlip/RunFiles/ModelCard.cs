using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AutoFlip;

/// <summary>Facts about saved weights that are needed to use them without their training data. Stored in the metadata of the
/// file.</summary>
/// <remarks>Fields are added, never renamed or removed. A card comes from a file and may claim anything:
/// <see cref="Parse"/> refuses what cannot be.</remarks>
public sealed record ModelCard
{
    /// <summary>The keys of the metadata: the card as JSON, and the experiment's own text.</summary>
    public const string Key = "autoflip", ExperimentKey = "experiment";

    const int LatestSchema = 1;

    /// <summary>Version of this schema.</summary>
    public int Schema { get; init; } = LatestSchema;

    /// <summary>Version of the program that made the model.</summary>
    public required string Version { get; init; }

    /// <summary>The architecture's name in the catalogue.</summary>
    public required string Model { get; init; }

    /// <summary>The options of the architecture.</summary>
    public required ModelOptions Options { get; init; }

    /// <summary>Of a network that units were removed from, the width of each channel group that is not fixed, by its name; null
    /// if it is the full network.</summary>
    public ImmutableSortedDictionary<string, int>? Widths { get; init; }

    /// <summary>Encoding of raw input as a sample.</summary>
    public required InputRecipe Input { get; init; }

    /// <summary>The kind of task: classification, labelling or regression.</summary>
    public required TaskKind Task { get; init; }

    /// <summary>One name per class, in the order of the outputs; of two classes, which share one output, that of a low
    /// one first. None for numbers.</summary>
    public required ImmutableArray<string> Classes { get; init; }

    /// <summary>Outputs per sample, or per step of a sequence: logits, log-probabilities or a number.</summary>
    public required int Outputs { get; init; }

    /// <summary>Of two classes, the probability from which on the second is predicted; null: one half.</summary>
    public double? CutOff { get; init; }

    /// <summary>The data set that it learnt from; of one that is named by its path, the last part only.</summary>
    public required string Dataset { get; init; }

    /// <summary>SHA-256 of the experiment's text, which is in the metadata too, in lower-case hex.</summary>
    public required string ExperimentSha256 { get; init; }

    /// <summary>Of a run's final model, the run's <c>model_sha256</c>: of the full vector, also where these weights are
    /// fewer. Null for any other.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary>The last round of the model's training; 0 for an untrained model.</summary>
    public required int Round { get; init; }

    /// <summary>The output from which on the second of two classes is predicted: the logit of <see cref="CutOff"/>.</summary>
    /// <remarks>A float32, as the cut-off was fitted. The conversion to a probability and back is exact for logits up to 20 in
    /// magnitude.</remarks>
    [JsonIgnore]
    public float CutOffLogit => CutOff is { } probability ? (float)Math.Log(probability / (1 - probability)) : 0;

    /// <summary>The learning task.</summary>
    [JsonIgnore]
    public LearningTask Learning => new(Task, Classes);

    /// <summary>The card of a run's full model before its first round.</summary>
    /// <param name="experiment">What is run.</param>
    /// <param name="data">What it learns from.</param>
    public static ModelCard Of(Experiment experiment, DataContract data) => new()
    {
        Version = ExperimentFile.ProgramVersion,
        Model = experiment.Model,
        Options = ModelOptions.Of(experiment),
        Input = data.Recipe,
        Task = data.Task.Kind,
        Classes = data.Task.ClassNames,
        Outputs = data.Task.Outputs,
        Dataset = DataSetName.WithoutFolders(experiment.Dataset),
        ExperimentSha256 = Sha256Of(TextOf(experiment)),
        Round = 0,
    };

    /// <summary>The card of what is left of a network.</summary>
    /// <param name="small">The network with other widths.</param>
    public ModelCard WithWidthsOf(Network small) => this with
    {
        Widths = small.Groups.Where(group => !group.IsFixed)
            .ToImmutableSortedDictionary(group => group.Name, group => group.Width, StringComparer.Ordinal),
    };

    /// <summary>The metadata of a file with the model. Folders of the user's are left out of it (<see cref="DataSetName"/>).</summary>
    /// <param name="experiment">What was run; null if that is not known.</param>
    public ImmutableSortedDictionary<string, string> Metadata(Experiment? experiment)
    {
        var text = experiment is null ? null : TextOf(experiment);
        // of earlier versions both had folders
        var card = this with
        {
            Dataset = DataSetName.WithoutFolders(Dataset),
            ExperimentSha256 = text is null ? ExperimentSha256 : Sha256Of(text),
        };
        var metadata = ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal)
            .Add("model", Model).Add("dataset", card.Dataset).Add(Key, ToJson(card)).Add(WeightsHash.Key, WeightsHash.Wanted);
        return text is null ? metadata : metadata.Add(ExperimentKey, text);
    }

    static string TextOf(Experiment experiment) => ExperimentFile.Write(DataSetName.WithoutFolders(experiment));

    static string Sha256Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Reads a card from the metadata of a file.</summary>
    /// <param name="metadata">The metadata.</param>
    /// <param name="path">The file, for messages.</param>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="AutoFlipException">It is damaged, or describes something that cannot be (exit 3).</exception>
    public static ModelCard? Find(IReadOnlyDictionary<string, string> metadata, string path) =>
        metadata.TryGetValue(Key, out var text) ? Parse(text, path) : null;

    /// <summary>Reads a card.</summary>
    /// <param name="text">JSON.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="AutoFlipException">It is damaged, or describes something that cannot be (exit 3).</exception>
    public static ModelCard Parse(string text, string path)
    {
        var card = RunJson.Read<ModelCard>(
            Encoding.UTF8.GetBytes(text), path, ", model card,", "a later version of the program may have written it",
            options: InputRecipe.Json);
        return card.Fault() is { } fault ? throw AutoFlipException.BadFile(path, $"its model card is wrong: {fault}") : card;
    }

    /// <summary>The card as JSON, one line.</summary>
    internal static string ToJson(ModelCard card) => JsonSerializer.Serialize(card, InputRecipe.Json);

    string? Fault()
    {
        if (Schema is < 1 or > LatestSchema) return $"its schema is {Schema}, and 1 to {LatestSchema} are known";
        if (Input.Fault() is { } input) return input;
        if (Learning.Fault() is { } task) return task;
        if (Outputs != Learning.Outputs) return $"{Outputs} outputs do not speak about {Classes.Length} classes";
        if (CutOff is { } cutOff && !(cutOff is >= 0 and <= 1)) return "its cut-off is no probability";
        return Options.AreInRange ? null : "an option of its network is out of range";
    }
}
