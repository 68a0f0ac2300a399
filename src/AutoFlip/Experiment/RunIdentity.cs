using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoFlip;

/// <summary>Hash of everything that determines a round's result. A run can be resumed only under the experiment that it began
/// with.</summary>
/// <remarks>Values equal to the option's default, or to the behaviour before the option existed, are not hashed, so options of later
/// versions leave the hash unchanged. The name and the number of rounds are not hashed either, and of a
/// vocabulary its content instead of its path.</remarks>
static class RunIdentity
{
    /// <summary>Fields of the record that versions up to f479c9f hashed.</summary>
    static readonly FrozenSet<string> FieldsOfVersion01 = FrozenSet.Create(StringComparer.Ordinal,
        "name", "seed", "dataset", "test_fraction", "sample_fraction", "target", "owner", "task_choice", "resize",
        "image_net_normalization", "random_rotation", "random_horizontal_flip", "random_vertical_flip", "color_jitter",
        "sequence_length", "partition", "classes_per_client", "concentration", "shards_per_client", "model", "hidden_size", "dropout",
        "width_multiplier", "layer_count", "depth", "widen_factor", "embedding_count", "embedding_size", "initialization",
        "initialization_gain", "algorithm", "pruner", "prune_fraction", "pruning", "structured_share", "min_units", "unit_multiple",
        "exploration_epochs", "exploration_patience", "explorer_fraction", "guidance", "guidance_normalization", "dense_rounds",
        "keep_norm", "mask_refresh", "regrow", "clients", "rounds", "cohort_fraction", "wire_down", "wire_up", "local_epochs",
        "batch_size", "server_momentum", "no_shuffle", "optimizer", "max_gradient_norm", "weight_decay", "momentum", "learning_rate",
        "learning_rate_decay", "learning_rate_decay_step", "criterion", "evaluation_scope", "evaluation_fraction", "evaluate_every",
        "metrics", "average", "cut_off", "precision", "threads_per_client", "cohort_size", "first_pruned_round", "explorer_count");

    static readonly Experiment Defaults = ExperimentOptions.AsEarlier(new() { Name = "", Rounds = 0 }, _ => true);

    /// <summary>The hash, in lower-case hex.</summary>
    public static string Of(Experiment experiment)
    {
        var defaults = Fields(Defaults);
        var hashed = experiment with
        {
            Name = Defaults.Name,
            Rounds = Defaults.Rounds,
            Tokenizer = TokenizerName.ByContent(experiment.Tokenizer),
            Pretrained = experiment.Content?.ToJson().GetRawText() ?? experiment.Pretrained,
        };
        var chosen = Fields(hashed)
            .Where(field => field.Value != defaults[field.Key])
            .Concat(experiment.Options.Where(value => !value.IsDefault).Select(value =>
                KeyValuePair.Create(value.Option.Name, JsonSerializer.Serialize(value.Value))))
            .OrderBy(field => field.Key, StringComparer.Ordinal);
        return Hash(string.Concat(chosen.Select(field => $"{field.Key}={field.Value}\n")));
    }

    /// <summary>The refusal of a run whose experiment has another identity now: exit 3 if its vocabulary is gone, else exit 2.</summary>
    public static AutoFlipException Changed(Experiment experiment)
    {
        const string Misfit = "what is done would not fit what is left.";
        return TokenizerName.FileOf(experiment.Tokenizer) switch
        {
            null => AutoFlipException.BadRequest($"{ExperimentFile.FileName} was changed since the run began: {Misfit} "
                + "Only name and rounds may be changed; start a new run for anything else."),
            var gone when !File.Exists(gone) => AutoFlipException.BadData(
                $"The vocabulary {gone} of the run is not there. Put it back, and resume again."),
            var vocabulary => AutoFlipException.BadRequest(
                $"{ExperimentFile.FileName}, {vocabulary} or the {TokenizerName.FlagsName} beside it was changed since the run began: "
                + $"{Misfit} Of the experiment, only name and rounds may be changed; start a new run for anything else."),
        };
    }

    /// <summary>The hash that versions before this one wrote: of all their fields, defaults included.</summary>
    public static string OfVersion01(Experiment experiment)
    {
        var fields = JsonSerializer.SerializeToNode(experiment with { Name = "", Rounds = 0 }, RunJson.Line)!.AsObject();
        foreach (var later in fields.Select(field => field.Key).Where(field => !FieldsOfVersion01.Contains(field)).ToArray())
            fields.Remove(later);
        return Hash(fields.ToJsonString(RunJson.Line));
    }

    /// <summary>Every field of an experiment as its JSON text.</summary>
    static Dictionary<string, string> Fields(Experiment experiment)
    {
        var fields = JsonNode.Parse(ExperimentFile.Write(experiment))!.AsObject();
        return ExperimentFile.Fields.ToDictionary(field => field, field => fields[field]?.ToJsonString() ?? "null", StringComparer.Ordinal);
    }

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
