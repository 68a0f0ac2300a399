using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>A measurement of a client's local training: one vector, the report, that goes to the server beside the trained model.</summary>
/// <remarks>
/// Pruners score parameters or units by it (<c>Pruner.Probe</c>). Client and server make the probe of a round from the same facts, so both
/// know the lengths of its report and none travels. Reports travel in float32 if values do, else in float16 with a scale per part.
/// </remarks>
public abstract class TrainingProbe
{
    /// <summary>Values of each part of the report: of each tensor, of each channel group. A part has one scale on the wire, so values of
    /// one part should be of similar size.</summary>
    public abstract ImmutableArray<int> Lengths { get; }

    /// <summary>Called before every step of the client's training.</summary>
    /// <param name="parameters">[parameters]: the model before the step.</param>
    /// <param name="gradients">[parameters]: the batch's gradient at these parameters, of removed weights too; neither clipped nor
    /// changed by the algorithm.</param>
    public virtual void Observe(ReadOnlySpan<float> parameters, ReadOnlySpan<float> gradients) { }

    /// <summary>The report, after the last step: as many finite values as <see cref="Lengths"/> sum to.</summary>
    /// <param name="received">[parameters]: the model as the client received it.</param>
    /// <param name="trained">[parameters]: the model after training.</param>
    public abstract float[] Report(ReadOnlySpan<float> received, ReadOnlySpan<float> trained);
}
