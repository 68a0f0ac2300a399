using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace AutoFlip.Tests;

/// <summary>A tensor of a safetensors file of another program.</summary>
sealed record ForeignTensor(string Name, string Type, int[] Shape, byte[] Data)
{
    /// <summary>Values in a type. For bfloat16 they are cut, not rounded.</summary>
    public static ForeignTensor Of(string name, int[] shape, float[] values, string type = "F32") => new(name, type, shape, type switch
    {
        "F32" => MemoryMarshal.AsBytes<float>(values).ToArray(),
        "F16" => MemoryMarshal.AsBytes<Half>(Array.ConvertAll(values, value => (Half)value)).ToArray(),
        "BF16" => MemoryMarshal.AsBytes<ushort>(
            Array.ConvertAll(values, value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16))).ToArray(),
        "I64" => MemoryMarshal.AsBytes<long>(Array.ConvertAll(values, value => (long)value)).ToArray(),
        "F64" => MemoryMarshal.AsBytes<double>(Array.ConvertAll(values, value => (double)value)).ToArray(),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    });

    /// <summary>The tensors as a file, in their order and without metadata.</summary>
    public static byte[] File(IEnumerable<ForeignTensor> tensors)
    {
        var (header, data) = (new JsonObject(), new List<byte>());
        foreach (var tensor in tensors)
        {
            header[tensor.Name] = new JsonObject
            {
                ["dtype"] = tensor.Type,
                ["shape"] = new JsonArray([.. tensor.Shape.Select(size => (JsonNode)size)]),
                ["data_offsets"] = new JsonArray(data.Count, data.Count + tensor.Data.Length),
            };
            data.AddRange(tensor.Data);
        }
        var text = Encoding.UTF8.GetBytes(header.ToJsonString());
        var length = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)text.Length);
        return [.. length, .. text, .. data];
    }
}
