using System.Numerics;
using System.Runtime.InteropServices;

namespace AutoFlip;

/// <summary>Sorts the replies of a round coordinate by coordinate.</summary>
/// <remarks>A sorting network (Batcher's merge exchange; Knuth, The Art of Computer Programming 3, 5.2.2 M) over rows of a tile of 512
/// coordinates: every exchange is a vectorised minimum and maximum. -0 comes before +0, so the order of the replies does not matter, to the
/// bit. Cost: about n log²(n) / 4 exchanges of n replies per tile; one tile is allocated, nothing per coordinate.</remarks>
static class SortedReplies
{
    const int Tile = 512; // a multiple of every vector's length

    /// <summary>Computes a value per coordinate from its sorted values.</summary>
    /// <param name="rows">Row i begins at i · 512 and holds the i-th smallest value of each coordinate.</param>
    /// <param name="result">Receives a value per coordinate, 512 at most.</param>
    public delegate void Rule(ReadOnlySpan<float> rows, Span<float> result);

    /// <summary>Applies a rule to each coordinate.</summary>
    /// <param name="replies">The replies, at least one.</param>
    /// <param name="from">The first coordinate.</param>
    /// <param name="result">A value per coordinate from there.</param>
    /// <param name="rule">The rule.</param>
    public static void Reduce(IReadOnlyList<float[]> replies, int from, Span<float> result, Rule rule)
    {
        var exchanges = Exchanges(replies.Count);
        var rows = new float[replies.Count * Tile];
        for (var at = 0; at < result.Length; at += Tile)
        {
            var width = Math.Min(Tile, result.Length - at);
            for (var i = 0; i < replies.Count; i++) replies[i].AsSpan(from + at, width).CopyTo(Row(rows, i));
            foreach (var (low, high) in exchanges) Exchange(Row(rows, low), Row(rows, high));
            rule(rows, result.Slice(at, width));
        }
    }

    /// <summary>The median of each coordinate; of an even number of replies the mean of the middle two.</summary>
    /// <param name="replies">The replies, at least one.</param>
    /// <param name="from">The first coordinate.</param>
    /// <param name="result">A value per coordinate from there.</param>
    public static void Median(IReadOnlyList<float[]> replies, int from, Span<float> result) =>
        Reduce(replies, from, result, (rows, medians) => Median(rows, replies.Count, medians));

    /// <summary>The median of each coordinate of a tile.</summary>
    public static void Median(ReadOnlySpan<float> rows, int count, Span<float> result)
    {
        ReadOnlySpan<float> low = Row(rows, (count - 1) / 2), high = Row(rows, count / 2);
        for (var i = 0; i < result.Length; i++) result[i] = (float)(((double)low[i] + high[i]) / 2);
    }

    /// <summary>The mean of the rows from <paramref name="first"/> to before <paramref name="end"/>, summed in float64.</summary>
    public static void Mean(ReadOnlySpan<float> rows, int first, int end, Span<float> result)
    {
        Span<double> sums = stackalloc double[Tile];
        sums.Clear();
        for (var row = first; row < end; row++)
        {
            var values = Row(rows, row);
            for (var i = 0; i < result.Length; i++) sums[i] += values[i];
        }
        for (var i = 0; i < result.Length; i++) result[i] = (float)(sums[i] / (end - first));
    }

    /// <summary>A row of a tile.</summary>
    public static ReadOnlySpan<float> Row(ReadOnlySpan<float> rows, int row) => rows.Slice(row * Tile, Tile);

    static Span<float> Row(float[] rows, int row) => rows.AsSpan(row * Tile, Tile);

    static void Exchange(Span<float> low, Span<float> high)
    {
        ref var a = ref MemoryMarshal.GetReference(low);
        ref var b = ref MemoryMarshal.GetReference(high);
        for (nuint i = 0; i < Tile; i += (nuint)Vector<float>.Count)
        {
            var (x, y) = (Vector.LoadUnsafe(ref a, i), Vector.LoadUnsafe(ref b, i));
            Vector.Min(x, y).StoreUnsafe(ref a, i);
            Vector.Max(x, y).StoreUnsafe(ref b, i);
        }
    }

    static List<(int Low, int High)> Exchanges(int count)
    {
        List<(int, int)> exchanges = [];
        var top = count < 2 ? 0 : 1 << (BitOperations.Log2((uint)count - 1));
        for (var p = top; p > 0; p /= 2)
            for (int q = top, r = 0, d = p; ; (d, q, r) = (q - p, q / 2, p))
            {
                for (var i = 0; i < count - d; i++)
                    if ((i & p) == r) exchanges.Add((i, i + d));
                if (q == p) break;
            }
        return exchanges;
    }
}
