using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace AutoFlip;

/// <summary>Kept positions of a vector: one bit per value, 1 = keep. Immutable.</summary>
public sealed class Selection : IEquatable<Selection>
{
    readonly ulong[] _bits; // bit i % 64 of word i / 64; bits beyond Count are 0
    string? _sha256;

    Selection(ulong[] bits, int count)
    {
        _bits = bits;
        Count = count;
        foreach (var word in bits) Kept += BitOperations.PopCount(word);
    }

    /// <summary>Length of the vector.</summary>
    public int Count { get; }

    /// <summary>Values kept.</summary>
    public int Kept { get; }

    /// <summary>True if all values are kept.</summary>
    public bool IsAll => Kept == Count;

    /// <summary>The bits, lowest first, 64 to a word.</summary>
    public ReadOnlySpan<ulong> Bits => _bits;

    /// <summary>True if value <paramref name="index"/> is kept.</summary>
    public bool this[int index] => (_bits[index >> 6] >> (index & 63) & 1) != 0;

    /// <summary>SHA-256 of the bits as little-endian words, in hex.</summary>
    public string Sha256 => _sha256 ??= Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(Bits)));

    /// <summary>Keeps all of <paramref name="count"/> values.</summary>
    public static Selection All(int count)
    {
        var bits = new ulong[Words(count)];
        Array.Fill(bits, ulong.MaxValue);
        if ((count & 63) != 0) bits[^1] = (1UL << (count & 63)) - 1;
        return new Selection(bits, count);
    }

    /// <summary>Keeps where <paramref name="kept"/> is true.</summary>
    public static Selection Of(bool[] kept)
    {
        var bits = new ulong[Words(kept.Length)];
        for (var i = 0; i < kept.Length; i++)
            if (kept[i]) bits[i >> 6] |= 1ul << (i & 63);
        return new Selection(bits, kept.Length);
    }

    /// <summary>Wraps bits without copying them; the caller gives them away.</summary>
    /// <exception cref="ArgumentException">The number of words is wrong, or a bit beyond <paramref name="count"/> is set.</exception>
    public static Selection FromBits(ulong[] bits, int count)
    {
        if (bits.Length != Words(count)) throw new ArgumentException($"{count} bits take {Words(count)} words, not {bits.Length}.");
        if ((count & 63) != 0 && bits[^1] >> (count & 63) != 0) throw new ArgumentException("A bit beyond the last parameter is set.");
        return new Selection(bits, count);
    }

    /// <summary>Keeps the <paramref name="keep"/> highest values; of equal values the lower index.</summary>
    /// <param name="values">The scores; no NaN.</param>
    /// <param name="keep">How many to keep, in [0, values.Length].</param>
    /// <remarks>Cost: three passes over the values, no sort: the cut is found by radix selection on the float's ordered bits.</remarks>
    /// <exception cref="ArgumentException">A value is NaN.</exception>
    public static Selection Highest(ReadOnlySpan<float> values, int keep)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(keep);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keep, values.Length);
        if (keep == values.Length) return All(keep);

        var (cut, ties) = keep == 0 ? (uint.MaxValue, 0) : FindCut(values, keep);
        var bits = new ulong[Words(values.Length)];
        for (var i = 0; i < values.Length; i++)
        {
            var key = Ordered(values[i]);
            if (key > cut || (key == cut && ties-- > 0)) bits[i >> 6] |= 1UL << (i & 63);
        }
        return new Selection(bits, values.Length);
    }

    /// <summary>Values kept of a stretch.</summary>
    /// <param name="start">Its first value.</param>
    /// <param name="length">Its length, at least 0.</param>
    internal int KeptIn(int start, int length)
    {
        if (length == 0 || IsAll) return length;
        int end = start + length, first = start >> 6, last = (end - 1) >> 6, sum = 0;
        for (var word = first; word <= last; word++)
        {
            var inside = _bits[word];
            if (word == first) inside &= ulong.MaxValue << (start & 63);
            if (word == last) inside &= ulong.MaxValue >> (63 - (end - 1 & 63));
            sum += BitOperations.PopCount(inside);
        }
        return sum;
    }

    /// <summary>Sets every removed value to exactly +0.</summary>
    public void Apply(Span<float> values)
    {
        if (IsAll) return;
        for (var word = 0; word < _bits.Length; word++)
        {
            var removed = ~_bits[word];
            if (word == _bits.Length - 1 && (Count & 63) != 0) removed &= (1UL << (Count & 63)) - 1;
            for (; removed != 0; removed &= removed - 1) values[(word << 6) + BitOperations.TrailingZeroCount(removed)] = 0;
        }
    }

    /// <summary>The kept values of a full vector, one after another.</summary>
    public float[] Gather(ReadOnlySpan<float> full)
    {
        var kept = new float[Kept];
        Gather(full, kept);
        return kept;
    }

    /// <summary>A full vector of the kept values: what is removed is 0.</summary>
    public float[] Scatter(ReadOnlySpan<float> kept)
    {
        var full = new float[Count];
        Scatter(kept, full);
        return full;
    }

    /// <summary>Writes the kept values one after another, in order.</summary>
    /// <param name="full">At least <see cref="Count"/> values.</param>
    /// <param name="kept">At least <see cref="Kept"/> values.</param>
    public void Gather(ReadOnlySpan<float> full, Span<float> kept)
    {
        if (IsAll)
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

    /// <summary>Puts kept values back to their places; removed ones stay what they are.</summary>
    /// <param name="kept">At least <see cref="Kept"/> values.</param>
    /// <param name="full">At least <see cref="Count"/> values.</param>
    public void Scatter(ReadOnlySpan<float> kept, Span<float> full)
    {
        if (IsAll)
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

    /// <summary>This selection as seen from inside another: over the values that <paramref name="outer"/> keeps.</summary>
    /// <param name="outer">Keeps at least what this selection keeps.</param>
    public Selection Within(Selection outer)
    {
        if (outer.IsAll) return this;
        var bits = new ulong[Words(outer.Kept)];
        var next = 0;
        for (var word = 0; word < _bits.Length; word++)
        {
            var room = outer._bits[word];
            Append(bits, next, Extract(_bits[word], room));
            next += BitOperations.PopCount(room);
        }
        return new Selection(bits, outer.Kept);
    }

    /// <summary>The opposite of <see cref="Within"/>: this selection, over the values that <paramref name="outer"/>
    /// keeps, seen from outside.</summary>
    public Selection Expand(Selection outer)
    {
        if (outer.IsAll) return this;
        var bits = new ulong[outer._bits.Length];
        var next = 0;
        for (var word = 0; word < bits.Length; word++)
            for (var room = outer._bits[word]; room != 0; room &= room - 1, next++)
                if (this[next]) bits[word] |= room & (~room + 1);
        return new Selection(bits, outer.Count);
    }

    /// <summary>The values that this selection keeps and another of the same vector does not.</summary>
    public Selection Except(Selection other)
    {
        var bits = new ulong[_bits.Length];
        for (var word = 0; word < bits.Length; word++) bits[word] = _bits[word] & ~other._bits[word];
        return new Selection(bits, Count);
    }

    /// <inheritdoc/>
    public bool Equals(Selection? other) => other is not null && Count == other.Count && Bits.SequenceEqual(other.Bits);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Selection);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Count, Kept);

    /// <summary>The bits of a word at the places of another's ones, moved together (the processor's PEXT).</summary>
    static ulong Extract(ulong word, ulong places)
    {
        if (Bmi2.X64.IsSupported) return Bmi2.X64.ParallelBitExtract(word, places);
        var result = 0ul;
        for (var next = 0; places != 0; places &= places - 1, next++)
            result |= (word >> BitOperations.TrailingZeroCount(places) & 1) << next;
        return result;
    }

    static void Append(ulong[] bits, int at, ulong word)
    {
        if (word == 0) return;
        bits[at >> 6] |= word << (at & 63);
        if ((at & 63) != 0 && word >> (64 - (at & 63)) is not 0 and var rest) bits[(at >> 6) + 1] |= rest;
    }

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
