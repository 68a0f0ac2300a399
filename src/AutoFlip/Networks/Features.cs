using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A run of units along an axis: <paramref name="Width"/> units of <paramref name="Block"/> consecutive entries each.</summary>
/// <param name="Group">Number of the channel group the units belong to.</param>
/// <param name="Width">Number of units.</param>
/// <param name="Block">Entries per unit: 1 for neurons and most channels, more where channels were flattened
/// or are convolved in groups.</param>
public readonly record struct UnitSpan(int Group, int Width, int Block)
{
    /// <summary>Entries in all.</summary>
    public int Length => Width * Block;
}

/// <summary>Values on an edge of the graph, for one sample.</summary>
/// <param name="Shape">Sizes without the batch axis: [C, H, W] for images, [F] for vectors, [T, F] for sequences of T steps.</param>
/// <param name="Units">Units of the channels (C or F), in order: one span, or several after a concatenation.</param>
sealed record Features(ImmutableArray<int> Shape, ImmutableArray<UnitSpan> Units)
{
    /// <summary>Values per sample.</summary>
    public long Length { get; } = Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Index of the size that counts channels: 1 of [steps, channels], otherwise 0.</summary>
    public int ChannelAxis => Shape.Length == 2 ? 1 : 0;

    /// <summary>Entries of the channel axis.</summary>
    public int Channels => Shape[ChannelAxis];

    /// <inheritdoc/>
    public override string ToString() => string.Join("x", Shape);
}
