namespace AutoFlip;

/// <summary>The paper's guidance: how far exploration moved a parameter, (w_c - w_0)².</summary>
/// <remarks>Source: arXiv 2405.10271, the federated loss exploration.</remarks>
public sealed record DeviationGuidance : Guidance
{
    /// <inheritdoc/>
    public override TrainingProbe Measure(WeightLayout layout) => new Displacement(layout, Deviation);

    /// <summary>(w_c - w_0)², elementwise.</summary>
    public static void Deviation(ReadOnlySpan<float> explored, ReadOnlySpan<float> initial, Span<float> scores)
    {
        for (var i = 0; i < scores.Length; i++)
        {
            var moved = explored[i] - initial[i];
            scores[i] = moved * moved;
        }
    }
}
