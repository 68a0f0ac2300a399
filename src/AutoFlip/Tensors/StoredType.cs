using System.Collections.Immutable;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>Type of the values of a tensor in a safetensors file.</summary>
/// <param name="Name">Its name in the header.</param>
/// <param name="Bytes">Bytes of a value.</param>
readonly record struct StoredType(string Name, int Bytes)
{
    const int ChunkValues = 1 << 20; // a span counts bytes in an int: large tensors pass in pieces

    /// <summary>The types that are read as float32.</summary>
    public static StoredType Float32 { get; } = new("F32", 4);

    /// <inheritdoc cref="Float32"/>
    public static StoredType Float16 { get; } = new("F16", 2);

    /// <inheritdoc cref="Float32"/>
    public static StoredType BFloat16 { get; } = new("BF16", 2);

    /// <summary>Types in files of this program.</summary>
    public static ImmutableArray<StoredType> Own { get; } = [Float32, Float16];

    /// <summary>Types of the format: those in files of any program.</summary>
    public static ImmutableArray<StoredType> All { get; } =
    [
        Float32, Float16, BFloat16, new("F64", 8), new("I64", 8), new("U64", 8), new("I32", 4), new("U32", 4), new("I16", 2), new("U16", 2),
        new("I8", 1), new("U8", 1), new("BOOL", 1), new("F8_E4M3", 1), new("F8_E5M2", 1),
    ];

    /// <summary>True for a type whose values can be read.</summary>
    public bool IsFloat => this == Float32 || this == Float16 || this == BFloat16;

    /// <summary>Reads values of the type from a stream. Exact: every float16 and bfloat16 is a float32.</summary>
    /// <param name="stream">Stands at the first value.</param>
    /// <param name="values">As many are read; all are written.</param>
    /// <param name="pass">Receives the bytes as they are in the file, piece by piece.</param>
    public void Read(Stream stream, Span<float> values, Action<ReadOnlySpan<byte>>? pass = null)
    {
        var narrow = Bytes == sizeof(float) ? [] : new ushort[Math.Min(values.Length, ChunkValues)];
        for (var rest = values; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, ChunkValues)..])
        {
            var chunk = rest[..Math.Min(rest.Length, ChunkValues)];
            var stored = narrow.AsSpan(0, Math.Min(narrow.Length, chunk.Length));
            var bytes = narrow.Length > 0 ? MemoryMarshal.AsBytes(stored) : MemoryMarshal.AsBytes(chunk);
            stream.ReadExactly(bytes);
            pass?.Invoke(bytes);
            if (this == Float16) TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<ushort, Half>(stored), chunk);
            else if (this == BFloat16) Widen(stored, chunk);
        }
    }

    /// <summary>bfloat16 is the upper half of a float32.</summary>
    static void Widen(ReadOnlySpan<ushort> stored, Span<float> values)
    {
        for (var i = 0; i < stored.Length; i++) values[i] = BitConverter.UInt32BitsToSingle((uint)stored[i] << 16);
    }
}
