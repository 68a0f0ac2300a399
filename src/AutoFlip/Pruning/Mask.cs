using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace AutoFlip;

/// <summary>Which parameters are kept: one bit per parameter of a layout, 1 = keep. Immutable.</summary>
/// <remarks>Statistics are no parameters and are never masked. A mask that keeps everything is <see cref="IsDense"/>.</remarks>
public sealed class Mask : IEquatable<Mask>
{
    readonly ulong[] _bits; // bit i % 64 of word i / 64; bits beyond Count are 0
    string? _sha256;

    Mask(ulong[] bits, int count)
    {
        _bits = bits;
        Count = count;
        foreach (var word in bits) Kept += BitOperations.PopCount(word);
    }

    /// <summary>Parameters the mask speaks of.</summary>
    public int Count { get; }

    /// <summary>Parameters it keeps.</summary>
    public int Kept { get; }

    /// <summary>Whether it keeps all of them.</summary>
    public bool IsDense => Kept == Count;

    /// <summary>Kept / Count; 1 for an empty layout.</summary>
    public double Density => Count == 0 ? 1 : (double)Kept / Count;

    /// <summary>The bits, lowest first, 64 to a word.</summary>
    public ReadOnlySpan<ulong> Bits => _bits;

    /// <summary>Whether parameter <paramref name="index"/> is kept.</summary>
    public bool this[int index] => (_bits[index >> 6] >> (index & 63) & 1) != 0;

