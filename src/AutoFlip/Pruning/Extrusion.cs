using System.Collections.Immutable;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>FedMef's penalty λ‖w‖² on weights that are about to go, beside a measurement that does not see it.</summary>
/// <param name="growth">The measurement.</param>
/// <param name="penalty">λ, at least 0.</param>
/// <param name="mark">Parameters that are drawn to 0, from the model as received.</param>
sealed class Extrusion(TrainingProbe growth, float penalty, Func<float[], IEnumerable<int>> mark) : TrainingProbe
{
    int[]? _marked;

    /// <inheritdoc/>
    public override ImmutableArray<ReportPart> Parts => growth.Parts;

    /// <inheritdoc/>
    public override void Observe(ReadOnlySpan<float> parameters, ReadOnlySpan<float> gradients) => growth.Observe(parameters, gradients);

    /// <inheritdoc/>
    public override void Adjust(ReadOnlySpan<float> parameters, Span<float> gradients)
    {
        if (penalty == 0) return;
        _marked ??= [.. mark(parameters.ToArray())]; // before the first step: the model as received
        foreach (var i in _marked) gradients[i] += 2 * penalty * parameters[i];
    }

    /// <inheritdoc/>
    /// <remarks>The weights to be marked are known on the host.</remarks>
    internal override bool Watch(Tensor parameters, Tensor gradients) => penalty == 0 && growth.Watch(parameters, gradients);

    /// <inheritdoc/>
    public override float[] Report(ReadOnlySpan<float> received, ReadOnlySpan<float> trained) => growth.Report(received, trained);
}
