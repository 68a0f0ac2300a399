using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Computes each step with a narrower model inside a sub-model, drawn anew for each batch.</summary>
/// <param name="widths">The values of each of the narrower models, seen from the sub-model; one that keeps all is the sub-model.</param>
/// <param name="random">Draws.</param>
/// <remarks>What is left out is 0 for the pass and has no gradient. The optimizer steps over all parameters, as PyTorch's does where a
/// module uses a part of a tensor. Cost: that of the sub-model in each step, and two copies of its values.</remarks>
sealed class NestedView(ImmutableArray<Selection> widths, KeyedRandom random) : TrainingView
{
    float[] _own = [];
    Selection _kept = widths[0];

    /// <inheritdoc/>
    public override void Begin() => _kept = widths[random.Next(widths.Length)];

    /// <inheritdoc/>
    public override void Enter(Span<float> values)
    {
        if (_kept.IsAll) return;
        if (_own.Length == 0) _own = new float[values.Length];
        values.CopyTo(_own);
        _kept.Apply(values);
    }

    /// <inheritdoc/>
    public override void Leave(Span<float> values, Span<float> gradients)
    {
        if (_kept.IsAll) return;
        for (var i = 0; i < values.Length; i++)
        {
            var isParameter = i < gradients.Length;
            if (isParameter || !_kept[i]) values[i] = _own[i]; // statistics of what was computed have moved
            if (isParameter && !_kept[i]) gradients[i] = 0;
        }
    }
}
