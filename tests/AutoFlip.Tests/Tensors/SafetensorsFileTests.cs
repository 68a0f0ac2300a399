namespace AutoFlip.Tests;

public sealed class SafetensorsFileTests : IDisposable
{
    readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>1, -2.5 and 2^-14 are float16 and bfloat16 values, so every type gives them exactly.</summary>
    [Theory]
    [InlineData("F32")]
    [InlineData("F16")]
    [InlineData("BF16")]
    public void Values_of_each_float_type_are_read(string type)
    {
        float[] values = [1, -2.5f, 1 / 16384f];
        using var file = Open(
            ForeignTensor.Of("ids", [1], [7], "I64"), ForeignTensor.Of("a", [3], values, type),
            ForeignTensor.Of("b", [3], [4, 5, 6], type));
        var read = new float[3];

        file.Read(file.Tensors.Single(tensor => tensor.Name == "a"), read);

        Assert.Equal(values, read);
        Assert.Equal(["ids", "a", "b"], file.Tensors.Select(tensor => tensor.Name));
    }

    /// <summary>0x3FC0 is sign 0, exponent 127, fraction 1/2: 1.5. 0x7F80 is infinity, 0x0001 the smallest above 0, 2^-133.</summary>
    [Fact]
    public void BFloat16_is_the_upper_half_of_a_float32()
    {
        using var file = Open(new ForeignTensor("a", "BF16", [3], [0xC0, 0x3F, 0x80, 0x7F, 0x01, 0x00]));
        var read = new float[3];

        file.Read(file.Tensors[0], read);

        Assert.Equal([1.5f, float.PositiveInfinity, (float)Math.Pow(2, -133)], read);
    }

    /// <summary>A tensor of I64 behind one of F32 begins at a byte that no multiple of eight need be.</summary>
    [Fact]
    public void Tensors_of_other_types_may_lie_anywhere()
    {
        using var file = Open(
            ForeignTensor.Of("a", [1], [3]), ForeignTensor.Of("ids", [2], [1, 2], "I64"), new("flags", "BOOL", [1], [1]),
            new("scales", "F8_E4M3", [1], [1]), new("half", "I16", [1], [1, 0]));
        var read = new float[1];

        file.Read(file.Tensors[0], read);

        Assert.Equal([3], read);
    }

    [Theory]
    [InlineData("{\"a\":{\"dtype\":\"Q4\",\"shape\":[1],\"data_offsets\":[0,4]}}", "of type Q4, only F32, F16, BF16")]
    [InlineData("{\"a\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[1,5]}}", "lies outside")]
    [InlineData("{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,4]}}", "shape that does not fit")]
    [InlineData("{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,80]}}", "lies outside")]
    [InlineData("{\"a\":{\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":[0,2]}}", "bytes behind")]
    public void A_header_that_does_not_fit_is_refused(string header, string why)
    {
        byte[] text = [.. System.Text.Encoding.UTF8.GetBytes(header)];
        File.WriteAllBytes(_folder["x"], [(byte)text.Length, 0, 0, 0, 0, 0, 0, 0, .. text, 0, 0, 0, 0]);

        var refused = Assert.Throws<AutoFlipException>(() => SafetensorsFile.Open(_folder["x"]));

        Assert.Equal(ExitCode.BadData, refused.Code);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_longer_than_the_format_allows_is_not_read()
    {
        File.WriteAllBytes(_folder["x"], [.. BitConverter.GetBytes(100_000_001L), .. new byte[64]]);

        Assert.Contains(
            "its header is too long", Assert.Throws<AutoFlipException>(() => SafetensorsFile.Open(_folder["x"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_of_this_program_is_refused()
    {
        var layout = WeightLayout.Create([("a", [2], TensorRole.Weight)]);
        Safetensors.Write(_folder["x"], new Weights(layout, [1, 2]), new Dictionary<string, string> { ["format"] = "pt" });
        using (SafetensorsFile.Open(_folder["x"])) { }
        var bytes = File.ReadAllBytes(_folder["x"]);
        bytes[^1] ^= 1;
        File.WriteAllBytes(_folder["x"], bytes);

        Assert.Contains(
            "checksum (xxh3) does not match", Assert.Throws<AutoFlipException>(() => SafetensorsFile.Open(_folder["x"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_refused()
    {
        Assert.Contains(
            "does not exist", Assert.Throws<AutoFlipException>(() => SafetensorsFile.Open(_folder["none"])).Message,
            StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadData, Assert.Throws<AutoFlipException>(() => SafetensorsFile.Open(_folder.Path)).Code);
    }

    SafetensorsFile Open(params ForeignTensor[] tensors)
    {
        File.WriteAllBytes(_folder["x"], ForeignTensor.File(tensors));
        return SafetensorsFile.Open(_folder["x"]);
    }
}
