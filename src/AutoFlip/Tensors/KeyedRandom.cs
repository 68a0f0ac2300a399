using System.Numerics;

namespace AutoFlip;

/// <summary>A random stream that is a pure function of its seed: xoshiro256**, seeded by SplitMix64.</summary>
/// <remarks>
/// Written here because the platform's seeded generator promises no stable stream across versions, and a run's identity
/// depends on this one. Not for cryptography; not thread-safe: one stream has one owner.
/// <para>Sources: Blackman and Vigna 2021, "Scrambled linear pseudorandom number generators", ACM TOMS 47(4); Steele, Lea
/// and Flood 2014 for SplitMix64; Lemire 2019 (arXiv 1805.10941) for unbiased integers; Marsaglia and Tsang 2000 for gamma.</para>
/// </remarks>
public sealed class KeyedRandom
{
    ulong _s0, _s1, _s2, _s3;
    double _spareGaussian = double.NaN;

    /// <summary>Starts the stream that belongs to <paramref name="seed"/>.</summary>
    public KeyedRandom(ulong seed)
    {
        _s0 = Mix(seed += Golden);
        _s1 = Mix(seed += Golden);
        _s2 = Mix(seed += Golden);
        _s3 = Mix(seed + Golden);
    }

    internal const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>64 uniform bits.</summary>
    public ulong NextUInt64()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [<paramref name="low"/>, <paramref name="high"/>).</summary>
    public double NextDouble(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>Uniform in [0, 1), 24 bits.</summary>
    public float NextSingle() => (NextUInt64() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform in 0 .. <paramref name="bound"/> - 1, without bias.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is below 1.</exception>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        var product = (NextUInt64() >> 32) * (ulong)bound;
        if ((uint)product < (uint)bound)
        {
            var threshold = (uint)(-bound) % (uint)bound;
            while ((uint)product < threshold) product = (NextUInt64() >> 32) * (ulong)bound;
        }
        return (int)(product >> 32);
    }

    /// <summary>Standard normal (Box-Muller, both values used).</summary>
    public double NextGaussian()
    {
        if (!double.IsNaN(_spareGaussian))
        {
            var spare = _spareGaussian;
            _spareGaussian = double.NaN;
            return spare;
        }
        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        var (sin, cos) = Math.SinCos(2 * Math.PI * NextDouble());
        _spareGaussian = radius * sin;
        return radius * cos;
    }

    /// <summary>Gamma with the given shape and scale 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="shape"/> is not above 0.</exception>
    public double NextGamma(double shape)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shape);
        if (shape < 1) return NextGamma(shape + 1) * Math.Pow(1 - NextDouble(), 1 / shape);
        double d = shape - 1.0 / 3, c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = NextGaussian(), v = 1 + c * x;
            if (v <= 0) continue;
            v = v * v * v;
            if (Math.Log(1 - NextDouble()) < 0.5 * x * x + d - d * v + d * Math.Log(v)) return d * v;
        }
    }

    /// <summary>Beta with the given parameters, in [0, 1].</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them is not above 0.</exception>
    public double NextBeta(double alpha, double beta)
    {
        var gamma = NextGamma(alpha);
        return gamma / (gamma + NextGamma(beta));
    }

    /// <summary>Puts the items into a uniformly random order, in place (Fisher-Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var k = Next(i + 1);
            (items[i], items[k]) = (items[k], items[i]);
        }
    }

    /// <summary>0 .. <paramref name="count"/> - 1 in random order.</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++) order[i] = i;
        Shuffle(order.AsSpan());
        return order;
    }

    internal static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
