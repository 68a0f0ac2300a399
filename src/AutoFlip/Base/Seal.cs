using System.IO.Hashing;
using System.Text;

namespace AutoFlip;

/// <summary>A checksum inside the file that it protects: XXH3 (64 bits) of all bytes, its own sixteen
/// hexadecimal digits counted as zeros.</summary>
/// <remarks>
/// It finds damage (a flipped bit, a lost block), not forgery. In JSON it is the text member <c>xxh3</c>; in an ONNX file the remark
/// of that name. Files of earlier versions and of other programs have none and are read without. So a file must show in another place
/// that it was written with one, or damage to the checksum's own name would go unnoticed: see <see cref="IsRequired"/> for files of a
/// run, and <c>WeightsHash</c> for models.
/// </remarks>
static class Seal
{
    /// <summary>The name of the member.</summary>
    public const string Key = "xxh3";

    /// <summary>The digits until they are known.</summary>
    public const string Blank = "0000000000000000";

    /// <summary>Name of the file below the checkpoints of a run that every version writes which gives all
    /// files of a run a checksum.</summary>
    public const string Mark = "run.json";

    const int Digits = 16;

    static ReadOnlySpan<byte> JsonMark => "\"xxh3\":"u8;

    static ReadOnlySpan<byte> OnnxMark => "\x0a\x04xxh3\x12\x10"u8; // StringStringEntryProto: key of 4 bytes, value of 16

    /// <summary>Position of the checksum's digits in a JSON text: the last member <c>xxh3</c> whose value has sixteen characters; null if
    /// there is none.</summary>
    public static Range? InJson(ReadOnlySpan<byte> json)
    {
        var mark = json.LastIndexOf(JsonMark);
        if (mark < 0) return null;
        var start = mark + JsonMark.Length;
        while (start < json.Length && json[start] == ' ') start++;
        return start + Digits + 1 < json.Length && json[start] == '"' && json[start + Digits + 1] == '"'
            ? (start + 1)..(start + 1 + Digits)
            : null;
    }

    /// <summary>Position of the checksum's digits in an ONNX file; null if the file has no checksum.</summary>
    public static Range? InOnnx(ReadOnlySpan<byte> file)
    {
        var mark = file.IndexOf(OnnxMark);
        var start = mark + OnnxMark.Length;
        return mark >= 0 && start + Digits <= file.Length ? start..(start + Digits) : null;
    }

    /// <summary>The checksum so far of bytes that hold the digits.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="digits">Where in them the digits are.</param>
    public static XxHash3 Begin(ReadOnlySpan<byte> bytes, Range digits)
    {
        var hash = new XxHash3();
        hash.Append(bytes[..digits.Start]);
        hash.Append("0000000000000000"u8);
        hash.Append(bytes[digits.End..]);
        return hash;
    }

    /// <summary>Writes the digits into the bytes.</summary>
    public static void Fill(Span<byte> bytes, Range digits, XxHash3 hash) => Encoding.ASCII.GetBytes(Text(hash), bytes[digits]);

    /// <summary>Computes the checksum of a whole content and writes it into its digits.</summary>
    public static void Fill(Span<byte> bytes, Range digits) => Fill(bytes, digits, Begin(bytes, digits));

    /// <summary>Tests whether the digits are those of the checksum.</summary>
    public static bool Fits(ReadOnlySpan<byte> bytes, Range digits, XxHash3 hash) => Encoding.ASCII.GetString(bytes[digits]) == Text(hash);

    /// <summary>Error of a whole content's checksum, without a full stop; null if the checksum is right, or absent and not
    /// required.</summary>
    /// <param name="bytes">The content.</param>
    /// <param name="digits">Where its digits are; null if it has none.</param>
    /// <param name="isRequired">Whether a content without a checksum is refused.</param>
    public static string? Fault(ReadOnlySpan<byte> bytes, Range? digits, bool isRequired) =>
        digits is not { } place ? isRequired ? "its checksum (xxh3) is missing" : null
        : Fits(bytes, place, Begin(bytes, place)) ? null
        : "its checksum (xxh3) does not match";

    /// <summary>Tests whether a file in a run directory, or in its checkpoints, must have a checksum: the run was begun by a version that
    /// writes one.</summary>
    public static bool IsRequired(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return File.Exists(Path.Combine(folder, Mark)) || File.Exists(Path.Combine(folder, "checkpoints", Mark));
    }

    /// <summary>The checksum of some bytes as sixteen digits.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes).ToString("x16", null);

    static string Text(XxHash3 hash) => hash.GetCurrentHashAsUInt64().ToString("x16", null);
}
