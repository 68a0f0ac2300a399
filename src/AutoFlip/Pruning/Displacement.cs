using System.Collections.Immutable;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>One number per parameter from the model that a client received and the one it trained.</summary>
/// <param name="layout">The model.</param>
/// <param name="measure">(trained, received, numbers), all [parameters].</param>
sealed class Displacement(WeightLayout layout, Measure measure) : TrainingProbe
{
    /// <inheritdoc/>
    public override ImmutableArray<ReportPart> Parts { get; } = Guidance.PartsOf(layout);

    /// <inheritdoc/>
    /// <remarks>Steps are of no interest.</remarks>
    internal override bool Watch(Tensor parameters, Tensor gradients) => true;

    /// <inheritdoc/>
    public override float[] Report(ReadOnlySpan<float> received, ReadOnlySpan<float> trained)
    {
        var numbers = new float[layout.ParameterCount];
        measure(trained, received, numbers);
        return numbers;
    }
}

/// <summary>Compares two models, parameter by parameter.</summary>
delegate void Measure(ReadOnlySpan<float> trained, ReadOnlySpan<float> received, Span<float> numbers);
