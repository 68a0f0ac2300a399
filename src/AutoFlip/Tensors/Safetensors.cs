using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Hashing;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace AutoFlip;

/// <summary>One tensor of a file.</summary>
/// <param name="Name">Its name, PyTorch's dotted one by custom.</param>
/// <param name="Shape">Its sizes, each at least 1; empty for a single number.</param>
/// <param name="Values">Its values, row by row.</param>
public sealed record NamedTensor(string Name, ImmutableArray<int> Shape, ReadOnlyMemory<float> Values)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} [{string.Join(", ", Shape)}]";
}

/// <summary>Content of a safetensors file: named tensors and metadata. Values in memory are float32, whatever the format in the
/// file.</summary>
/// <remarks>
/// The format (github.com/huggingface/safetensors): eight bytes with the header's length, little-endian; the header, JSON padded with
/// spaces; the values, one tensor directly after another. Python reads these files with <c>safetensors.torch.load_file</c>.
/// Differs: only float32 and float16 are read or written, and tensors without values are refused, for no model here has any.
/// <para>A file with metadata carries a checksum of all of it (<see cref="Seal"/>), and a model's the hash of its values
/// (<c>weights_sha256</c>). Both are checked when it is read.</para>
/// <para>Files are not trusted. Whatever a file claims, reading it ends with its content or with one <see cref="AutoFlipException"/>,
/// and takes memory in proportion to the file's real length.</para>
/// </remarks>
public sealed class Safetensors
{
    const int ChunkValues = 1 << 20; // a span counts bytes in an int: large models pass in pieces

    readonly string _path;

    Safetensors(string path, SafetensorsHeader header, float[] values)
    {
        _path = path;
        Metadata = header.Metadata.Remove(Seal.Key);
        IsHalf = header.Tensors.Any(tensor => tensor.Type == StoredType.Float16);
        var at = 0;
        Tensors = [.. header.Tensors.Select(tensor =>
            new NamedTensor(tensor.Name, tensor.Shape, values.AsMemory((at += tensor.Length) - tensor.Length, tensor.Length)))];
    }

    /// <summary>The tensors, in the order in which their values lie in the file.</summary>
    public ImmutableArray<NamedTensor> Tensors { get; }

    /// <summary>The file's own remarks; empty if it has none.</summary>
    public ImmutableSortedDictionary<string, string> Metadata { get; }

    /// <summary>True if any values in the file were float16.</summary>
    public bool IsHalf { get; }

    /// <summary>Writes a model, in canonical order, whole or not at all (<see cref="AtomicFile"/>). Equal
    /// arguments give equal bytes.</summary>
    /// <param name="path">The file to replace. Its folder must exist.</param>
    /// <param name="weights">The model.</param>
    /// <param name="metadata">Remarks to keep with it; null for none.</param>
    /// <param name="half">Writes float16: half the bytes, and values rounded to the nearest, ties to even.</param>
    /// <exception cref="AutoFlipException">It cannot be written (exit 4), or a value is beyond what float16 can hold (exit 2).</exception>
    public static void Write(string path, Weights weights, IReadOnlyDictionary<string, string>? metadata = null, bool half = false) =>
        AtomicFile.Write(path, stream => Write(stream, weights, metadata, half));

    /// <summary>Reads a file.</summary>
    /// <exception cref="AutoFlipException">It is missing, unreadable or not such a file (exit 3).</exception>
    public static Safetensors Read(string path) => Read(path, stream => Read(stream, path, Seal.IsRequired(path)));

    /// <summary>Reads only the metadata of a file: no checksum is compared. Null if it is missing, unreadable or not such a
    /// file.</summary>
    internal static ImmutableSortedDictionary<string, string>? TryMetadata(string path)
    {
        try
        {
            return Read(path, stream => SafetensorsHeader.Read(stream, path, StoredType.Own, out _).Metadata);
        }
        catch (AutoFlipException)
        {
            return null;
        }
    }