    /// <summary>SHA-256 of the bits as little-endian words, in hex.</summary>
    public string Sha256 => _sha256 ??= Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(Bits)));

    /// <summary>The mask that keeps all of <paramref name="count"/> parameters.</summary>
    public static Mask Dense(int count)
    {
        var bits = new ulong[Words(count)];
        Array.Fill(bits, ulong.MaxValue);
        if ((count & 63) != 0) bits[^1] = (1UL << (count & 63)) - 1;
        return new Mask(bits, count);
    }

    /// <summary>Wraps bits without copying them; the caller gives them away.</summary>
    /// <exception cref="ArgumentException">The number of words is wrong, or a bit beyond <paramref name="count"/> is set.</exception>
    public static Mask FromBits(ulong[] bits, int count)
    {
        if (bits.Length != Words(count)) throw new ArgumentException($"{count} bits take {Words(count)} words, not {bits.Length}.");
        if ((count & 63) != 0 && bits[^1] >> (count & 63) != 0) throw new ArgumentException("A bit beyond the last parameter is set.");
        return new Mask(bits, count);
    }

    /// <summary>Keeps the <paramref name="keep"/> highest values; of equal values the lower index.</summary>
    /// <param name="values">One score per parameter; no NaN.</param>
    /// <param name="keep">How many to keep, in [0, values.Length].</param>
    /// <remarks>Cost: three passes over the values, no sort: the cut is found by radix selection on the float's ordered bits.</remarks>
    /// <exception cref="ArgumentException">A value is NaN.</exception>
    public static Mask KeepHighest(ReadOnlySpan<float> values, int keep)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keep);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keep, values.Length);
        if (keep == values.Length) return Dense(keep);

        var (cut, ties) = keep == 0 ? (uint.MaxValue, 0) : FindCut(values, keep);
        var bits = new ulong[Words(values.Length)];
        for (var i = 0; i < values.Length; i++)
        {
            var key = Ordered(values[i]);
            if (key > cut || (key == cut && ties-- > 0)) bits[i >> 6] |= 1UL << (i & 63);
        }
        return new Mask(bits, values.Length);
    }

    /// <summary>Sets every removed parameter to exactly +0. Values beyond the parameters (statistics) stay.</summary>
    public void Apply(Span<float> values)
    {
        if (IsDense) return;
        for (var word = 0; word < _bits.Length; word++)
        {
            var removed = ~_bits[word];
            if (word == _bits.Length - 1 && (Count & 63) != 0) removed &= (1UL << (Count & 63)) - 1;
            for (; removed != 0; removed &= removed - 1) values[(word << 6) + BitOperations.TrailingZeroCount(removed)] = 0;
        }
    }

    /// <summary>Writes the kept parameters one after another.</summary>
    /// <param name="full">At least <see cref="Count"/> values.</param>
    /// <param name="kept">At least <see cref="Kept"/> values.</param>
    public void Gather(ReadOnlySpan<float> full, Span<float> kept)
    {
        if (IsDense)
        {
            full[..Count].CopyTo(kept);
            return;
        }
        var next = 0;
        for (var word = 0; word < _bits.Length; word++)
        {
            var bits = _bits[word];
            if (bits == ulong.MaxValue)
            {
                full.Slice(word << 6, 64).CopyTo(kept[next..]);
                next += 64;
                continue;
            }
            for (; bits != 0; bits &= bits - 1) kept[next++] = full[(word << 6) + BitOperations.TrailingZeroCount(bits)];
        }
    }

    /// <summary>Puts kept parameters back to their places; removed ones stay what they are.</summary>
    /// <param name="kept">At least <see cref="Kept"/> values.</param>
    /// <param name="full">At least <see cref="Count"/> values.</param>
    public void Scatter(ReadOnlySpan<float> kept, Span<float> full)
    {
        if (IsDense)
        {
            kept[..Count].CopyTo(full);
            return;
        }
        var next = 0;
        for (var word = 0; word < _bits.Length; word++)
        {
            var bits = _bits[word];
            if (bits == ulong.MaxValue)
            {
                kept.Slice(next, 64).CopyTo(full[(word << 6)..]);
                next += 64;
                continue;
            }
            for (; bits != 0; bits &= bits - 1) full[(word << 6) + BitOperations.TrailingZeroCount(bits)] = kept[next++];
        }
    }

    /// <summary>The full vector of a compact one: removed parameters are 0.</summary>
    /// <param name="compact">Kept parameters, then all statistics.</param>
    /// <param name="layout">The full model.</param>
    public Weights Expand(ReadOnlySpan<float> compact, WeightLayout layout) => Expand(compact, Weights.Zeros(layout));

    /// <summary>The full vector of a compact one: removed parameters are <paramref name="own"/>'s.</summary>
    public Weights Expand(ReadOnlySpan<float> compact, Weights own)
    {
        var full = own.ToArray();
        Scatter(compact[..Kept], full);
        compact[Kept..].CopyTo(full.AsSpan(Count));
        return new Weights(own.Layout, full);
    }

    /// <inheritdoc/>
    public bool Equals(Mask? other) => other is not null && Count == other.Count && Bits.SequenceEqual(other.Bits);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Mask);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Count, Kept);

    internal static int Words(int count) => (count + 63) >> 6;

    /// <summary>The keep-th highest key, and how many of the values equal to it are kept.</summary>
    static (uint Cut, int Ties) FindCut(ReadOnlySpan<float> values, int keep)
    {
        var histogram = new int[1 << 16];
        foreach (var value in values)
        {
            if (float.IsNaN(value)) throw new ArgumentException("A score is NaN.", nameof(values));
            histogram[Ordered(value) >> 16]++;
        }
        var high = Descend(histogram, ref keep);
        Array.Clear(histogram);
        foreach (var value in values)
        {
            var key = Ordered(value);
            if (key >> 16 == high) histogram[key & 0xFFFF]++;
        }
        var low = Descend(histogram, ref keep);
        return ((uint)(high << 16 | low), keep);

        static int Descend(int[] histogram, ref int keep)
        {
            for (var bin = histogram.Length - 1; ; bin--)
            {
                if (histogram[bin] >= keep) return bin;
                keep -= histogram[bin];
            }
        }
    }

    /// <summary>Maps floats to integers of the same order; -0 and +0 are one.</summary>
    static uint Ordered(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value + 0f);
        return (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
    }
}
