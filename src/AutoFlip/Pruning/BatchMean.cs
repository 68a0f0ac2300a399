using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>The mean over a client's batches of one number per parameter.</summary>
/// <param name="layout">The model that is trained.</param>
/// <param name="add">Adds the numbers of one batch to the sums.</param>
/// <remarks>Sums are floats: batches are a few thousand at most.</remarks>
sealed class BatchMean(WeightLayout layout, AddBatch add) : TrainingProbe
{
    readonly Lazy<float[]> _sums = new(() => new float[layout.ParameterCount]);
    int _batches;

    /// <inheritdoc/>
    public override ImmutableArray<ReportPart> Parts { get; } = Guidance.PartsOf(layout);

    /// <inheritdoc/>
    public override void Observe(ReadOnlySpan<float> parameters, ReadOnlySpan<float> gradients)
    {
        _batches++;
        add(_sums.Value, parameters, gradients);
    }

    /// <inheritdoc/>
    public override float[] Report(ReadOnlySpan<float> received, ReadOnlySpan<float> trained)
    {
        TensorPrimitives.Divide(_sums.Value, Math.Max(_batches, 1), _sums.Value);
        return _sums.Value;
    }
}

/// <summary>Adds the numbers of one batch, one per parameter.</summary>
delegate void AddBatch(Span<float> sums, ReadOnlySpan<float> parameters, ReadOnlySpan<float> gradients);
