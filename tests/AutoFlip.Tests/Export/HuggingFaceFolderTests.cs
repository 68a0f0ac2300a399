using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace AutoFlip.Tests;

public sealed class HuggingFaceFolderTests : IDisposable
{
    static readonly ImmutableArray<string> Tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "##b", "ü"];

    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    public static IEnumerable<TheoryDataRow<string, int>> Models =>
        from model in GoldenCheckpoint.Models from classes in (int[])[2, 4] select new TheoryDataRow<string, int>(model, classes);

    /// <summary>A model of the golden config; two classes have one output.</summary>
    static SavedModel Model(string name, int classes, InputRecipe? input = null, Func<ModelOptions, ModelOptions>? change = null)
    {
        using var folder = new TemporaryDirectory();
        var (_, options) = HuggingFaceConfig.Read(Path.Combine(GoldenCheckpoint.Of(name).Write(folder.Path), "config.json"));
        var card = ModelCardTests.Card with
        {
            Model = name,
            Options = (change ?? (o => o))(options),
            Input = input ?? new WordPieceRecipe(Tokens, 6) { KeepsCase = true, PaddingBehind = true },
            Classes = [.. Enumerable.Range(0, classes).Select(i => $"class {i}")],
            Outputs = classes == 2 ? 1 : classes,
        };
        var network = card.BuildNetwork("test");
        return new(card, network, Initialization.Draw(network, Initialization.Xavier, 1, new Seeds(3)), null);
    }

    [Theory, MemberData(nameof(Models))]
    public void A_folder_is_read_back_to_the_same_bits(string name, int classes)
    {
        var model = Model(name, classes);

        model.WriteHuggingFace(_folder["out"]);

        Assert.Equal(
            ["config.json", "model.safetensors", "tokenizer_config.json", "vocab.txt"],
            Directory.EnumerateFiles(_folder["out"]).Select(Path.GetFileName).Order());
        var (kind, options) = HuggingFaceConfig.Read(_folder["out/config.json"]);
        Assert.Equal((name, model.Card.Options), (kind, options));
        var zero = new Weights(model.Network.Layout, new float[model.Network.Layout.Count]);
        var again = PretrainedWeights.Load(PretrainedFiles.Of(_folder["out"]), model.Network, zero);
        Assert.Equal((null, model.Weights.Sha256()), (again.Fresh, again.Weights.Sha256()));
        var recipe = WordPieceFiles.Recipe(_folder["out/vocab.txt"], 6) with { PaddingBehind = true };
        Assert.True(model.Card.Input.Equivalent(recipe));
    }

    /// <summary>The names of transformers' own files, and the classifier without a prefix.</summary>
    [Theory, MemberData(nameof(Models))]
    public void Tensors_have_the_names_of_transformers(string name, int classes)
    {
        Model(name, classes).WriteHuggingFace(_folder["out"]);

        using var file = SafetensorsFile.Open(_folder["out/model.safetensors"]);
        var prefix = PretrainedNames.PrefixOf(name)!;
        Assert.Equal(
            GoldenCheckpoint.Of(name).Tensors
                .Where(tensor => tensor.Type != "I64" && tensor.Name.StartsWith(prefix, StringComparison.Ordinal))
                .Select(tensor => tensor.Name).Concat(["classifier.weight", "classifier.bias"]).Order(),
            file.Tensors.Select(tensor => tensor.Name).Order());
    }

    [Theory]
    [InlineData("DistilBert", 4, "DistilBertModel", "single_label_classification", "class 0")]
    [InlineData("SqueezeBert", 4, "SqueezeBertForSequenceClassification", "single_label_classification", "class 0")]
    [InlineData("MobileBert", 2, "MobileBertForSequenceClassification", "multi_label_classification", "class 1")]
    public void The_config_names_architecture_and_classes(string name, int classes, string architecture, string problem, string first)
    {
        Model(name, classes).WriteHuggingFace(_folder["out"], half: true);

        var config = JsonNode.Parse(File.ReadAllText(_folder["out/config.json"]))!;
        Assert.Equal(architecture, config["architectures"]![0]!.GetValue<string>());
        Assert.Equal(problem, config["problem_type"]!.GetValue<string>());
        Assert.Equal(first, config["id2label"]!["0"]!.GetValue<string>());
        Assert.Equal(classes == 2 ? 1 : classes, config["label2id"]!.AsObject().Count);
        Assert.Equal("float16", config["torch_dtype"]!.GetValue<string>());
    }

    /// <summary>A model that began with drawn weights has the sizes of the published one.</summary>
    [Fact]
    public void A_model_without_a_checkpoint_has_a_config_too()
    {
        var model = Model(
            "DistilBert", 4, change: options => options with { HiddenSize = 12, EmbeddingCount = 7, Dropout = 0.25, Encoder = null });

        model.WriteHuggingFace(_folder["out"]);

        var (_, options) = HuggingFaceConfig.Read(_folder["out/config.json"]);
        Assert.Equal(DistilBert.Published with { AttentionDropout = 0.25 }, options.Encoder);
        Assert.Equal((12, 7, 0.25), (options.HiddenSize, options.EmbeddingCount, options.Dropout));
    }

    [Fact]
    public void Models_that_transformers_does_not_have_are_refused()
    {
        var model = Model("DistilBert", 4);
        SavedModel[] refused =
        [
            model with { Card = model.Card with { Model = "TwoNN" } },
            model with { Card = model.Card with { Options = model.Card.Options with { WidthMultiplier = 2 } } },
            model with { Card = model.Card.WithWidthsOf(model.Network) },
        ];

        Assert.Every(refused, one =>
        {
            var failure = Assert.Throws<AutoFlipException>(() => one.WriteHuggingFace(_folder["out"]));
            Assert.Equal(ExitCode.BadRequest, failure.Code);
            Assert.Contains("Export it as safetensors or onnx", failure.Message, StringComparison.Ordinal);
        });
        Assert.False(Directory.Exists(_folder["out"]));
    }
}
