using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoFlip.Tests;

/// <summary>A folder as transformers saves it, written from the golden file: config, vocabulary and filled tensors.</summary>
sealed class GoldenCheckpoint
{
    static readonly JsonElement[] All = [.. GoldenFile.Read("checkpoints.json").GetProperty("checkpoints").Items()];

    readonly JsonElement _case;

    GoldenCheckpoint(JsonElement element)
    {
        _case = element;
        Config = JsonNode.Parse(element.GetProperty("config").GetRawText())!.AsObject();
        Vocabulary = [.. element.GetProperty("vocabulary").Items().Select(token => token.GetString()!)];
        Tensors = [.. Fill()];
    }

    public static IEnumerable<string> Models => All.Select(element => element.GetProperty("model").GetString()!);

    public static GoldenCheckpoint Of(string model) => new(All.Single(element => element.GetProperty("model").GetString() == model));

    public string Model => _case.GetProperty("model").GetString()!;

    /// <summary>The prefix of the encoder's tensors.</summary>
    public string Prefix => PretrainedNames.PrefixOf(Model)!;

    public JsonObject Config { get; }

    public List<string> Vocabulary { get; set; }

    /// <summary>The tensors of the file, in its order: the encoder's by the fill, and 0 in the head of masked words.</summary>
    public List<ForeignTensor> Tensors { get; set; }

    public float[][] Tokens => [.. _case.GetProperty("tokens").Items().Select(row => row.Floats())];

    public double[][] FirstToken(bool masked) =>
        [.. _case.GetProperty(masked ? "first_token" : "first_token_unmasked").Items().Select(row => row.Doubles())];

    /// <summary>Writes the folder.</summary>
    /// <param name="folder">Made if it is not there.</param>
    /// <param name="shards">Files that hold the tensors; in more than one there is an index.</param>
    public string Write(string folder, int shards = 1)
    {
        Directory.CreateDirectory(folder);
        string In(string name) => Path.Combine(folder, name);
        File.WriteAllText(In("config.json"), Config.ToJsonString());
        File.WriteAllText(In("vocab.txt"), string.Concat(Vocabulary.Select(token => token + "\n")));
        File.WriteAllText(In("tokenizer_config.json"), """{"do_lower_case": true}""");
        if (shards == 1)
        {
            File.WriteAllBytes(In("model.safetensors"), ForeignTensor.File(Tensors));
            return folder;
        }
        var map = new JsonObject();
        for (var shard = 0; shard < shards; shard++)
        {
            var name = $"model-{shard + 1:00000}-of-{shards:00000}.safetensors";
            var own = Tensors.Where((_, place) => place % shards == shard).ToList();
            File.WriteAllBytes(In(name), ForeignTensor.File(own));
            foreach (var tensor in own) map[tensor.Name] = name;
        }
        File.WriteAllText(In("model.safetensors.index.json"), new JsonObject { ["weight_map"] = map }.ToJsonString());
        return folder;
    }

    /// <summary>The place in the encoder's order decides the fill of a tensor (Golden/README.md).</summary>
    IEnumerable<ForeignTensor> Fill()
    {
        var fill = new GoldenFill(_case.GetProperty("fill"), _case.GetProperty("gain").GetDouble());
        var place = 0;
        foreach (var tensor in _case.GetProperty("tensors").Items())
        {
            var (name, shape, type) = (tensor[0].GetString()!, GoldenCase.Ints(tensor[1]), tensor[2].GetString()!);
            var length = shape.Aggregate(1, (product, size) => product * size);
            var values = type == "I64" ? [.. Enumerable.Range(0, length).Select(i => (float)i)]
                : name.StartsWith(Prefix, StringComparison.Ordinal) ? fill.Tensor(place++, shape, RoleOf(name))
                : new float[length];
            yield return ForeignTensor.Of(name, shape, values, type);
        }
    }

    static string RoleOf(string name) => name.EndsWith("bias", StringComparison.Ordinal) ? "bias"
        : name.Replace("_", "", StringComparison.Ordinal).Contains("layernorm.", StringComparison.OrdinalIgnoreCase) ? "norm"
        : "weight";
}
