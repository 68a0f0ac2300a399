using System.Numerics;

namespace AutoFlip;

/// <summary>Turns bits of a mask into vector lanes of all ones or all zeros.</summary>
static class LaneMask
{
    static readonly Vector<uint> Bits32 = Vector.Create<uint>([.. Enumerable.Range(0, Vector<uint>.Count).Select(lane => 1u << lane)]);
    static readonly Vector<ulong> Bits64 = Vector.Create<ulong>([.. Enumerable.Range(0, Vector<ulong>.Count).Select(lane => 1ul << lane)]);

    /// <summary>The lanes of the parameters from <paramref name="index"/> on; lanes behind the last parameter may be anything.</summary>
    public static Vector<T> Load<T>(ReadOnlySpan<ulong> kept, int index)
        where T : unmanaged
    {
        var (at, shift) = (index >> 6, index & 63);
        var word = kept[at] >> shift;
        // two words: index is no multiple of the length
        if (shift + Vector<T>.Count > 64 && at + 1 < kept.Length) word |= kept[at + 1] << (64 - shift);
        return typeof(T) == typeof(float)
            ? (~Vector.Equals(Vector.Create((uint)word) & Bits32, Vector<uint>.Zero)).As<uint, T>()
            : (~Vector.Equals(Vector.Create(word) & Bits64, Vector<ulong>.Zero)).As<ulong, T>();
    }

    /// <summary>Throws unless the mask is empty or has a bit for each of so many parameters.</summary>
    public static void Check(ReadOnlySpan<ulong> kept, int parameters)
    {
        if (!kept.IsEmpty && kept.Length != (parameters + 63) / 64)
            throw new ArgumentException($"A mask of {kept.Length} words does not fit {parameters} parameters.", nameof(kept));
    }
}
