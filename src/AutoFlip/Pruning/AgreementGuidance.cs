using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>Mean distance that clients move a parameter, times the agreement of their directions: |mean of (w_c - w_N)|.</summary>
/// <remarks>
/// With d_c = w_c - w_0 over C explorers, |Σ d_c| / C = (Σ |d_c| / C) · (|Σ d_c| / Σ |d_c|). The first factor is the mean distance. The
/// second is in [0, 1]: with P the distance moved upwards and N downwards it is |P - N| / (P + N), 1 if all move it the same way and
/// 0 if they cancel out. If all distances are equal and a share q of the explorers moves it the majority's way, it is 2q - 1.
/// So a parameter on which clients pull against each other, whose updates averaging would cancel, counts for little.
/// <para>Ours. The paper's fifth version names the idea, but its code is not public.</para>
/// </remarks>
public sealed record AgreementGuidance : Guidance
{
    /// <inheritdoc/>
    /// <remarks>Signed: the displacement itself, so that the server's mean can cancel.</remarks>
    public override TrainingProbe Measure(WeightLayout layout) => new Displacement(layout, TensorPrimitives.Subtract);

    /// <inheritdoc/>
    public override bool IsLinear => false;

    /// <inheritdoc/>
    public override void Finish(Span<float> mean) => TensorPrimitives.Abs(mean, mean);
}
