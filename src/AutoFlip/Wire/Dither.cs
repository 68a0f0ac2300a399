using System.Numerics;

namespace AutoFlip;

/// <summary>Uniform numbers in [0, 1) by index: what stochastic rounding adds before it rounds down.</summary>
/// <remarks>
/// A function of key and index alone, so it can be computed for many indices at a time, with the same result on any processor: the
/// index is mixed by two multiplications with the key in between. 24 bits. Good for rounding, not for more.
/// <para>Source of the mixing constants: C. Wellons 2018, "Prospecting for hash functions" (lowbias32, public domain).</para>
/// </remarks>
readonly struct Dither
{
    const float Unit = 1f / (1 << 24);

    readonly uint _first, _second;

    /// <summary>Draws the key.</summary>
    public Dither(KeyedRandom random)
    {
        var key = random.NextUInt64();
        (_first, _second) = ((uint)key, (uint)(key >> 32));
    }

    /// <summary>The number at an index.</summary>
    public float this[int index]
    {
        get
        {
            var h = (uint)index + _first;
            h = (h ^ h >> 16) * 0x7FEB352D ^ _second;
            h = (h ^ h >> 15) * 0x846CA68B;
            return ((h ^ h >> 16) >> 8) * Unit;
        }
    }

    /// <summary>The numbers at as many indices as fit, from one on.</summary>
    public Vector<float> From(int index)
    {
        var h = Vector<uint>.Indices + new Vector<uint>((uint)index + _first);
        h = (h ^ h >> 16) * 0x7FEB352D ^ new Vector<uint>(_second);
        h = (h ^ h >> 15) * 0x846CA68B;
        return Vector.ConvertToSingle(Vector.AsVectorInt32((h ^ h >> 16) >> 8)) * Unit;
    }
}
