namespace AutoFlip;

/// <summary>Cost of a run up to the round in which its main metric first reached a target.</summary>
/// <param name="Round">After this round.</param>
/// <param name="Bytes">Sent, both ways, exploration included.</param>
/// <param name="Macs">Multiply-accumulates of forward passes of training, exploration included.</param>
/// <param name="Seconds">Wall-clock of exploration and rounds.</param>
/// <remarks>One evaluation swings by many points on non-IID data, so the mean of <see cref="Window"/> evaluations in a row has to reach the
/// target; the cost is that of the last of them.</remarks>
public sealed record CostToReach(int Round, long Bytes, double Macs, double Seconds)
{
    /// <summary>Evaluations in a row whose mean counts.</summary>
    public const int Window = 3;

    /// <summary>The shares of a baseline's quality that runs are compared at.</summary>
    public static IReadOnlyList<double> Shares { get; } = [0.9, 0.95, 1];

    /// <summary>Tests whether a run was ever evaluated in that way: one that was not has no cost to reach, and reaches nothing.</summary>
    /// <param name="run">The run.</param>
    /// <param name="basis">Where it would be measured.</param>
    public static bool IsMeasured(RunSummary run, QualityBasis basis) =>
        run.Evaluations.Any(evaluation => basis.Of(evaluation) is not null);

    /// <summary>The cost until a target is reached; null if it never is.</summary>
    /// <param name="run">The run.</param>
    /// <param name="target">A value of its main metric.</param>
    /// <param name="basis">Where it is measured.</param>
    public static CostToReach? Of(RunSummary run, double target, QualityBasis basis)
    {
        var (all, lower) = (run.Evaluations, run.Metrics.Primary.LowerIsBetter);
        for (var last = Window - 1; last < all.Length; last++)
        {
            double[] window = [.. all[(last - Window + 1)..(last + 1)].Select(basis.Of).OfType<double>().Where(double.IsFinite)];
            if (window.Length < Window) continue;
            var mean = Spread.MeanOf(window); // as the target is
            if (lower ? mean <= target : mean >= target) return new(all[last].Round, all[last].Bytes, all[last].Macs, all[last].Seconds);
        }
        return null;
    }

    /// <summary>The value of the main metric that is a share of a baseline's final quality: of an error, the
    /// baseline's divided by the share.</summary>
    /// <param name="baseline">The run to reach.</param>
    /// <param name="share">In (0, 1].</param>
    /// <param name="basis">Where it is measured.</param>
    /// <returns>Null if the baseline was not evaluated there.</returns>
    public static double? Target(RunSummary baseline, double share, QualityBasis basis) =>
        basis.Of(baseline.Metrics.Primary) is not { } final ? null
        : baseline.Metrics.Primary.LowerIsBetter ? final / share : final * share;
}
