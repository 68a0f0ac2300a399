using System.Collections.Immutable;
using System.Numerics;

namespace AutoFlip;

/// <summary>Number of values of each tensor on the wire, in their order there. Equal for the full vector and the small one.</summary>
/// <param name="Parameters">Values kept of each tensor that is trained; 0 where nothing is left of it.</param>
/// <param name="Statistics">Running statistics kept, of all tensors together.</param>
sealed record KeptTensors(ImmutableArray<int> Parameters, int Statistics)
{
    /// <summary>Parameters kept.</summary>
    public int ParameterCount { get; } = Parameters.Sum();

    /// <summary>Values kept.</summary>
    public int Count => ParameterCount + Statistics;

    /// <summary>Per tensor that is trained: its number, where its values start, how many there are.</summary>
    public IEnumerable<(int Tensor, int Start, int Length)> Ranges
    {
        get
        {
            for (int tensor = 0, start = 0; tensor < Parameters.Length; start += Parameters[tensor++])
                yield return (tensor, start, Parameters[tensor]);
        }
    }

    /// <summary>Counts what a selection keeps of a layout's tensors.</summary>
    public static KeptTensors Of(WeightLayout layout, Selection kept) => new(
        [.. layout.Parameters.Select(tensor => KeptIn(kept, tensor.Offset, tensor.Length))],
        KeptIn(kept, layout.ParameterCount, layout.Count - layout.ParameterCount));

    /// <summary>One value per parameter and no statistics, as in scores.</summary>
    public static KeptTensors Scores(WeightLayout layout) => new([.. layout.Parameters.Select(tensor => tensor.Length)], 0);

    static int KeptIn(Selection selection, int start, int length)
    {
        if (length == 0 || selection.IsAll) return length;
        var bits = selection.Bits;
        int end = start + length, first = start >> 6, last = (end - 1) >> 6, sum = 0;
        for (var word = first; word <= last; word++)
        {
            var inside = bits[word];
            if (word == first) inside &= ulong.MaxValue << (start & 63);
            if (word == last) inside &= ulong.MaxValue >> (63 - (end - 1 & 63));
            sum += BitOperations.PopCount(inside);
        }
        return sum;
    }
}
