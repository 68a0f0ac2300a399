using System.Globalization;
using TorchSharp;

namespace AutoFlip.Tests;

/// <summary>Weights from folders of transformers, and from single files.</summary>
public sealed class PretrainedWeightsTests : IDisposable
{
    const string Words = "embeddings.word_embeddings.weight";

    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    public static IEnumerable<TheoryDataRow<string>> Models => GoldenCheckpoint.Models.Select(model => new TheoryDataRow<string>(model));

    /// <summary>transformers' own vectors of the first token, in float64.</summary>
    [Theory, MemberData(nameof(Models))]
    public void Encoders_give_the_vectors_of_transformers(string model)
    {
        var golden = GoldenCheckpoint.Of(model);
        var path = golden.Write(_folder["model"]);

        Assert.Every((bool[])[true, false], masked => Near(golden.FirstToken(masked), FirstToken(path, golden.Tokens, masked)));
    }

    [Theory, MemberData(nameof(Models))]
    public void Shards_bare_encoders_and_old_names_give_the_same_weights(string model)
    {
        var want = Load(GoldenCheckpoint.Of(model).Write(_folder["one"])).Weights.Sha256();
        var sharded = GoldenCheckpoint.Of(model);
        sharded.Tensors.Reverse();
        var bare = GoldenCheckpoint.Of(model);
        bare.Tensors = [.. bare.Tensors.Where(tensor => tensor.Name.StartsWith(bare.Prefix, StringComparison.Ordinal))
            .Select(tensor => tensor with { Name = tensor.Name[bare.Prefix.Length..] })];
        var old = GoldenCheckpoint.Of(model);
        old.Tensors = [.. old.Tensors.Select(tensor => tensor with
        {
            Name = tensor.Name.Replace("LayerNorm.weight", "LayerNorm.gamma", StringComparison.Ordinal)
                .Replace("LayerNorm.bias", "LayerNorm.beta", StringComparison.Ordinal),
        })];

        Assert.Equal(want, Load(sharded.Write(_folder["shards"], shards: 3)).Weights.Sha256());
        Assert.Equal(want, Load(bare.Write(_folder["bare"])).Weights.Sha256());
        Assert.Equal(want, Load(old.Write(_folder["old"])).Weights.Sha256());
    }

    /// <summary>A tensor in bfloat16 loses the lower 16 bits of its values and no more.</summary>
    [Fact]
    public void BFloat16_tensors_are_read()
    {
        var golden = GoldenCheckpoint.Of("DistilBert");
        var name = golden.Prefix + Words;
        var full = golden.Tensors.Single(tensor => tensor.Name == name);
        golden.Tensors = [.. golden.Tensors.Select(tensor => tensor.Name != name ? tensor : tensor with
        {
            Type = "BF16",
            Data = [.. full.Data.Chunk(4).SelectMany(value => value[2..])], // little-endian
        })];

        var weights = Load(golden.Write(_folder["model"])).Weights;

        var entry = weights.Layout["features." + Words];
        var want = full.Data.Chunk(4).Select(value => BitConverter.ToSingle([0, 0, value[2], value[3]]));
        Assert.Equal(want, weights.Values[entry.Range].ToArray());
    }

    /// <summary>The last layer is the drawn one; all others are those of the file.</summary>
    [Theory, MemberData(nameof(Models))]
    public void The_classifier_is_drawn_where_the_file_has_none(string model)
    {
        var path = GoldenCheckpoint.Of(model).Write(_folder["model"]);
        var (first, second) = (Load(path, seed: 1), Load(path, seed: 2));

        Assert.Equal("The last layer (classifier.weight, classifier.bias) is drawn: the file has none.", first.Fresh);
        Assert.Every(first.Weights.Layout.Entries, entry => Assert.Equal(
            entry.Name != "classifier.weight",
            first.Weights.Values[entry.Range].SequenceEqual(second.Weights.Values[entry.Range])));
    }

    [Theory]
    [InlineData("SqueezeBert", 4, null)] // tanh(pooler) comes before both
    [InlineData("SqueezeBert", 3, "has 3 outputs, and 4 are needed")]
    [InlineData("DistilBert", 4, null)]
    [InlineData("DistilBert", 4, "trained behind a layer (pre_classifier)", "pre_classifier.weight")]
    public void A_classifier_is_loaded_if_it_fits(string model, int outputs, string? fresh, string? more = null)
    {
        var golden = GoldenCheckpoint.Of(model);
        var width = golden.Config[model == "DistilBert" ? "dim" : "hidden_size"]!.GetValue<int>();
        golden.Tensors.Add(ForeignTensor.Of("classifier.weight", [outputs, width], Numbers(outputs * width)));
        golden.Tensors.Add(ForeignTensor.Of("classifier.bias", [outputs], Numbers(outputs)));
        if (more is not null) golden.Tensors.Add(ForeignTensor.Of(more, [width, width], new float[width * width]));

        var loaded = Load(golden.Write(_folder["model"]));

        if (fresh is null) Assert.Null(loaded.Fresh);
        else Assert.Contains(fresh, loaded.Fresh, StringComparison.Ordinal);
        var weights = loaded.Weights.Values[loaded.Weights.Layout["classifier.weight"].Range].ToArray();
        Assert.Equal(fresh is null, weights.SequenceEqual(Numbers(outputs * width)));
    }

