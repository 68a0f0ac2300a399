using System.Buffers.Binary;
using System.Text;
using CsCheck;

namespace AutoFlip.Tests;

/// <summary>Files that lie. Each must end in one sentence that names the file, and take no memory that it merely claims.</summary>
public class SafetensorsHostileTests
{
    const string OneTensor = """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""";

    [Theory]
    [InlineData("", "not a JSON object")]
    [InlineData(" {}", "not a JSON object")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("{}x", "not valid JSON")]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "names something twice")]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"\\u0061\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "names something twice")]
    [InlineData("{\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "not valid JSON")]
    [InlineData("{\"a\":1}", "is not described")]
    [InlineData("{\"a\":{}}", "has no type")]
    [InlineData("{\"a\":{\"dtype\":7}}", "has no type")]
    [InlineData("{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}", "of type I64, only F32 and F16")]
    [InlineData("{\"a\":{\"dtype\":\"\\ud800\",\"shape\":[1],\"data_offsets\":[0,8]}}", "not valid JSON")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", "has no shape")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}", "has no shape")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}", "has no shape")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", "has no place")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", "has no place")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", "has no place")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}", "lies outside")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", "lies outside")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}", "lies outside")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}", "lies outside")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,9223372036854775807]}}", "lies outside")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,8]}}", "shape that does not fit")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}", "shape that does not fit")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1,-2],\"data_offsets\":[0,8]}}", "shape that does not fit")]
    [InlineData("{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[1,5]}}", "lies outside")]
    [InlineData("{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,8]}}", "shape that does not fit")]
    [InlineData(
        "{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[2,6]}}",
        "lies outside")]
    [InlineData(
        "{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[2,8]}}",
        "overlap")]
    // 2^32 * 2^32 + ... wraps around to small numbers in 64 bits
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", "shape that does not fit")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2,9223372036854775807],\"data_offsets\":[0,8]}}", "shape that does not fit")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2147483648],\"data_offsets\":[0,8]}}", "shape that does not fit")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "bytes behind")]
    [InlineData("{}", "bytes behind")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "leave a gap")]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        "overlap")]
    [InlineData(
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "overlap")]
    [InlineData("{\"__metadata__\":[]}", "metadata are not a JSON object")]
    [InlineData("{\"__metadata__\":{\"k\":1}}", "metadata 'k' are not text")]
    [InlineData("{\"__metadata__\":{\"k\\nb\":1}}", "metadata 'k\\u000ab...' are not text")]
    [InlineData("{\"a\\nb\":1}", "tensor 'a\\u000ab...' is not described")]
    [InlineData("{\"a\\nb\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "tensor 'a\\u000ab...' leave a gap")]
    [InlineData("{\"__metadata__\":{\"k\":\"\\udc00\"}}", "not valid JSON")]
    [InlineData("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", "names something twice")]
    public void Lying_header_is_refused_with_its_reason(string header, string reason) =>
        Assert.Contains(reason, Refusal(SafetensorsTests.File(header, 1, 2)), StringComparison.Ordinal); // two values, eight bytes

    [Theory]
    [InlineData("{\"NAME\":1}")]
    [InlineData("{\"NAME\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}")]
    [InlineData("{\"__metadata__\":{\"NAME\":1}}")]
    public void A_long_name_is_cut_in_the_message(string header)
    {
        var refusal = Refusal(SafetensorsTests.File(header.Replace("NAME", new string('n', 100_000), StringComparison.Ordinal), 1, 2));

        Assert.Contains($"'{new string('n', ForeignText.MostQuoted)}...'", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Deeply_nested_header_is_refused()
    {
        const int depth = 1_000_000;

        Assert.Contains(
            "not valid JSON", Refusal(SafetensorsTests.File("{\"a\":" + new string('[', depth) + new string(']', depth) + "}")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Header_that_is_no_UTF8_is_refused() =>
        Assert.Contains(
            "not UTF-8", Refusal(SafetensorsTests.File([(byte)'{', (byte)'"', 0xff, (byte)'"', (byte)'}'])), StringComparison.Ordinal);

    [Fact]
    public void Values_that_are_no_whole_floats_are_refused() =>
        Assert.Contains("bytes behind", Refusal([.. SafetensorsTests.File(OneTensor, 1), 0]), StringComparison.Ordinal);

    [Theory]
    [InlineData(0, "too short")]
    [InlineData(7, "too short")]
    [InlineData(8, "cut off inside its header")]
    [InlineData(20, "cut off inside its header")]
    [InlineData(-1, "cut off")]
    public void Truncated_file_is_refused(int length, string reason)
    {
        var whole = SafetensorsTests.File(OneTensor, 1);

        Assert.Contains(reason, Refusal(whole[..(length < 0 ? whole.Length + length : length)]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ulong.MaxValue, "too long")] // -1, as a signed number
    [InlineData(1UL << 63, "too long")]
    [InlineData(100_000_001UL, "too long")]
    [InlineData(100_000_000UL, "cut off inside its header")]
    public void Claimed_header_length_costs_no_memory(ulong length, string reason)
    {
        var bytes = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        Refusal(bytes); // once for what is allocated the first time only

        var before = GC.GetAllocatedBytesForCurrentThread();
        var refusal = Refusal(bytes);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Contains(reason, refusal, StringComparison.Ordinal);
        Assert.InRange(allocated, 0, 100_000);
    }

    [Fact]
    public void File_that_cannot_seek_is_refused()
    {
        if (!File.Exists("/dev/zero")) Assert.Skip("This system has no /dev/zero.");

        Assert.Equal(ExitCode.BadData, Assert.Throws<AutoFlipException>(() => Safetensors.Read("/dev/zero")).Code);
    }

    static readonly byte[] Valid = SafetensorsTests.Bytes(
        new Weights(
            WeightLayout.Create([
                ("conv.weight", [2, 3, 2], TensorRole.Weight), ("conv.bias", [2], TensorRole.Bias), ("s", [1], TensorRole.Weight)]),
            [.. Enumerable.Range(0, 15).Select(i => i / 7f)]),
        new Dictionary<string, string> { ["seed"] = "1", ["ключ"] = "значение" });

    [Fact]
    public void Any_flipped_bits_end_in_a_reading_or_a_sentence() =>
        Gen.Int[0, Valid.Length * 8 - 1].Array[1, 4].Sample(flips =>
        {
            var bytes = (byte[])Valid.Clone();
            foreach (var flip in flips) bytes[flip / 8] ^= (byte)(1 << flip % 8);

            return ReadsOrRefuses(bytes);
        }, iter: 20_000);

    [Fact]
    public void Any_replaced_bytes_end_in_a_reading_or_a_sentence() =>
        Gen.Select(Gen.Int[0, Valid.Length - 1], Gen.OneOf(Gen.Byte, Gen.OneOf<byte>([.. "{}[]\":,0-9e.\\"u8])).Array[1, 8])
            .Sample((at, with) =>
        {
            var bytes = (byte[])Valid.Clone();
            with.AsSpan(0, Math.Min(with.Length, bytes.Length - at)).CopyTo(bytes.AsSpan(at));

            return ReadsOrRefuses(bytes);
        }, iter: 20_000);

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (var length = 0; length < Valid.Length; length++) Refusal(Valid[..length]);
    }

    [Fact]
    public void Every_addition_is_refused() =>
        Gen.Byte.Array[1, 40].Sample(more => Refusal([.. Valid, .. more]).Length > 0);

    [Fact]
    public void Random_bytes_end_in_a_reading_or_a_sentence() =>
        Gen.Byte.Array[0, 200].Sample(ReadsOrRefuses, iter: 5_000);

    /// <summary>A reading must account for every byte: what was read, written again, is what lay in the file.</summary>
    static bool ReadsOrRefuses(byte[] bytes)
    {
        Safetensors read;
        try
        {
            read = SafetensorsTests.Parse(bytes);
        }
        catch (AutoFlipException refusal)
        {
            return refusal.Code == ExitCode.BadData && refusal.Message.StartsWith("'test'", StringComparison.Ordinal);
        }
        var header = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var values = read.Tensors.SelectMany(tensor => tensor.Values.ToArray()).SelectMany(BitConverter.GetBytes);
        return bytes.AsSpan(8 + header).SequenceEqual([.. values])
            && read.Tensors.All(tensor => tensor.Shape.Aggregate(1, (product, size) => product * size) == tensor.Values.Length)
            && read.Tensors.DistinctBy(tensor => tensor.Name).Count() == read.Tensors.Length;
    }

    static string Refusal(byte[] bytes)
    {
        var failure = Assert.Throws<AutoFlipException>(() => SafetensorsTests.Parse(bytes));
        Assert.Equal(ExitCode.BadData, failure.Code);
        Assert.StartsWith("'test'", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(failure.Message, ForeignText.IsUnsafe);
        return failure.Message;
    }
}
