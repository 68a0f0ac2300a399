using System.Collections.Immutable;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>The mean of a measurement over each unit's incoming weights and bias: some hundred numbers in place of one
/// per parameter.</summary>
/// <param name="network">The network that is trained.</param>
/// <param name="scores">Measures one number per parameter.</param>
sealed class UnitMeans(Network network, TrainingProbe scores) : TrainingProbe
{
    /// <inheritdoc/>
    public override ImmutableArray<ReportPart> Parts { get; } = [.. network.Groups.Select(group => group.Width)];

    /// <inheritdoc/>
    public override void Observe(ReadOnlySpan<float> parameters, ReadOnlySpan<float> gradients) =>
        scores.Observe(parameters, gradients);

    /// <inheritdoc/>
    internal override bool Watch(Tensor parameters, Tensor gradients) => scores.Watch(parameters, gradients);

    /// <inheritdoc/>
    public override float[] Report(ReadOnlySpan<float> received, ReadOnlySpan<float> trained) =>
        [.. UnitScores.MeansOf(network, scores.Report(received, trained)).SelectMany(means => means)];
}
