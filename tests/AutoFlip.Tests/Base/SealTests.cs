using System.Text;
using CsCheck;

namespace AutoFlip.Tests;

public sealed class SealTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    static readonly GuidanceReport Guidance = new("saliency", 2, 1, [new("a.weight", -3, 0, Bins(2), Bins(1), 4, 0)]);

    static System.Collections.Immutable.ImmutableArray<int> Bins(int count) => [.. Enumerable.Repeat(count, GuidanceHistogram.Bins)];

    [Fact]
    public void Any_flipped_bit_of_a_sealed_object_is_found()
    {
        var whole = RunJson.Sealed(Guidance, RunJson.Document).AsSpan().TrimEnd((byte)'\n').ToArray();
        Assert.Equal("saliency", RunJson.Read<GuidanceReport>(whole, "file", "", isSealed: true).Guidance);

        foreach (var damaged in Flipped(whole))
        {
            var failure = Assert.Throws<AutoFlipException>(() => RunJson.Read<GuidanceReport>(damaged, "file", "", isSealed: true));
            Assert.Equal(ExitCode.BadData, failure.Code);
            Assert.StartsWith("'file' is damaged: its checksum (xxh3) ", failure.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>The content with each of its bits flipped.</summary>
    static IEnumerable<byte[]> Flipped(byte[] whole)
    {
        for (var bit = 0; bit < 8 * whole.Length; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return damaged;
        }
    }

    [Fact]
    public void What_need_not_be_sealed_is_read_without() =>
        Assert.Equal(
            "saliency",
            RunJson.Read<GuidanceReport>("""{"guidance":"saliency","explorers":2,"round":1,"tensors":[]}"""u8, "file", "").Guidance);

    [Fact]
    public void Any_flipped_bit_of_a_model_file_is_found()
    {
        var layout = WeightLayout.Create([("a", [2, 2], TensorRole.Weight), ("b", [3], TensorRole.Weight)]);
        var weights = new Weights(layout, [1, 2, 3, 4, 5, 6, 7]);
        foreach (var half in (bool[])[false, true])
        {
            // A state to resume from must have a checksum because of the run that it is in, a model because its weights have a hash.
            foreach (var (remark, isSealed) in ((string, bool)[])[("round", true), (WeightsHash.Key, false)])
            {
                var stream = new MemoryStream();
                Safetensors.Write(stream, weights, new Dictionary<string, string> { [remark] = "" }, half);
                var whole = stream.ToArray();
                Assert.Equal(weights.Sha256(), Safetensors.Read(new MemoryStream(whole), "file", isSealed).ToWeights(layout).Sha256());

                Assert.Every(Flipped(whole), damaged =>
                    Assert.Equal(
                        ExitCode.BadData,
                        Assert.Throws<AutoFlipException>(() => Safetensors.Read(new MemoryStream(damaged), "file", isSealed)).Code));
            }
        }
    }

    [Fact]
    public void A_model_file_without_remarks_has_no_checksum_and_one_with_remarks_hides_it()
    {
        var weights = new Weights(WeightLayout.Create([("a", [1], TensorRole.Weight)]), [1]);
        var (bare, remarked) = (new MemoryStream(), new MemoryStream());
        Safetensors.Write(bare, weights, null);
        Safetensors.Write(remarked, weights, new Dictionary<string, string> { ["k"] = "v" });

        Assert.DoesNotContain(Seal.Key, Encoding.ASCII.GetString(bare.ToArray()), StringComparison.Ordinal);
        Assert.Equal(["k"], Safetensors.Read(new MemoryStream(remarked.ToArray()), "file").Metadata.Keys);
    }

    [Fact]
    public void A_flipped_bit_of_an_onnx_file_is_found()
    {
        var stream = new MemoryStream();
        OnnxModel.Write(stream, TinyFederation.Network(TinyFederation.Experiment), TinyFederation.Initial(TinyFederation.Experiment),
            new Dictionary<string, string> { [WeightsHash.Key] = WeightsHash.Wanted });
        var file = stream.ToArray();
        Assert.Null(OnnxModel.Fault(file));
        // both remarks, and what announces the graph
        var (from, to) = (8 * file.AsSpan().IndexOf("weights_sha256"u8), 8 * (Seal.InOnnx(file)!.Value.End.Value + 2));

        Gen.OneOf(Gen.Int[0, 8 * file.Length - 1], Gen.Int[from, to]).Sample(bit =>
        {
            byte[] damaged = [.. file];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotNull(OnnxModel.Fault(damaged));
        }, iter: 2000, threads: 1);
    }

    [Fact]
    public void A_damaged_line_of_a_log_is_named_by_its_number()
    {
        using (var log = new JsonLog<ClientFailure>(_folder["log"]))
            for (var client = 0; client < 3; client++) log.Append(new(client, "late"));
        File.WriteAllText(_folder["log"], File.ReadAllText(_folder["log"]).Replace("\"client\":1", "\"client\":7"));

        var failure = Assert.Throws<AutoFlipException>(() => new JsonLog<ClientFailure>(_folder["log"]));

        Assert.Equal($"'{_folder["log"]}', line 2, is damaged: its checksum (xxh3) does not match.", failure.Message);
    }
}
