using System.Collections.Immutable;
using System.Numerics.Tensors;
using Tensor = TorchSharp.torch.Tensor;

namespace AutoFlip;

/// <summary>Measures the gradients of removed weights over the steps of a client's training.</summary>
/// <param name="removed">The weights.</param>
/// <param name="kind">Numbers of the report.</param>
/// <remarks>Memory: one float per parameter while the client trains.</remarks>
class GrowthProbe(RemovedWeights removed, GrowthKind kind) : TrainingProbe
{
    /// <summary>The weights.</summary>
    protected RemovedWeights Removed { get; } = removed;

    readonly ParameterSums _sums = new(removed.Layout.ParameterCount);
    int _steps;

    /// <inheritdoc/>
    public sealed override ImmutableArray<ReportPart> Parts { get; } = [.. removed.Layers.Select(layer => kind switch
    {
        GrowthKind.Squares => new ReportPart(layer.Indices.Length),
        GrowthKind.Largest => new ReportPart(layer.Indices.Length, layer.Swaps),
        _ => new ReportPart(layer.Indices.Length, layer.Swaps, HasValues: false),
    })];

    /// <inheritdoc/>
    public override void Observe(ReadOnlySpan<float> parameters, ReadOnlySpan<float> gradients)
    {
        var sums = _sums.Values;
        _steps++;
        if (kind == GrowthKind.Squares) TensorPrimitives.MultiplyAdd(gradients, gradients, sums, sums);
        else TensorPrimitives.Add(sums, gradients, sums);
    }

    /// <inheritdoc/>
    internal override bool Watch(Tensor parameters, Tensor gradients)
    {
        _steps++;
        _sums.Add(kind == GrowthKind.Squares ? gradients.mul(gradients) : gradients);
        return true;
    }

    /// <inheritdoc/>
    public sealed override float[] Report(ReadOnlySpan<float> received, ReadOnlySpan<float> trained)
    {
        var report = new float[Parts.Sum(part => part.Length)];
        var rest = report.AsSpan();
        var sums = _sums.Values;
        foreach (var layer in Removed.Layers)
        {
            var own = rest[..layer.Indices.Length];
            rest = rest[own.Length..];
            for (var i = 0; i < own.Length; i++) own[i] = sums[layer.Indices[i]];
            if (kind != GrowthKind.Squares) KeepLargest(own, layer.Swaps);
        }
        return report;
    }

    /// <summary>Leaves the numbers of largest magnitude, or 1 in their place, and 0 elsewhere.</summary>
    void KeepLargest(Span<float> numbers, int count)
    {
        var magnitudes = new float[numbers.Length];
        TensorPrimitives.Abs(numbers, magnitudes);
        var chosen = Selection.Highest(magnitudes, count);
        chosen.Apply(numbers);
        TensorPrimitives.Divide(numbers, Math.Max(_steps, 1), numbers);
        for (var i = 0; kind == GrowthKind.Positions && i < numbers.Length; i++)
            if (chosen[i]) numbers[i] = 1;
    }
}

/// <summary>Numbers that clients report about removed weights.</summary>
enum GrowthKind
{
    /// <summary>Σ g² over steps, of each removed weight.</summary>
    Squares,

    /// <summary>The mean of g over steps, of as many weights of a layer as are swapped, those of largest magnitude.</summary>
    Largest,

    /// <summary>The positions of these alone.</summary>
    Positions,
}
