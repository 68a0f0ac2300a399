using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>Divides the outputs of convolutions and linear layers by the share of their units that a sub-model has.</summary>
/// <remarks>Computed as a division of the layer's weights and bias, which is the same. Cost: two copies of the parameters a step.</remarks>
sealed class ScaledView : TrainingView
{
    readonly ImmutableArray<(Range Range, float Factor)> _stretches;
    readonly float[] _own;

    ScaledView(ImmutableArray<(Range Range, float Factor)> stretches, int parameters) =>
        (_stretches, _own) = (stretches, new float[parameters]);

    /// <summary>The view of a sub-model; null if none of its layers is narrower.</summary>
    /// <param name="full">The full network.</param>
    /// <param name="small">The sub-model, the same nodes.</param>
    public static ScaledView? Of(Network full, Network small)
    {
        var stretches =
            from node in full.Nodes.Zip(small.Nodes)
            where node.Second.Layer is Conv2d or Linear or GroupedLinear
            let share = (float)Channels(node.Second) / Channels(node.First)
            where share < 1
            from tensor in node.Second.Tensors
            select (small.Layout[tensor].Range, 1 / share);
        return stretches.ToImmutableArray() is { IsEmpty: false } all ? new(all, small.Layout.ParameterCount) : null;
    }

    /// <inheritdoc/>
    public override void Enter(Span<float> values)
    {
        values[.._own.Length].CopyTo(_own);
        Scale(values);
    }

    /// <inheritdoc/>
    public override void Leave(Span<float> values, Span<float> gradients)
    {
        _own.CopyTo(values);
        Scale(gradients); // of w / r, and so of w: the chain rule
    }

    static int Channels(Node node) => node.Layer is Conv2d ? node.OutputShape[0] : node.OutputShape[^1];

    void Scale(Span<float> values)
    {
        foreach (var (range, factor) in _stretches) TensorPrimitives.Multiply(values[range], factor, values[range]);
    }
}
