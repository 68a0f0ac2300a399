using System.Buffers.Binary;

namespace AutoFlip.Tests;

/// <summary>Weights that somebody changed and gave a right checksum: the hash in the metadata is of those that were written.</summary>
public sealed class WeightsHashTests
{
    static readonly Dictionary<string, string> Remarks = new() { ["k"] = "v", [WeightsHash.Key] = WeightsHash.Wanted };

    static readonly Network Network = TinyFederation.Network(TinyFederation.Experiment);

    static readonly Weights Weights = TinyFederation.Initial(TinyFederation.Experiment);

    /// <summary>SHA-256 of the two float32 values 1 and 2, little-endian: `printf '\x00\x00\x80\x3f\x00\x00\x00\x40' | sha256sum`; of the
    /// same in float16, `printf '\x00\x3c\x00\x40' | sha256sum`.</summary>
    [Theory]
    [InlineData(false, "b9c80b5adeca450753a16950c3cc655d271f7bef7a485bc83f112b72fef21d37")]
    [InlineData(true, "6b60ada811679b7b8aeee509afcdd89fde521eef8c3686639eb8c923d109c639")]
    public void Hash_is_of_the_bytes_as_they_are_stored(bool half, string expected)
    {
        var stream = new MemoryStream();
        Safetensors.Write(stream, new Weights(WeightLayout.Create([("a", [2], TensorRole.Weight)]), [1, 2]), Remarks, half);

        Assert.Equal(expected, Safetensors.Read(new MemoryStream(stream.ToArray()), "file").Metadata[WeightsHash.Key]);
    }

    /// <summary>Of a file that names the hash of its weights, which only this program writes, and of any file of
    /// a run that has checksums.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Safetensors_that_must_have_a_checksum_and_have_none_are_refused(bool namesHash, bool isSealed)
    {
        var stream = new MemoryStream();
        Safetensors.Write(stream, Weights, namesHash ? Remarks : new() { ["k"] = "v" });
        var file = stream.ToArray();
        file[file.AsSpan().IndexOf("xxh3"u8)] = (byte)'y'; // another name of metadata

        var failure = Assert.Throws<AutoFlipException>(() => Safetensors.Read(new MemoryStream(file), "file", isSealed));

        Assert.Equal(ExitCode.BadData, failure.Code);
        Assert.Contains("its checksum (xxh3) is missing", failure.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Safetensors_with_other_weights_and_a_right_checksum_are_refused(bool half)
    {
        var stream = new MemoryStream();
        Safetensors.Write(stream, Weights, Remarks, half);
        var file = stream.ToArray();
        Assert.Equal("v", Safetensors.Read(new MemoryStream(file), "file").Metadata["k"]);

        file[^2] ^= 1; // a bit of the last value
        var content = file.AsSpan(sizeof(long)); // the length of the header is outside the checksum
        Seal.Fill(content, Seal.InJson(content[..(int)BinaryPrimitives.ReadInt64LittleEndian(file)])!.Value);

        var failure = Assert.Throws<AutoFlipException>(() => Safetensors.Read(new MemoryStream(file), "file"));
        Assert.Equal(
            (ExitCode.BadData,
                "'file' is not a safetensors file that can be used: its weights do not have the weights_sha256 that its metadata name."),
            (failure.Code, failure.Message));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void An_ONNX_file_with_other_weights_and_a_right_checksum_is_refused(bool half)
    {
        var file = Onnx(Weights, half);
        Assert.Null(OnnxModel.Fault(file));

        file[^2] ^= 1; // a bit of the last value of the last tensor
        Assert.Equal("its checksum (xxh3) does not match, so a part of it has changed since it was exported", OnnxModel.Fault(file));
        Seal.Fill(file, Seal.InOnnx(file)!.Value);

        Assert.Equal("its weights do not have the weights_sha256 that its metadata name", OnnxModel.Fault(file));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void An_ONNX_file_whose_weights_are_not_finite_is_refused(bool half)
    {
        var values = Weights.Values.ToArray();
        values[0] = float.NaN;

        Assert.Equal(
            $"the tensor '{Weights.Layout.Entries[0].Name}' has values that are not finite (NaN or infinity)",
            OnnxModel.Fault(Onnx(new Weights(Weights.Layout, values), half)));
    }

    [Fact]
    public void What_is_no_ONNX_file_is_not_accepted_as_one()
    {
        Assert.Equal("it is not an ONNX model", OnnxModel.Fault([0x3A, 0x05, 1])); // field 7 of 5 bytes, of which one is there
        Assert.Equal("it is not an ONNX model", OnnxModel.Fault([0x3F]));          // field 7 of a kind 7, which there is not
        // a whole number of more than 64 bits
        Assert.Equal("it is not an ONNX model", OnnxModel.Fault([.. Enumerable.Repeat((byte)0xFF, 11)]));
    }

    static byte[] Onnx(Weights weights, bool half)
    {
        var stream = new MemoryStream();
        OnnxModel.Write(stream, Network, weights, Remarks, half);
        return stream.ToArray();
    }
}
