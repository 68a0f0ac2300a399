using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using CsCheck;

namespace AutoFlip.Tests;

public sealed class SafetensorsTests : IDisposable
{
    static readonly WeightLayout Layout = WeightLayout.Create(
    [
        ("bn.running_mean", [3], TensorRole.Statistic),
        ("conv.weight", [3, 1, 2, 2], TensorRole.Weight),
        ("conv.bias", [3], TensorRole.Bias),
        ("temperature", [], TensorRole.Weight),
    ]);

    static readonly Weights Model = new(Layout, [.. Enumerable.Range(0, Layout.Count).Select(i => i - 1.5f)]);

    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Round_trip_keeps_every_bit_the_order_and_the_metadata()
    {
        Safetensors.Write(_folder["m"], Model, new Dictionary<string, string> { ["seed"] = "7", ["naïve \"name\""] = "\u0001 ♞ 😀" });

        var read = Safetensors.Read(_folder["m"]);

        Assert.Equal(["conv.weight", "conv.bias", "temperature", "bn.running_mean"], read.Tensors.Select(tensor => tensor.Name));
        Assert.Equal("7", read.Metadata["seed"]);
        Assert.Equal("\u0001 ♞ 😀", read.Metadata["naïve \"name\""]);
        Assert.Equal(Model.Sha256(), read.ToWeights(Layout).Sha256());
        Assert.Equal(["m"], _folder.Files);
    }

    [Fact]
    public void Round_trip_of_any_bits_is_exact_NaN_payloads_included() =>
        Gen.UInt.Array[Layout.Count].Sample(bits =>
        {
            var weights = new Weights(Layout, MemoryMarshal.Cast<uint, float>(bits).ToArray());

            var read = Parse(Bytes(weights)).ToWeights(Layout);

            Assert.Equal(bits, MemoryMarshal.Cast<float, uint>(read.Values).ToArray());
        });

