using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace AutoFlip;

/// <summary>A model's values: one flat float32 vector and the layout that names its parts. Immutable to its readers.</summary>
public sealed class Weights
{
    readonly float[] _values;

    /// <summary>Wraps a vector without copying it; the caller gives it away.</summary>
    /// <exception cref="ArgumentException">The length differs from <see cref="WeightLayout.Count"/>.</exception>
    public Weights(WeightLayout layout, float[] values)
    {
        if (values.Length != layout.Count)
            throw new ArgumentException($"The layout holds {layout.Count} values, the vector {values.Length}.", nameof(values));
        Layout = layout;
        _values = values;
    }

    /// <summary>Names, shapes and offsets.</summary>
    public WeightLayout Layout { get; }

    /// <summary>All values: parameters, then running statistics.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>All values as memory, not copied.</summary>
    internal ReadOnlyMemory<float> Memory => _values;

    /// <summary>The trainable prefix.</summary>
    public ReadOnlySpan<float> Parameters => _values.AsSpan(0, Layout.ParameterCount);

    /// <summary>The running statistics behind it; empty for most models.</summary>
    public ReadOnlySpan<float> Statistics => _values.AsSpan(Layout.ParameterCount);

    /// <summary>One tensor, flattened row by row.</summary>
    public ReadOnlySpan<float> this[string name] => _values.AsSpan(Layout[name].Range);

    /// <summary>All zeros.</summary>
    public static Weights Zeros(WeightLayout layout) => new(layout, new float[layout.Count]);

    /// <summary>A writable copy of the values.</summary>
    public float[] ToArray() => [.. _values];

    /// <summary>SHA-256 of the values as little-endian float32 in canonical order, in lower-case hex: a
    /// run's <c>model_sha256</c>.</summary>
    public string Sha256() => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(Values)));
}
