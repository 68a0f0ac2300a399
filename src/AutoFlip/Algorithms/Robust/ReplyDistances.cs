using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AutoFlip;

/// <summary>Squared distances between replies, and the scores of Krum.</summary>
/// <remarks>Differences are float32, squares and sums float64 in eight lanes, the same on every processor. Cost: n² d / 2 for n replies of
/// d values, in tiles that stay in the cache.</remarks>
sealed class ReplyDistances
{
    const int Tile = 2048; // a multiple of the eight lanes

    readonly (double Squared, int Reply)[][] _nearest; // the others of each reply, nearest first
    readonly bool[] _removed;

    /// <summary>Computes all distances.</summary>
    /// <param name="replies">The replies.</param>
    /// <param name="length">Values that count.</param>
    public ReplyDistances(IReadOnlyList<float[]> replies, int length)
    {
        var count = replies.Count;
        var squared = new double[count, count];
        for (var at = 0; at < length; at += Tile)
        {
            var width = Math.Min(Tile, length - at);
            for (var i = 0; i < count; i++)
                for (var j = 0; j < i; j++) squared[i, j] += Squared(replies[i].AsSpan(at, width), replies[j].AsSpan(at, width));
        }
        _removed = new bool[count];
        _nearest = new (double, int)[count][];
        for (var i = 0; i < count; i++)
        {
            _nearest[i] = new (double, int)[count - 1];
            for (var j = 0; j < count; j++)
                if (j != i) _nearest[i][j < i ? j : j - 1] = (squared[Math.Max(i, j), Math.Min(i, j)], j);
            Array.Sort(_nearest[i]);
        }
    }

    /// <summary>The squared Euclidean distance of two vectors; infinite where a difference is beyond float32.</summary>
    public static double Squared(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        ref var a = ref MemoryMarshal.GetReference(left);
        ref var b = ref MemoryMarshal.GetReference(right);
        Vector256<double> lower = default, upper = default;
        nuint i = 0, vectors = (nuint)(left.Length - left.Length % Vector256<float>.Count);
        for (; i < vectors; i += (nuint)Vector256<float>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref a, i) - Vector256.LoadUnsafe(ref b, i));
            lower += low * low;
            upper += high * high;
        }
        var lanes = lower + upper;
        var sum = lanes[0] + lanes[1] + lanes[2] + lanes[3];
        for (var k = (int)i; k < left.Length; k++)
        {
            double difference = left[k] - right[k];
            sum += difference * difference;
        }
        return sum;
    }

    /// <summary>Leaves a reply out from here on.</summary>
    public void Remove(int reply) => _removed[reply] = true;

    /// <summary>The replies by Krum's score, the best first; of equal scores the lower index.</summary>
    /// <param name="neighbours">Nearest replies whose squared distances are summed; all that are left, if fewer are.</param>
    public IEnumerable<int> Ranked(int neighbours) =>
        Enumerable.Range(0, _nearest.Length).Where(reply => !_removed[reply]).OrderBy(reply => Score(reply, neighbours)); // a stable sort

    double Score(int reply, int neighbours)
    {
        var sum = 0.0;
        foreach (var (squared, other) in _nearest[reply])
        {
            if (neighbours == 0) break;
            if (_removed[other]) continue;
            sum += squared;
            neighbours--;
        }
        return sum;
    }
}
