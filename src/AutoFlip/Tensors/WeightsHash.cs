using System.Security.Cryptography;

namespace AutoFlip;

/// <summary>The SHA-256 of a model file's weights as the file stores them: rounded if they are float16, without the units that it
/// leaves out, in its own order.</summary>
/// <remarks>A caller that writes a model requests the hash by <see cref="Wanted"/> in the metadata, and the writer of the format inserts
/// it. A file with the hash also has a checksum (<see cref="Seal"/>), so a reader requires both.</remarks>
static class WeightsHash
{
    /// <summary>The name of the remark.</summary>
    public const string Key = "weights_sha256";

    /// <summary>The remark until the hash is known.</summary>
    public const string Wanted = "";

    /// <summary>The remarks with the hash in its place, if they ask for it.</summary>
    /// <param name="metadata">The remarks; null for none.</param>
    /// <param name="write">Writes the weights as the file stores them.</param>
    public static IReadOnlyDictionary<string, string>? FillIn(IReadOnlyDictionary<string, string>? metadata, Action<Stream> write) =>
        metadata?.ContainsKey(Key) is true ? new Dictionary<string, string>(metadata) { [Key] = Of(write) } : metadata;

    /// <summary>The hash of a stream's bytes in lower-case hex.</summary>
    /// <param name="write">Writes them.</param>
    static string Of(Action<Stream> write)
    {
        using var hash = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write)) write(stream);
        return Convert.ToHexStringLower(hash.Hash!);
    }
}
