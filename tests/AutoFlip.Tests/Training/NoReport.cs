using System.Collections.Immutable;

namespace AutoFlip.Tests;

/// <summary>A measurement of nothing.</summary>
sealed class NoReport : TrainingProbe
{
    public override ImmutableArray<ReportPart> Parts => [];

    public override float[] Report(ReadOnlySpan<float> received, ReadOnlySpan<float> trained) => [];
}