    [Theory]
    [InlineData("missing", "it lacks 'features.embeddings.word_embeddings.weight'")]
    [InlineData("extra", "the model has no 'distilbert.extra'")]
    [InlineData("shape", "it has distilbert.embeddings.word_embeddings.weight [12, 26] in place of [26, 12]")]
    [InlineData("type", "only F32, F16 and BF16 are read, and not 'distilbert.embeddings.word_embeddings.weight' of F64")]
    [InlineData("twice", "it has twice 'embeddings.word_embeddings.weight'")]
    [InlineData("nan", "the tensor 'distilbert.embeddings.word_embeddings.weight' has values that are not finite")]
    public void A_file_that_does_not_fit_is_refused_by_name(string fault, string sentence)
    {
        var golden = GoldenCheckpoint.Of("DistilBert");
        var name = golden.Prefix + Words;
        ForeignTensor[] Faulty(ForeignTensor tensor) => fault switch
        {
            "missing" => [],
            "extra" => [tensor, ForeignTensor.Of("distilbert.extra", [1], [1])],
            "shape" => [tensor with { Shape = [12, 26] }],
            "type" => [ForeignTensor.Of(name, [26, 12], Numbers(26 * 12), "F64")],
            "twice" => [tensor, tensor with { Name = Words }],
            _ => [ForeignTensor.Of(name, [26, 12], [float.NaN, .. Numbers(26 * 12 - 1)])],
        };
        golden.Tensors = [.. golden.Tensors.SelectMany(tensor => tensor.Name == name ? Faulty(tensor) : [tensor])];

        var refused = Assert.Throws<AutoFlipException>(() => Load(golden.Write(_folder["model"])));

        Assert.Equal(ExitCode.BadData, refused.Code);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.Single(refused.Message.Split('\n'));
    }

    /// <summary>PyTorch's state_dict of a network with batch normalisation has I64 counters beside the weights.</summary>
    [Theory]
    [InlineData(10, null)]
    [InlineData(7, "has 7 outputs, and 10 are needed")]
    public void Single_files_fit_every_model_by_the_names_of_PyTorch(int outputs, string? fresh)
    {
        var options = new ModelOptions { HiddenSize = 2 };
        var network = ResNet.Create10(new(3, 8, 8), 10, options);
        var stored = Draw(ResNet.Create10(new(3, 8, 8), outputs, options), 5);
        File.WriteAllBytes(_folder["x.safetensors"], ForeignTensor.File(
        [
            .. stored.Layout.Entries.Select(entry =>
                ForeignTensor.Of(entry.Name, [.. entry.Shape], stored.Values[entry.Range].ToArray())),
            ForeignTensor.Of("features.1.num_batches_tracked", [], [12], "I64"),
        ]));

        var loaded = PretrainedWeights.Load(PretrainedFiles.Of(_folder["x.safetensors"]), network, Draw(network, 1));

        if (fresh is null) Assert.Equal(stored.Sha256(), loaded.Weights.Sha256());
        else Assert.Contains(fresh, loaded.Fresh, StringComparison.Ordinal);
        var first = network.Layout.Entries[0];
        Assert.Equal(stored.Values[first.Range].ToArray(), loaded.Weights.Values[first.Range].ToArray());
    }

    static float[] Numbers(int count) => [.. Enumerable.Range(1, count).Select(i => i / 64f)];

    static Weights Draw(Network network, ulong seed) => Initialization.Draw(network, Initialization.Xavier, 1, new Seeds(seed));

    /// <summary>The weights of a folder in a network of four outputs.</summary>
    static PretrainedWeights Load(string path, ulong seed = 1)
    {
        var network = NetworkOf(path, outputs: 4, masked: true);
        return PretrainedWeights.Load(PretrainedFiles.Of(path), network, Draw(network, seed));
    }

    static Network NetworkOf(string path, int outputs, bool masked)
    {
        var (model, options) = HuggingFaceConfig.Read(Path.Combine(path, "config.json"));
        return Catalog.Models[model](new(8, 1, 1), outputs, options with { AttentionMask = masked });
    }

    /// <summary>What the classifier reads: with the identity in its place, the network's outputs.</summary>
    static double[][] FirstToken(string path, float[][] tokens, bool masked)
    {
        var (_, options) = HuggingFaceConfig.Read(Path.Combine(path, "config.json"));
        var width = options.HiddenSize;
        var network = NetworkOf(path, width, masked);
        var weights = PretrainedWeights.Load(PretrainedFiles.Of(path), network, Draw(network, 1)).Weights.ToArray();
        var (matrix, bias) = (network.Layout["classifier.weight"].Range, network.Layout["classifier.bias"].Range);
        weights.AsSpan(matrix).Clear();
        weights.AsSpan(bias).Clear();
        for (var i = 0; i < width; i++) weights.AsSpan(matrix)[i * width + i] = 1;
        using var scope = torch.NewDisposeScope();
        using var module = new NetworkModule<double>(network);
        for (var i = 0; i < weights.Length; i++) module.Values[i] = weights[i];
        var input = torch.tensor(tokens.SelectMany(row => row).ToArray(), [tokens.Length, tokens[0].Length, 1, 1]);
        double[] all = [.. module.Forward(input.to_type(torch.ScalarType.Float64), training: false).data<double>()];
        return [.. all.Chunk(width)];
    }

    static void Near(double[][] want, double[][] got)
    {
        Assert.Equal(want.Length, got.Length);
        foreach (var (row, other) in want.Zip(got))
        {
            Assert.Equal(row.Length, other.Length);
            for (var i = 0; i < row.Length; i++)
                Assert.True(Math.Abs(row[i] - other[i]) < 1e-9, string.Create(CultureInfo.InvariantCulture, $"{row[i]} {other[i]}"));
        }
    }
}
