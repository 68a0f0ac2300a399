using System.Buffers;
using System.Collections.Immutable;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>Element type of a tensor; the values are ONNX's own.</summary>
enum OnnxType
{
    /// <summary>float32.</summary>
    Float = 1,

    /// <summary>64-bit whole numbers: sizes, places and token ids.</summary>
    Int64 = 7,

    /// <summary>float16.</summary>
    Half = 10,
}

/// <summary>A tensor that a graph holds: an initializer.</summary>
/// <param name="Name">By which operators read it.</param>
/// <param name="Type">What it is stored as.</param>
/// <param name="Shape">Its sizes; none for a single number.</param>
/// <param name="ByteCount">Bytes of its values.</param>
/// <param name="Write">Writes the values, row by row, little-endian.</param>
sealed record OnnxTensor(string Name, OnnxType Type, ImmutableArray<int> Shape, long ByteCount, Action<Stream> Write)
{
    const int Dims = 1, DataType = 2, NameField = 8, RawData = 9; // fields of TensorProto
    const int ChunkValues = 1 << 15;

    /// <summary>Numbers, as they are or narrowed to float16.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its sizes.</param>
    /// <param name="half">Whether to narrow.</param>
    /// <param name="parts">The values, row by row, one part after another; not copied.</param>
    public static OnnxTensor Of(string name, ImmutableArray<int> shape, bool half, ImmutableArray<ReadOnlyMemory<float>> parts) => new(
        name, half ? OnnxType.Half : OnnxType.Float, shape, parts.Sum(part => (long)part.Length) * (half ? 2 : sizeof(float)), stream =>
        {
            var narrow = half ? ArrayPool<Half>.Shared.Rent(ChunkValues) : [];
            foreach (var part in parts)
                for (var rest = part.Span; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, ChunkValues)..])
                {
                    var chunk = rest[..Math.Min(rest.Length, ChunkValues)];
                    stream.Write(half ? MemoryMarshal.AsBytes(Narrow(name, chunk, narrow)) : MemoryMarshal.AsBytes(chunk));
                }
            if (half) ArrayPool<Half>.Shared.Return(narrow);
        });

    /// <summary>Whole numbers: a vector, or a single one.</summary>
    public static OnnxTensor Of(string name, ImmutableArray<int> shape, params long[] values) => new(
        name, OnnxType.Int64, shape, values.Length * sizeof(long), stream => stream.Write(MemoryMarshal.AsBytes(values.AsSpan())));

    /// <summary>All of a TensorProto but its values, which are its last field.</summary>
    public ReadOnlyMemory<byte> Head()
    {
        var head = new ProtoWriter();
        foreach (var size in Shape) head.Number(Dims, size);
        head.Number(DataType, (long)Type);
        head.Text(NameField, Name);
        head.Head(RawData, ByteCount);
        return head.Written;
    }

    static ReadOnlySpan<Half> Narrow(string name, ReadOnlySpan<float> values, Span<Half> narrow)
    {
        TensorPrimitives.ConvertToHalf(values, narrow);
        for (var i = 0; i < values.Length; i++)
            if (Half.IsInfinity(narrow[i]))
                throw AutoFlipException.RunFailed(
                    $"'{name}' holds {values[i]}, and float16 ends at {Half.MaxValue}. Export the model in float32.");
        return narrow[..values.Length];
    }
}
