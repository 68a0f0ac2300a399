using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A run of units along an axis: <paramref name="Width"/> units of <paramref name="Block"/> consecutive entries each.</summary>
/// <param name="Group">Number of the channel group the units belong to, as the builder counts them.</param>
/// <param name="Width">Number of units.</param>
/// <param name="Block">Entries per unit: 1 for channels and neurons, H*W for channels that were flattened.</param>
readonly record struct UnitSpan(int Group, int Width, int Block);

/// <summary>What flows along an edge of the graph, for one sample.</summary>
/// <param name="Shape">Sizes without the batch axis: [C, H, W] for images, [F] for vectors.</param>
/// <param name="Units">What the first axis is made of, in order: one span, or several after a concatenation.</param>
sealed record Features(ImmutableArray<int> Shape, ImmutableArray<UnitSpan> Units)
{
    /// <summary>Values per sample.</summary>
    public long Length { get; } = Shape.Aggregate(1L, (product, size) => product * size);

    /// <inheritdoc/>
    public override string ToString() => string.Join("x", Shape);
}
