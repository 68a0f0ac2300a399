using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace AutoFlip;

/// <summary>A tensor as a file describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its sizes, each at least 1.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="Start">Its first byte behind the header.</param>
/// <param name="Length">Its values.</param>
readonly record struct StoredTensor(string Name, ImmutableArray<int> Shape, StoredType Type, long Start, int Length)
{
    /// <summary>The byte behind its last.</summary>
    public long End => Start + (long)Length * Type.Bytes;

    /// <inheritdoc/>
    public override string ToString() => $"{Name} [{string.Join(", ", Shape)}]";
}

/// <summary>The header of a safetensors file: which tensor lies where.</summary>
/// <param name="Tensors">The tensors, by place: they cover all values, each once.</param>
/// <param name="Metadata">The file's own remarks.</param>
sealed record SafetensorsHeader(ImmutableArray<StoredTensor> Tensors, ImmutableSortedDictionary<string, string> Metadata)
{
    /// <summary>The longest header the format allows.</summary>
    public const int LongestBytes = 100_000_000;

    const string MetadataKey = "__metadata__", TypeKey = "dtype", ShapeKey = "shape", OffsetsKey = "data_offsets";
    const int Alignment = 8;

    /// <summary>Bytes of the header's length before it.</summary>
    public const int LengthBytes = sizeof(ulong);

    /// <summary>Values behind the header.</summary>
    public int ValueCount { get; } = Tensors.Sum(tensor => tensor.Length);