    static T Read<T>(string path, Func<Stream, T> content)
    {
        try
        {
            using var stream = OwnFile.OpenRead(path);
            return content(stream);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw AutoFlipException.BadData($"'{path}' does not exist.", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw AutoFlipException.BadData($"'{path}' could not be read: {failure.Message}", failure);
        }
    }

    /// <summary>The tensors as a model of that layout: names and shapes must be the same, their order in the file is free.</summary>
    /// <exception cref="AutoFlipException">The file holds another model (exit 3): the message names the
    /// first tensor that differs.</exception>
    public Weights ToWeights(WeightLayout layout)
    {
        var byName = Tensors.ToDictionary(tensor => tensor.Name);
        foreach (var entry in layout.Entries)
        {
            if (!byName.TryGetValue(entry.Name, out var tensor)) throw Misfit($"it has no tensor '{entry.Name}'");
            if (!tensor.Shape.AsSpan().SequenceEqual(entry.Shape.AsSpan())) throw Misfit($"it has {tensor} where the model has {entry}");
        }
        if (byName.Count > layout.Entries.Length)
        {
            var foreign = Tensors.First(tensor => layout.Entries.All(entry => entry.Name != tensor.Name));
            throw Misfit($"the model has no tensor '{ForeignText.Quote(foreign.Name)}'");
        }
        var values = new float[layout.Count]; // only now: as many as the file holds
        foreach (var entry in layout.Entries) byName[entry.Name].Values.Span.CopyTo(values.AsSpan(entry.Range));
        return new Weights(layout, values);
    }

    /// <summary>The same for weights that are to be used: no value may be NaN or infinite.</summary>
    /// <exception cref="AutoFlipException">The file holds another model, or such a value (exit 3).</exception>
    public Weights ToFiniteWeights(WeightLayout layout)
    {
        var weights = ToWeights(layout);
        if (TensorPrimitives.IsFiniteAll(weights.Values)) return weights;
        var entry = layout.Entries.First(entry => !TensorPrimitives.IsFiniteAll(weights.Values[entry.Range]));
        throw AutoFlipException.BadFile(_path, $"the tensor '{entry.Name}' has values that are not finite (NaN or infinity)");
    }

    internal static void Write(Stream stream, Weights weights, IReadOnlyDictionary<string, string>? metadata, bool half = false)
    {
        if (half) CheckRange(weights);
        metadata = WeightsHash.FillIn(metadata, to => Pass(weights.Values, half, to.Write));
        var header = SafetensorsHeader.Format(weights.Layout, metadata, half);
        if (metadata is { Count: > 0 } && Seal.InJson(header) is { } digits)
        {
            var hash = Seal.Begin(header, digits);
            Pass(weights.Values, half, hash.Append);
            Seal.Fill(header, digits, hash);
        }
        Span<byte> length = stackalloc byte[SafetensorsHeader.LengthBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        Pass(weights.Values, half, stream.Write);
    }

    /// <summary>Passes the values on as the bytes of the file, piece by piece.</summary>
    static void Pass(ReadOnlySpan<float> values, bool half, Action<ReadOnlySpan<byte>> to)
    {
        var narrow = half ? new Half[ChunkValues] : [];
        for (var rest = values; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, ChunkValues)..])
        {
            var chunk = rest[..Math.Min(rest.Length, ChunkValues)];
            if (half) TensorPrimitives.ConvertToHalf(chunk, narrow);
            to(half ? MemoryMarshal.AsBytes(narrow.AsSpan(0, chunk.Length)) : MemoryMarshal.AsBytes(chunk));
        }
    }

    /// <summary>Reads a file's content.</summary>
    /// <param name="stream">The content; it can be seeked.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="isSealed">Whether it is damaged if it has no checksum.</param>
    internal static Safetensors Read(Stream stream, string path, bool isSealed = false)
    {
        var header = SafetensorsHeader.Read(stream, path, StoredType.Own, out var text);
        var values = new float[header.ValueCount]; // the header is checked against the file's real length by now
        var digits = header.Metadata.ContainsKey(Seal.Key) ? Seal.InJson(text) : null;
        var hash = digits is { } place ? Seal.Begin(text, place) : new XxHash3();
        var named = header.Metadata.GetValueOrDefault(WeightsHash.Key);
        using var sha256 = named is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var at = 0;
        foreach (var tensor in header.Tensors)
        {
            tensor.Type.Read(stream, values.AsSpan(at, tensor.Length), piece =>
            {
                hash.Append(piece);
                sha256?.AppendData(piece);
            });
            at += tensor.Length;
        }
        const string Changed = "so a part of it has changed since it was written";
        if (digits is { } sealedAt && !Seal.Fits(text, sealedAt, hash))
            throw SafetensorsHeader.Damaged(path, $"its checksum (xxh3) does not match, {Changed}");
        if (digits is null && (isSealed || named is not null))
            throw SafetensorsHeader.Damaged(path, $"its checksum (xxh3) is missing, {Changed}");
        if (sha256 is not null && Convert.ToHexStringLower(sha256.GetHashAndReset()) != named)
            throw SafetensorsHeader.Damaged(path, $"its weights do not have the {WeightsHash.Key} that its metadata name");
        return new Safetensors(path, header, values);
    }

    /// <summary>Refuses values that float16 would make infinite. What is no number already stays what it is.</summary>
    static void CheckRange(Weights weights)
    {
        foreach (var entry in weights.Layout.Entries)
        {
            foreach (var value in weights.Values[entry.Range])
            {
                if (float.IsFinite(value) && !Half.IsFinite((Half)value))
                    throw AutoFlipException.BadRequest(FormattableString.Invariant(
                        $"'{entry.Name}' has a value of {value}, and fp16 ends at 65504; write it in fp32."));
            }
        }
    }

    AutoFlipException Misfit(string why) => AutoFlipException.BadData($"'{_path}' does not fit the model: {why}.");
}
