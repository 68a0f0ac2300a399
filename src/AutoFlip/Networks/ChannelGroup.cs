using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Positions of the units of a <see cref="ChannelGroup"/> in one tensor.</summary>
/// <param name="Tensor">The tensor's name.</param>
/// <param name="Axis">The axis along which the units lie, 0 or 1.</param>
/// <param name="Start">Index on that axis at which unit 0 begins; above 0 behind a concatenation, and in
/// later gate blocks or steps.</param>
/// <param name="Block">Consecutive indices per unit: unit u is Start + u*Block .. Start + (u+1)*Block.</param>
public readonly record struct Membership(string Tensor, int Axis, int Start, int Block)
{
    /// <summary>True if the tensor produces the units, false if it consumes them. Axis 0 produces and axis 1 consumes, except in
    /// embeddings, whose columns are their units.</summary>
    public bool Makes { get; init; } = Axis == 0;
}

/// <summary>Channels, neurons or cells of one width: removing unit u means removing its slice from every membership.</summary>
/// <param name="Name">Name of the first layer that makes these units; <c>input</c> for the network's input channels.</param>
/// <param name="Width">Number of units.</param>
/// <param name="IsFixed">Whether the units must stay: network inputs, class outputs and what is added to them.</param>
/// <param name="Memberships">Every slice of every tensor that belongs to these units, in layout order.</param>
/// <remarks>
/// A layer that makes units owns axis 0 of its tensors (an embedding axis 1); a layer that reads them owns axis 1. Batch normalisation, its
/// running statistics included, follows the group it normalises. An addition makes the groups of its two sides one. A convolution in
/// groups makes the channels of each of its groups one unit. A group has several slices of one axis where its units occur several times:
/// once per gate of a recurrent layer, once per step of a flattened sequence.
/// </remarks>
public sealed record ChannelGroup(string Name, int Width, bool IsFixed, ImmutableArray<Membership> Memberships)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Width}{(IsFixed ? ", fixed" : "")})";
}