    /// <summary>The bytes of a header, padded so that the values behind it are aligned. With metadata comes a checksum
    /// (<see cref="Seal"/>), not yet filled in.</summary>
    /// <exception cref="ArgumentException">A tensor has the name that the format keeps for metadata.</exception>
    public static byte[] Format(WeightLayout layout, IReadOnlyDictionary<string, string>? metadata, bool half = false)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, value) in metadata.Where(pair => pair.Key != Seal.Key).OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteString(Seal.Key, Seal.Blank);
                json.WriteEndObject();
            }
            foreach (var entry in layout.Entries) Format(json, entry, half);
            json.WriteEndObject();
        }
        while (buffer.WrittenCount % Alignment != 0) buffer.Write(" "u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads the header at the start of a file, and leaves the stream at the first value.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="types">Types of values that are accepted.</param>
    /// <param name="text">The header as it is written.</param>
    /// <exception cref="AutoFlipException">There is none, or it and the values do not fit (exit 3).</exception>
    public static SafetensorsHeader Read(Stream stream, string path, ImmutableArray<StoredType> types, out byte[] text)
    {
        var bytes = stream.Length - LengthBytes;
        if (bytes < 0) throw Damaged(path, "it is too short");
        Span<byte> prefix = stackalloc byte[LengthBytes];
        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > LongestBytes) throw Damaged(path, "its header is too long");
        if ((long)length > bytes) throw Damaged(path, "it is cut off inside its header");
        text = new byte[length];
        stream.ReadExactly(text);
        return Parse(text, bytes - (long)length, path, types);
    }

    /// <summary>Reads a header and checks that its tensors cover the values: no gap, no overlap, nothing past the end.</summary>
    /// <param name="text">The header.</param>
    /// <param name="dataBytes">Bytes that really follow it.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="types">Types of values that are accepted.</param>
    /// <exception cref="AutoFlipException">It is none, or it and the values do not fit (exit 3).</exception>
    static SafetensorsHeader Parse(byte[] text, long dataBytes, string path, ImmutableArray<StoredType> types)
    {
        if (!Utf8.IsValid(text)) throw Damaged(path, "its header is not UTF-8");
        if (text is not [(byte)'{', ..]) throw Damaged(path, "its header is not a JSON object");
        try
        {
            using var json = JsonDocument.Parse(text, new() { AllowDuplicateProperties = false, MaxDepth = 4 });
            var metadata = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
            var tensors = new List<StoredTensor>();
            foreach (var member in json.RootElement.EnumerateObject())
                if (member.NameEquals(MetadataKey)) ParseMetadata(member.Value, metadata, path);
                else tensors.Add(ParseTensor(member, dataBytes, path, types));

            tensors.Sort((a, b) => a.Start.CompareTo(b.Start));
            long next = 0, values = 0;
            foreach (var tensor in tensors)
            {
                if (tensor.Start != next)
                    throw Damaged(
                        path,
                        $"the values of tensor '{ForeignText.Quote(tensor.Name)}' {(tensor.Start < next ? "overlap" : "leave a gap to")} "
                        + "those before");
                (next, values) = (tensor.End, values + tensor.Length);
            }
            if (next != dataBytes) throw Damaged(path, "there are bytes behind its last tensor");
            if (values > Array.MaxLength) throw Damaged(path, "it holds more values than a model can have");
            return new([.. tensors], metadata.ToImmutable());
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException) // the latter: half a surrogate pair
        {
            throw Damaged(path, "its header is not valid JSON, or names something twice", failure);
        }
    }

    /// <summary>The one message for files that cannot be used.</summary>
    public static AutoFlipException Damaged(string path, string why, Exception? inner = null) =>
        AutoFlipException.BadData($"'{path}' is not a safetensors file that can be used: {why}.", inner);

    static void Format(Utf8JsonWriter json, TensorEntry entry, bool half)
    {
        if (entry.Name == MetadataKey) throw new ArgumentException($"The format keeps the name '{MetadataKey}' for itself.");
        json.WriteStartObject(entry.Name);
        var type = half ? StoredType.Float16 : StoredType.Float32;
        json.WriteString(TypeKey, type.Name);
        json.WriteStartArray(ShapeKey);
        foreach (var size in entry.Shape) json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray(OffsetsKey);
        json.WriteNumberValue((long)entry.Offset * type.Bytes);
        json.WriteNumberValue(((long)entry.Offset + entry.Length) * type.Bytes);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void ParseMetadata(JsonElement element, ImmutableSortedDictionary<string, string>.Builder into, string path)
    {
        if (element.ValueKind != JsonValueKind.Object) throw Damaged(path, "its metadata are not a JSON object");
        foreach (var member in element.EnumerateObject())
            into.Add(member.Name, member.Value.ValueKind == JsonValueKind.String
                ? member.Value.GetString()!
                : throw Damaged(path, $"its metadata '{ForeignText.Quote(member.Name)}' are not text"));
    }

    static StoredTensor ParseTensor(JsonProperty member, long dataBytes, string path, ImmutableArray<StoredType> types)
    {
        var name = ForeignText.Quote(member.Name);
        if (member.Value.ValueKind != JsonValueKind.Object) throw Damaged(path, $"tensor '{name}' is not described");
        if (!member.Value.TryGetProperty(TypeKey, out var type) || type.ValueKind != JsonValueKind.String)
            throw Damaged(path, $"tensor '{name}' has no type");
        var stored = types.FirstOrDefault(known => type.ValueEquals(known.Name));
        if (stored.Bytes == 0)
            throw Damaged(
                path, $"tensor '{name}' is of type {ForeignText.Quote(type.GetString()!)}, only "
                + $"{string.Join(", ", types[..^1].Select(known => known.Name))} and {types[^1].Name} are read");

        if (Numbers(member.Value, ShapeKey) is not { } shape) throw Damaged(path, $"tensor '{name}' has no shape");
        if (Numbers(member.Value, OffsetsKey) is not [var start, var end]) throw Damaged(path, $"tensor '{name}' has no place");
        if (start < 0 || end < start || end > dataBytes || (stored.IsFloat && start % stored.Bytes != 0))
            throw Damaged(path, $"tensor '{name}' lies outside its values (cut off, perhaps)");

        var count = 1L;
        foreach (var size in shape)
        {
            if (size < 1 || size > dataBytes / count) // a division cannot overflow, the product of claimed sizes can
                throw Damaged(path, $"tensor '{name}' has a shape that does not fit its values");
            count *= size;
        }
        if (count > Array.MaxLength || count * stored.Bytes != end - start)
            throw Damaged(path, $"tensor '{name}' has a shape that does not fit its values");
        return new StoredTensor(member.Name, [.. shape.Select(size => (int)size)], stored, start, (int)count);
    }

    /// <summary>An array of whole numbers; null if it is anything else.</summary>
    static long[]? Numbers(JsonElement tensor, string key)
    {
        if (!tensor.TryGetProperty(key, out var array) || array.ValueKind != JsonValueKind.Array) return null;
        var numbers = new long[array.GetArrayLength()];
        var i = 0;
        foreach (var element in array.EnumerateArray())
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out numbers[i++])) return null;
        return numbers;
    }
}
