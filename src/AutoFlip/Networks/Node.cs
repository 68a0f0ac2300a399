using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A layer at its place in the graph. Node 0 is the network's input and has no layer.</summary>
/// <param name="Name">Dotted path, as PyTorch would name the module: <c>features.0</c>. Tensors are named after it.</param>
/// <param name="Layer">What is computed; null for the input.</param>
/// <param name="Inputs">Indices of the nodes it reads; all smaller than its own.</param>
/// <param name="OutputShape">Sizes per sample: [C, H, W], [F], or [T, F] for a sequence.</param>
/// <param name="Tensors">Names of its tensors, in the order in which the layer declares them.</param>
/// <param name="Macs">Multiply-accumulates per sample of a forward pass: convolutions and products of matrices only. What runs over
/// elements (activations, normalisation, pooling) counts as 0, as is usual.</param>
/// <param name="Units">Units of the output's channels; spans name groups by their index in <see cref="Network.Groups"/>.</param>
public sealed record Node(
    string Name, Layer? Layer, ImmutableArray<int> Inputs, ImmutableArray<int> OutputShape, ImmutableArray<string> Tensors, long Macs,
    ImmutableArray<UnitSpan> Units)
{
    /// <summary>Values of the output, per sample.</summary>
    public long ActivationCount => OutputShape.Aggregate(1L, (product, size) => product * size);

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Layer?.ToString() ?? "input"} -> {string.Join("x", OutputShape)}";
}
