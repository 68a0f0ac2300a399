namespace AutoFlip.Tests;

public sealed class PretrainedFilesTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_path_that_is_not_there_is_refused() => Refused(_folder["none"], "does not exist. Experiment.Pretrained is the folder");

    [Fact]
    public void A_folder_without_a_config_is_refused() => Refused(_folder.Path, "has no config.json");

    [Fact]
    public void A_folder_without_weights_is_refused()
    {
        var path = GoldenCheckpoint.Of("DistilBert").Write(_folder["model"]);
        File.Delete(Path.Combine(path, "model.safetensors"));

        Refused(path, "has neither model.safetensors nor model.safetensors.index.json");
    }

    [Theory]
    [InlineData("model/pytorch_model.bin", "model")]
    [InlineData("model.pt", "model.pt")]
    public void Pickles_are_refused_with_their_conversion(string file, string named)
    {
        var path = GoldenCheckpoint.Of("DistilBert").Write(_folder["model"]);
        File.Delete(Path.Combine(path, "model.safetensors"));
        File.WriteAllText(_folder[file], "pickle");

        Refused(_folder[named], "Convert them in Python: transformers.AutoModel.from_pretrained(FOLDER).save_pretrained");
    }

    [Theory]
    [InlineData("{\"weight_map\":{\"a\":\"../x.safetensors\"}}", "it names '../x.safetensors', and only files beside it are read")]
    [InlineData("{\"weight_map\":{\"a\":\"/etc/passwd\"}}", "only files beside it are read")]
    [InlineData("{\"weight_map\":{\"a\":\"..\\\\x\"}}", "only files beside it are read")]
    [InlineData("{\"weight_map\":{\"a\":\"..\"}}", "only files beside it are read")]
    [InlineData("{\"weight_map\":{\"a\":7}}", "only files beside it are read")]
    [InlineData("{\"weight_map\":{\"a\":\"model-1.safetensors\"}}", "it names 'model-1.safetensors', which does not exist")]
    [InlineData("{\"weight_map\":{}}", "it names no tensors")]
    [InlineData("{\"weight_map\":[]}", "no JSON object with a 'weight_map'")]
    [InlineData("{\"weights\":{}}", "no JSON object with a 'weight_map'")]
    [InlineData("{\"weight_map\":{\"a\":\"x\",\"a\":\"y\"}}", "no JSON object with a 'weight_map'")]
    [InlineData("[", "no JSON object with a 'weight_map'")]
    public void An_index_that_leads_elsewhere_is_refused(string index, string sentence)
    {
        var path = GoldenCheckpoint.Of("DistilBert").Write(_folder["model"]);
        File.Move(Path.Combine(path, "model.safetensors"), _folder["x.safetensors"]);
        File.WriteAllText(Path.Combine(path, "model.safetensors.index.json"), index);

        Refused(path, sentence);
    }

    [Fact]
    public void A_shard_that_is_cut_off_or_lacks_a_tensor_is_refused()
    {
        var golden = GoldenCheckpoint.Of("DistilBert");
        var path = golden.Write(_folder["model"], shards: 2);
        var shard = Path.Combine(path, "model-00002-of-00002.safetensors");
        var bytes = File.ReadAllBytes(shard);

        File.WriteAllBytes(shard, bytes[..^4]);
        Refused(path, "lies outside its values (cut off, perhaps)");

        File.WriteAllBytes(shard, ForeignTensor.File([golden.Tensors[3], .. golden.Tensors.Where((_, i) => i % 2 == 1).Skip(2)]));
        Refused(path, $"it lacks the tensor '{golden.Tensors[1].Name}' that model.safetensors.index.json places in it");
    }

    /// <summary>The hash of one file is that of <c>sha256sum</c>, whatever its path; of several it depends on each.</summary>
    [Fact]
    public void The_hash_is_of_the_content()
    {
        var golden = GoldenCheckpoint.Of("DistilBert");
        var one = PretrainedFiles.Of(golden.Write(_folder["one"]));
        var other = PretrainedFiles.Of(golden.Write(_folder["other"]));
        var bytes = File.ReadAllBytes(one.Weights[0]);

        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes)), one.Sha256());
        Assert.Equal(one.Sha256(), other.Sha256());

        var shards = PretrainedFiles.Of(golden.Write(_folder["shards"], shards: 2));
        var before = shards.Sha256();
        golden.Tensors[1] = golden.Tensors[1] with { Data = [.. golden.Tensors[1].Data[..^1], 0] };
        golden.Write(_folder["shards"], shards: 2);
        Assert.NotEqual(before, shards.Sha256());
    }

    static void Refused(string path, string sentence)
    {
        var refused = Assert.Throws<AutoFlipException>(() =>
        {
            foreach (var file in PretrainedFiles.Of(path).Open()) file.Dispose();
        });

        Assert.Equal(ExitCode.BadData, refused.Code);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
        Assert.Single(refused.Message.Split('\n'));
    }
}
