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
    public void A_flipped_bit_of_a_sealed_object_is_found_or_changes_nothing()
    {
        var whole = RunJson.Sealed(Guidance, RunJson.Document).AsSpan().TrimEnd((byte)'\n').ToArray();
        var expected = Show(RunJson.Read<GuidanceReport>(whole, "file", ""));

        for (var bit = 0; bit < 8 * whole.Length; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.Equal(expected, Show(RunJson.Read<GuidanceReport>(damaged, "file", ""))); // the name xxh3 was hit: nobody looks for the checksum
            }
            catch (AutoFlipException e)
            {
                Assert.Equal(ExitCode.BadData, e.Code);
                Assert.StartsWith("'file' is damaged: ", e.Message, StringComparison.Ordinal);
            }
        }

        static string Show(GuidanceReport report) => Encoding.UTF8.GetString(RunJson.Sealed(report, RunJson.Line));
    }

    [Fact]
    public void What_is_not_sealed_is_read_without() =>
        Assert.Equal("saliency", RunJson.Read<GuidanceReport>("""{"guidance":"saliency","explorers":2,"round":1,"tensors":[]}"""u8, "file", "").Guidance);

    [Fact]
    public void A_flipped_bit_of_a_model_file_is_found_or_changes_nothing()
    {
        var layout = WeightLayout.Create([("a", [2, 2], TensorRole.Weight), ("b", [3], TensorRole.Weight)]);
        var weights = new Weights(layout, [1, 2, 3, 4, 5, 6, 7]);
        foreach (var half in (bool[])[false, true])
        {
            var stream = new MemoryStream();
            Safetensors.Write(stream, weights, new Dictionary<string, string> { ["round"] = "3" }, half);
            var whole = stream.ToArray();

            for (var bit = 0; bit < 8 * whole.Length; bit++)
            {
                byte[] damaged = [.. whole];
                damaged[bit / 8] ^= (byte)(1 << (bit % 8));
                try
                {
                    var read = Safetensors.Read(new MemoryStream(damaged), "file");
                    Assert.Equal(weights.Sha256(), read.ToWeights(layout).Sha256());
                    Assert.Equal("3", read.Metadata["round"]);
                }
                catch (AutoFlipException e)
                {
                    Assert.Equal(ExitCode.BadData, e.Code);
                }
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
    public void A_flipped_bit_of_an_onnx_file_is_found() => Gen.Int.Sample(
        draw =>
        {
            var network = TinyFederation.Network(TinyFederation.Experiment);
            var stream = new MemoryStream();
            OnnxModel.Write(stream, network, TinyFederation.Initial(TinyFederation.Experiment), new Dictionary<string, string> { ["k"] = "v" });
            var file = stream.ToArray();
            Assert.True(Seal.InOnnx(file) is not null && Seal.Holds(file, Seal.InOnnx(file)));

            var bit = (int)((uint)draw % (8u * (uint)file.Length));
            file[bit / 8] ^= (byte)(1 << (bit % 8));

            Assert.True(Seal.InOnnx(file) is not { } digits || !Seal.Holds(file, digits)); // none: the name of the remark was hit
        },
        iter: 200, threads: 1);

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
