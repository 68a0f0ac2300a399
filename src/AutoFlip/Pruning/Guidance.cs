using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Score of each parameter that exploration measures, selected by <c>--guidance</c>.</summary>
/// <remarks>
/// The client's half is <see cref="Measure"/>, the server's the mean over explorers (each weighing the same) and <see cref="Finish"/>.
/// What formulas call w_0 is the model that explorers receive: w_0 itself, unless there were dense rounds before.
/// Only ratios within a tensor matter afterwards: <see cref="GuidanceScaling"/> makes tensors comparable.
/// </remarks>
public abstract record Guidance
{
    /// <summary>The client's half: what is measured of a training, one finite number per parameter. It may be negative if
    /// <see cref="Finish"/> makes the mean at least 0.</summary>
    /// <param name="layout">The model that is trained.</param>
    public abstract TrainingProbe Measure(WeightLayout layout);

    /// <summary>True if a unit's score may be computed before the mean over clients, because <see cref="Finish"/> leaves the mean
    /// unchanged.</summary>
    public virtual bool IsLinear => true;

    /// <summary>The server's half: the mean of explorers' scores as importance, at least 0; higher = keep. In place.</summary>
    public virtual void Finish(Span<float> mean) { }

    /// <summary>Parts of a report of one number per parameter: one per tensor.</summary>
    internal static ImmutableArray<ReportPart> PartsOf(WeightLayout layout) => [.. layout.Parameters.Select(tensor => tensor.Length)];
}
