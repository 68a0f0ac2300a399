using System.Collections.Immutable;
using System.Numerics.Tensors;
using Tensor = TorchSharp.torch.Tensor;

namespace AutoFlip;

/// <summary>Measures the gradients of what is removed over the steps of a client's training.</summary>
/// <param name="parameters">Parameters of the network.</param>
/// <param name="parts">What the parts of the report are about.</param>
/// <param name="kind">Numbers of the report.</param>
/// <param name="growthOf">Turns sums over steps, one per parameter, into one number per member.</param>
/// <remarks>Memory: one float per parameter while the client trains.</remarks>
sealed class GrowthProbe(int parameters, IEnumerable<ReportedMembers> parts, GrowthKind kind, Func<float[], float[]> growthOf)
    : TrainingProbe
{
    readonly ImmutableArray<ReportedMembers> _parts = [.. parts];
    readonly ParameterSums _sums = new(parameters);
    int _steps;

    /// <inheritdoc/>
    public override ImmutableArray<ReportPart> Parts => [.. _parts.Select(part => kind switch
    {
        GrowthKind.Squares => new ReportPart(part.Members.Length),
        GrowthKind.Largest => new ReportPart(part.Members.Length, part.Swaps),
        _ => new ReportPart(part.Members.Length, part.Swaps, HasValues: false),
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
    public override float[] Report(ReadOnlySpan<float> received, ReadOnlySpan<float> trained)
    {
        var report = new float[_parts.Sum(part => part.Members.Length)];
        var rest = report.AsSpan();
        var growth = growthOf(_sums.Values);
        foreach (var (members, swaps) in _parts)
        {
            var own = rest[..members.Length];
            rest = rest[own.Length..];
            for (var i = 0; i < own.Length; i++) own[i] = growth[members[i]];
            if (kind != GrowthKind.Squares) KeepLargest(own, swaps);
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

/// <summary>Numbers that clients report about removed weights or units.</summary>
enum GrowthKind
{
    /// <summary>Σ g² over steps, of each; of a unit summed over its outgoing weights.</summary>
    Squares,

    /// <summary>The mean of g over steps, of as many of a set as are swapped, those of largest magnitude; of a unit its norm over outgoing
    /// weights.</summary>
    Largest,

    /// <summary>The positions of these alone.</summary>
    Positions,
}
