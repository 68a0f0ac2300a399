using System.Collections.Immutable;

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
        [.. layout.Parameters.Select(tensor => kept.KeptIn(tensor.Offset, tensor.Length))],
        kept.KeptIn(layout.ParameterCount, layout.Count - layout.ParameterCount));

    /// <summary>The statistics without the parameters.</summary>
    public KeptTensors StatisticsAlone => new([], Statistics);

    /// <summary>An explorer's scores: the parts that its pruner declares, and no statistics.</summary>
    public static KeptTensors Scores(ImmutableArray<int> parts) => new(parts, 0);
}
