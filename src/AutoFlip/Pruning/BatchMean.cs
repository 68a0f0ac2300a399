using System.Collections.Immutable;
using System.Numerics.Tensors;
using Tensor = TorchSharp.torch.Tensor;

namespace AutoFlip;

/// <summary>The mean over a client's batches of one number per parameter.</summary>
/// <param name="layout">The model that is trained.</param>
/// <param name="add">Adds the numbers of one batch to the sums.</param>
/// <param name="numbers">The numbers of one batch, from parameters and gradients on a device: the same bits.</param>
/// <remarks>Sums are floats: batches are a few thousand at most.</remarks>
sealed class BatchMean(WeightLayout layout, AddBatch add, Func<Tensor, Tensor, Tensor> numbers) : TrainingProbe
{
    readonly ParameterSums _sums = new(layout.ParameterCount);
    int _batches;

    /// <inheritdoc/>
    public override ImmutableArray<ReportPart> Parts { get; } = Guidance.PartsOf(layout);

    /// <inheritdoc/>
    public override void Observe(ReadOnlySpan<float> parameters, ReadOnlySpan<float> gradients)
    {
        _batches++;
        add(_sums.Values, parameters, gradients);
    }

    /// <inheritdoc/>
    internal override bool Watch(Tensor parameters, Tensor gradients)
    {
        _batches++;
        _sums.Add(numbers(parameters, gradients));
        return true;
    }

    /// <inheritdoc/>
    public override float[] Report(ReadOnlySpan<float> received, ReadOnlySpan<float> trained)
    {
        var means = _sums.Values;
        TensorPrimitives.Divide(means, Math.Max(_batches, 1), means);
        return means;
    }
}

/// <summary>Adds the numbers of one batch, one per parameter.</summary>
delegate void AddBatch(Span<float> sums, ReadOnlySpan<float> parameters, ReadOnlySpan<float> gradients);
