using System.Collections.Immutable;

namespace AutoFlip.Reports;

/// <summary>Charts of runs. Pure functions of the content of run directories.</summary>
/// <remarks>
/// Figures that nothing is known about are left out: no chart is without lines and no line without points. Undefined values (null, NaN,
/// infinity) are no points. Ids are unique within one answer.
/// </remarks>
public static class RunCharts
{
    /// <summary>The figures of one run, finished or not.</summary>
    public static ImmutableArray<Chart> Of(RunRecord run) =>
        [.. QualityCharts.Of(run).Concat(CostCharts.Of(run)).Concat(PartitionCharts.Of(run)).Concat(GuidanceCharts.Of(run))
            .Concat(LayerCharts.Of(run)).OfType<Chart>()];

    /// <summary>The figures that runs can be compared by: a line per setting, see <see cref="RunGroup"/>.</summary>
    /// <param name="runs">In the order of the lines; none make no chart.</param>
    public static ImmutableArray<Chart> Comparing(IReadOnlyList<RunRecord> runs) =>
        [.. ComparisonCharts.Of(RunGroup.Of(runs)).OfType<Chart>()];
}
