namespace AutoFlip;

/// <summary>FedRolex: the window of units that a client trains rolls by one unit from round to round.</summary>
/// <remarks>
/// In round t a client of rate r trains ceil(r K) units from unit (t - 1) mod K on, and after the last unit the first. So every K rounds
/// each unit is trained as often as every other, by clients of any rate.
/// <para>Cost: as <see cref="HeteroFl"/>.</para>
/// <para>Source: Alam, Liu, Yan and Zhang 2022 (arXiv 2212.01548). Differs: clients count by their samples; running statistics are
/// averaged unless <see cref="Experiment.StaticBatchNorm"/> is set.</para>
/// </remarks>
[Published("Alam et al. 2022, arXiv 2212.01548")]
public sealed record FedRolex : ScaledSubModelPruner
{
    /// <inheritdoc/>
    public override bool IsNested => false;

    private protected override Selection Choose(int width, int kept, int group, SubModelContext context) =>
        Window(width, kept, (context.Round - 1) % width);
}
