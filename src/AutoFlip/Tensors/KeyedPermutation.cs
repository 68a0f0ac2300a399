using System.Numerics;

namespace AutoFlip;

/// <summary>A random order of 0 .. n - 1 whose entries are computed one at a time: no list is kept.</summary>
/// <remarks>A Feistel network of four rounds over the next even number of bits, whose values of n and above are sent through it again
/// (cycle walking), less than four times in the mean. Not for cryptography. Source: Black and Rogaway 2002, "Ciphers with arbitrary finite
/// domains".</remarks>
/// <param name="count">n, at least 1.</param>
/// <param name="key">Equal keys give equal orders.</param>
readonly struct KeyedPermutation(int count, ulong key)
{
    const int Rounds = 4, LeastBits = 4; // fewer bits mix badly

    readonly int _half = Math.Max((BitOperations.Log2((uint)count) + 2) / 2, LeastBits); // 4^half >= n

    /// <summary>The entry at a position.</summary>
    public int this[int position]
    {
        get
        {
            var mask = (1U << _half) - 1;
            var value = (uint)position;
            do
            {
                var (left, right) = (value >> _half, value & mask);
                for (var round = 0; round < Rounds; round++)
                    (left, right) = (right, left ^ (uint)KeyedRandom.Mix((key ^ right) + KeyedRandom.Golden * (ulong)(round + 1)) & mask);
                value = left << _half | right;
            }
            while (value >= (uint)count);
            return (int)value;
        }
    }
}
