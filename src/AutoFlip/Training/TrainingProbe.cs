using System.Collections.Immutable;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>A measurement of a client's local training: one vector, the report, that goes to the server beside the trained model.</summary>
/// <remarks>
/// Pruners score parameters or units by it (<c>Pruner.Probe</c>). Client and server make the probe of a round from the same facts, so both
/// know the parts of its report and none is described in a message. Values travel in float32 if those of the model do, else in float16
/// with a scale per part; chosen positions travel exactly.
/// </remarks>
public abstract class TrainingProbe
{
    /// <summary>Parts of the report: of each tensor, of each channel group; empty: there is no report. A part has one scale on the wire, so
    /// values of one part should be of similar size.</summary>
    public abstract ImmutableArray<ReportPart> Parts { get; }

    /// <summary>The loss that the client trains with; the experiment's, unless overridden. Called once, before the first step. Held-out
    /// samples are evaluated with the experiment's.</summary>
    /// <param name="criterion">The experiment's.</param>
    /// <param name="targets">The truth about samples.</param>
    /// <param name="rows">Those that the client trains on.</param>
    public virtual Criterion LossOf(Criterion criterion, Targets targets, ReadOnlySpan<int> rows) => criterion;

    /// <summary>Called before every step of the client's training.</summary>
    /// <param name="parameters">[parameters]: the model before the step.</param>
    /// <param name="gradients">[parameters]: the batch's gradient at these parameters, of removed weights too; neither clipped nor
    /// changed by the algorithm.</param>
    public virtual void Observe(ReadOnlySpan<float> parameters, ReadOnlySpan<float> gradients) { }

    /// <summary>Changes the gradient of a step, after it was observed and before the algorithm changes it: a penalty of the pruner's on
    /// what is trained.</summary>
    /// <param name="parameters">[parameters]: the model before the step.</param>
    /// <param name="gradients">[parameters]: changed in place; of removed weights without effect.</param>
    public virtual void Adjust(ReadOnlySpan<float> parameters, Span<float> gradients) { }

    /// <summary><see cref="Observe"/> and <see cref="Adjust"/> on a device, where the tensors are, without waiting for it. Within a dispose
    /// scope, and without a graph.</summary>
    /// <param name="parameters">float32 [parameters].</param>
    /// <param name="gradients">float32 [parameters].</param>
    /// <returns>False leaves both to the methods for the host, on copies.</returns>
    internal virtual bool Watch(Tensor parameters, Tensor gradients) => false;

    /// <summary>The report, after the last step: as many finite numbers as <see cref="Parts"/> sum to, and of a part with positions no
    /// more than these other than 0.</summary>
    /// <param name="received">[parameters]: the model as the client received it.</param>
    /// <param name="trained">[parameters]: the model after training.</param>
    public abstract float[] Report(ReadOnlySpan<float> received, ReadOnlySpan<float> trained);
}