    [Fact]
    public void Written_bytes_follow_the_format()
    {
        var layout = WeightLayout.Create([("b", [2], TensorRole.Weight), ("a", [1, 1], TensorRole.Weight)]);

        var bytes = Bytes(new Weights(layout, [1, 2, 3]), new Dictionary<string, string> { ["z"] = "1", ["k"] = "v" });

        // Tensors in canonical order, metadata sorted; offsets in bytes: two values from 0 to 8, one from 8 to 12.
        const string json = """
            {"__metadata__":{"k":"v","z":"1","xxh3":"0000000000000000"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[1,1],"data_offsets":[8,12]}}
            """;
        var padded = (json.Length + 7) / 8 * 8;
        Assert.Equal((ulong)padded, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        var seal = Seal.InJson(bytes.AsSpan(8, padded))!.Value; // the checksum is tested for itself
        "0000000000000000"u8.CopyTo(bytes.AsSpan(8, padded)[seal]);
        Assert.Equal(json.PadRight(padded), Encoding.ASCII.GetString(bytes, 8, padded));
        Assert.Equal([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40], bytes[(8 + padded)..]); // 1, 2, 3, little-endian
    }

    [Fact]
    public void Half_as_many_bytes_hold_the_nearest_float16()
    {
        var layout = WeightLayout.Create([("b", [2], TensorRole.Weight), ("a", [1, 1], TensorRole.Weight)]);
        var stream = new MemoryStream();

        Safetensors.Write(stream, new Weights(layout, [1, -65504, 1 + 1 / 2048f]), null, half: true);

        // Read without our reader. float16: 1 is 3C00; the largest, negated, is FBFF; 1 + 2^-11 lies
        // between two and falls to the even one, 1.
        var bytes = stream.ToArray();
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        using var header = System.Text.Json.JsonDocument.Parse(bytes.AsMemory(8, length));
        Assert.Equal(
            """{"b":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"a":{"dtype":"F16","shape":[1,1],"data_offsets":[4,6]}}""",
            header.RootElement.GetRawText());
        Assert.Equal([0x00, 0x3c, 0xff, 0xfb, 0x00, 0x3c], bytes[(8 + length)..]);
        Assert.Equal([1, -65504, 1], Parse(bytes).ToWeights(layout).Values.ToArray());
    }

    [Fact]
    public void Float16_of_any_size_is_read_as_it_was_written()
    {
        const int Count = 3_000_001; // several chunks, the last one odd
        var layout = WeightLayout.Create([("a", [Count], TensorRole.Weight), ("b", [3], TensorRole.Weight)]);
        float[] values = [.. Enumerable.Range(0, layout.Count).Select(i => (float)(Half)(i * 0.001f))];
        var stream = new MemoryStream();

        Safetensors.Write(stream, new Weights(layout, values), null, half: true);

        Assert.Equal(values, Parse(stream.ToArray()).ToWeights(layout).Values.ToArray());
    }

    [Fact]
    public void Both_types_may_be_in_one_file()
    {
        // 1.5 is 3E00 in float16.
        var file = File(
            """{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"f":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""",
            BitConverter.Int32BitsToSingle(0x3E003E00), 7);

        Assert.Equal([1.5f, 1.5f, 7], Parse(file).Tensors.SelectMany(tensor => tensor.Values.ToArray()));
    }

    [Theory]
    [InlineData(65520f, true)] // half way to the next power of two: rounds to infinity
    [InlineData(65519f, false)]
    [InlineData(float.NaN, false)] // was no number before
    public void What_float16_cannot_hold_is_refused(float value, bool refused)
    {
        var weights = new Weights(WeightLayout.Create([("a.weight", [2], TensorRole.Weight)]), [0, -value]);
        void Write() => Safetensors.Write(_folder["m"], weights, half: true);

        if (!refused) Write();
        else Assert.Equal(
            "'a.weight' has a value of -65520, and fp16 ends at 65504; write it in fp32.", Assert.Throws<AutoFlipException>(Write).Message);
        Assert.Equal(refused ? [] : ["m"], _folder.Files);
    }

    [Fact]
    public void Tensors_may_lie_in_any_order()
    {
        var file = File(
            """{"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 1, 2, 3);
        var layout = WeightLayout.Create([("b", [1], TensorRole.Weight), ("a", [2], TensorRole.Weight)]);

        var read = Parse(file);

        Assert.Equal(["a", "b"], read.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([3, 1, 2], read.ToWeights(layout).Values.ToArray());
    }

    [Fact]
    public void File_without_tensors_is_empty() => Assert.Empty(Parse(File("{}")).Tensors);

    [Theory]
    [InlineData("it has no tensor 'b'", "a", 2, "b", 1)]
    [InlineData("it has a [2] where the model has a [3]", "a", 3)]
    [InlineData("the model has no tensor 'a'")]
    public void Model_of_another_layout_is_told_what_differs(string why, params object[] tensors)
    {
        var file = File("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 1, 2);
        var layout = WeightLayout.Create(tensors.Chunk(2).Select(pair =>
            ((string)pair[0], (System.Collections.Immutable.ImmutableArray<int>)[(int)pair[1]], TensorRole.Weight)));

        var failure = Assert.Throws<AutoFlipException>(() => Parse(file).ToWeights(layout));

        Assert.Equal(ExitCode.BadData, failure.Code);
        Assert.Equal($"'test' does not fit the model: {why}.", failure.Message);
    }

    [Fact]
    public void Name_kept_by_the_format_cannot_be_a_tensors() =>
        Assert.Throws<ArgumentException>(() => Bytes(Weights.Zeros(WeightLayout.Create([("__metadata__", [1], TensorRole.Weight)]))));

    [Fact]
    public void Full_disk_fails_the_run_and_leaves_nothing_behind()
    {
        var failure = Assert.Throws<AutoFlipException>(() => AtomicFile.Write(_folder["m"], stream =>
        {
            Safetensors.Write(stream, Model, null);
            throw FullDisk.Failure();
        }));

        Assert.Equal(ExitCode.RunFailed, failure.Code);
        Assert.Contains("the disk is full", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void Missing_file_and_folder_are_bad_data()
    {
        foreach (var path in (string[])[_folder["none"], _folder["none/none"], _folder.Path])
        {
            var failure = Assert.Throws<AutoFlipException>(() => Safetensors.Read(path));

            Assert.Equal(ExitCode.BadData, failure.Code);
            Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        }
    }

    internal static Safetensors Parse(byte[] bytes) => Safetensors.Read(new MemoryStream(bytes), "test");

    internal static byte[] Bytes(Weights weights, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var stream = new MemoryStream();
        Safetensors.Write(stream, weights, metadata);
        return stream.ToArray();
    }

    internal static byte[] File(ReadOnlySpan<byte> header, params ReadOnlySpan<float> values)
    {
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        return [.. length, .. header, .. MemoryMarshal.AsBytes(values)];
    }

    internal static byte[] File(string header, params ReadOnlySpan<float> values) => File(Encoding.UTF8.GetBytes(header), values);
}
