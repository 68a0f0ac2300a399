using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoFlip;

/// <summary>A trained encoder of text as a folder of Hugging Face's transformers: <c>config.json</c>, <c>model.safetensors</c>, and of a
/// WordPiece vocabulary <c>vocab.txt</c> and <c>tokenizer_config.json</c>.</summary>
/// <remarks>
/// <see cref="Experiment.Pretrained"/> reads the folder back to the same bits. SqueezeBert and MobileBert are those of a sequence
/// classifier there. transformers' classifier of DistilBERT has one more layer (<c>pre_classifier</c>), so DistilBert's folder is one of a
/// bare encoder, with <c>classifier.weight</c> and <c>classifier.bias</c> beside it. Two classes are one logit, that of the second.
/// </remarks>
static class HuggingFaceFolder
{
    const string WeightsName = "model.safetensors";

    static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the folder, each file whole or not at all.</summary>
    /// <param name="model">A model whose network is the full one.</param>
    /// <param name="folder">Made if it is not there; files in it are replaced.</param>
    /// <param name="half">Whether values are stored in float16.</param>
    /// <exception cref="AutoFlipException">The model is none that transformers has (exit 2), or a file cannot be written (exit
    /// 4).</exception>
    public static void Write(SavedModel model, string folder, bool half)
    {
        var card = model.Card;
        if (EncoderFields.Published(card.Model) is not { } published || PretrainedNames.PrefixOf(card.Model) is not { } prefix)
            throw AutoFlipException.BadRequest(
                $"{card.Model} has no folder of Hugging Face's transformers; only DistilBert, SqueezeBert and MobileBert have. "
                + "Export it as safetensors or onnx.");
        if (card.Widths is not null || card.Options.WidthMultiplier != 1)
            throw AutoFlipException.BadRequest(
                $"This {card.Model} has layers narrower or wider than a config of transformers can say. Export it as safetensors or onnx.");
        var options = card.Options with
        {
            Encoder = card.Options.Encoder ?? published with { AttentionDropout = card.Options.Dropout },
            EmbeddingSize = card.Model == nameof(SqueezeBert) ? card.Options.HiddenSize : card.Options.EmbeddingSize,
        };
        var foreign = WeightLayout.Create(model.Network.Layout.Entries.Select(entry =>
            (PretrainedNames.Foreign(entry.Name, prefix), entry.Shape, entry.Role)));
        OwnFile.MakeFolder(folder);
        Safetensors.Write(
            Path.Combine(folder, WeightsName), new Weights(foreign, model.Weights.ToArray()),
            new Dictionary<string, string> { ["format"] = "pt" }, half);
        if (card.Input is WordPieceRecipe recipe) WriteVocabulary(recipe, card.Model, folder);
        Write(folder, HuggingFaceConfig.FileName, Config(card, options, half)); // last: it makes the folder one
    }

    static JsonObject Config(ModelCard card, ModelOptions options, bool half)
    {
        var config = HuggingFaceConfig.Write(card.Model, options);
        var architecture = card.Model == nameof(DistilBert) ? "DistilBertModel" : $"{card.Model}ForSequenceClassification";
        config["architectures"] = new JsonArray(architecture);
        config["torch_dtype"] = half ? "float16" : "float32";
        config["initializer_range"] = Initialization.OfBert;
        string[] names = card.Task == TaskKind.Regression ? ["value"] : card.Outputs == 1 ? [card.Classes[1]] : [.. card.Classes];
        config["id2label"] = new JsonObject(names.Select((name, id) => KeyValuePair.Create($"{id}", (JsonNode?)name)));
        config["label2id"] = new JsonObject(names.Select((name, id) => KeyValuePair.Create(name, (JsonNode?)id)));
        config["problem_type"] = card.Task == TaskKind.Regression ? "regression"
            : card.Outputs == 1 ? "multi_label_classification" : "single_label_classification";
        return config;
    }

    static void WriteVocabulary(WordPieceRecipe recipe, string model, string folder)
    {
        AtomicFile.Write(
            Path.Combine(folder, TokenizerName.FileName), string.Concat(recipe.Tokens.Select(token => token + "\n")));
        Write(folder, TokenizerName.FlagsName, new JsonObject
        {
            ["do_lower_case"] = !recipe.KeepsCase,
            ["strip_accents"] = !recipe.KeepsAccents,
            ["tokenize_chinese_chars"] = true,
            ["model_max_length"] = recipe.Length,
            ["tokenizer_class"] = $"{model}Tokenizer",
        });
    }

    static void Write(string folder, string name, JsonObject content) =>
        AtomicFile.Write(Path.Combine(folder, name), JsonSerializer.Serialize(content, Json).ReplaceLineEndings("\n") + "\n");
}
