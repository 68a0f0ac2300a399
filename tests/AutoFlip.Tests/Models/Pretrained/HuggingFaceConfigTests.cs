using System.Text.Json.Nodes;

namespace AutoFlip.Tests;

public sealed class HuggingFaceConfigTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Published sizes, in encoder parameters without the classifier. SqueezeBERT's has 6 rows of words more than the default,
    /// 768 wide; MobileBERT's has no pooler.</summary>
    [Theory]
    [InlineData("distilbert", "DistilBert", 66_362_880)]
    [InlineData("squeezebert", "SqueezeBert", 51_094_272 - 6 * 768)]
    [InlineData("mobilebert", "MobileBert", 24_581_888)]
    public void Without_fields_a_config_is_that_of_the_published_model(string type, string model, int parameters)
    {
        var (name, options) = Read(new JsonObject { ["model_type"] = type, ["classifier_activation"] = false });

        var network = Catalog.Models[name](new(8, 1, 1), 4, options);
        Assert.Equal(model, name);
        Assert.Equal(parameters, network.Layout.Parameters.Where(entry => entry.Name.StartsWith("features.", StringComparison.Ordinal))
            .Sum(entry => entry.Length));
        Assert.Equal(0.1, options.Encoder!.AttentionDropout);
    }

    /// <summary>Every field that decides the network is written and read back. The fields of the golden config that are left
    /// out decide nothing.</summary>
    [Theory]
    [InlineData("DistilBert", "qa_dropout,seq_classif_dropout,sinusoidal_pos_embds")]
    [InlineData("SqueezeBert", "")]
    [InlineData("MobileBert", "classifier_dropout,layer_norm_eps,true_hidden_size")]
    public void A_config_that_is_written_is_read_back(string model, string unwritten)
    {
        var golden = GoldenCheckpoint.Of(model).Config;
        var (_, options) = Read(golden);

        var written = HuggingFaceConfig.Write(model, options);

        Assert.Equal((model, options), Read(written));
        foreach (var (field, value) in golden)
            if (written.TryGetPropertyValue(field, out var own)) Assert.Equal(value!.ToJsonString(), own!.ToJsonString());
        Assert.Equal(
            unwritten.Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Concat(["architectures", "initializer_range", "torch_dtype", "transformers_version"]).Order(StringComparer.Ordinal),
            golden.Select(field => field.Key).Except(written.Select(field => field.Key)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("DistilBert", "model_type", "\"bert\"", "'model_type' is 'bert'. Accepted: distilbert, mobilebert, squeezebert")]
    [InlineData("DistilBert", "activation", "\"relu\"", "'activation' is \"relu\". Accepted: \"gelu\", the only one that is supported")]
    [InlineData("SqueezeBert", "hidden_act", "\"gelu_new\"", "'hidden_act' is \"gelu_new\"")]
    [InlineData("MobileBert", "hidden_act", "\"gelu\"", "'hidden_act' is \"gelu\". Accepted: \"relu\"")]
    [InlineData("DistilBert", "n_heads", "5", "5 heads do not divide a width of 12")]
    [InlineData("MobileBert", "num_attention_heads", "3", "3 heads do not divide a width of 8")]
    [InlineData("SqueezeBert", "q_groups", "3", "3 groups do not divide a width of 16")]
    [InlineData("SqueezeBert", "intermediate_size", "25", "2 groups do not divide 25 neurons")]
    [InlineData("SqueezeBert", "embedding_size", "8", "'embedding_size' is 8 and 'hidden_size' 16")]
    [InlineData("SqueezeBert", "layer_norm_eps", "1e-5", "'layer_norm_eps' is 1e-5. Accepted: 1e-12")]
    [InlineData("MobileBert", "normalization_type", "\"layer_norm\"", "'normalization_type' is \"layer_norm\"")]
    [InlineData("MobileBert", "trigram_input", "false", "'trigram_input' is false. Accepted: true")]
    [InlineData("MobileBert", "use_bottleneck", "false", "'use_bottleneck' is false")]
    [InlineData("MobileBert", "use_bottleneck_attention", "true", "'use_bottleneck_attention' is true. Accepted: false")]
    [InlineData("MobileBert", "key_query_shared_bottleneck", "false", "'key_query_shared_bottleneck' is false")]
    [InlineData("MobileBert", "classifier_activation", "1", "'classifier_activation' is 1. Accepted: true or false")]
    [InlineData("DistilBert", "pad_token_id", "1", "'pad_token_id' is 1. Accepted: 0")]
    [InlineData("DistilBert", "dim", "\"12\"", "'dim' is \"12\". Accepted: a whole number from 1 to 65536")]
    [InlineData("DistilBert", "dim", "12.5", "'dim' is 12.5")]
    [InlineData("DistilBert", "dim", "null", "'dim' is null")]
    [InlineData("DistilBert", "n_layers", "0", "'n_layers' is 0. Accepted: a whole number from 1 to 1024")]
    [InlineData("DistilBert", "n_layers", "2000000000", "'n_layers' is 2000000000")]
    [InlineData("DistilBert", "dropout", "1", "'dropout' is 1. Accepted: a number in [0, 1)")]
    public void A_config_of_another_network_is_refused(string model, string field, string value, string sentence)
    {
        var config = GoldenCheckpoint.Of(model).Config;
        config[field] = JsonNode.Parse(value);

        var refused = Assert.Throws<AutoFlipException>(() => Read(config));

        Assert.Equal(ExitCode.BadData, refused.Code);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "it is not valid JSON")]
    [InlineData("[]", "it is no JSON object")]
    [InlineData("{}", "'model_type' is ''")]
    [InlineData("{\"model_type\":\"distilbert\",\"dim\":12,\"dim\":24}", "names something twice")]
    public void A_damaged_config_is_refused(string text, string sentence)
    {
        File.WriteAllText(_folder["config.json"], text);

        Assert.Contains(
            sentence, Assert.Throws<AutoFlipException>(() => HuggingFaceConfig.Read(_folder["config.json"])).Message,
            StringComparison.Ordinal);
    }

    (string, ModelOptions) Read(JsonObject config)
    {
        File.WriteAllText(_folder["config.json"], config.ToJsonString());
        return HuggingFaceConfig.Read(_folder["config.json"]);
    }
}
