namespace AutoFlip;

/// <summary>Values of several options of an experiment under one name.</summary>
/// <param name="Help">One sentence.</param>
/// <param name="Apply">The experiment with these values in place of its own.</param>
public sealed record Preset(string Help, Func<Experiment, Experiment> Apply)
{
    /// <summary>Pruning as in the paper: where our defaults depart from it (docs/algorithm.md, "Departures from the paper").</summary>
    internal static Preset Paper { get; } = new(
        "Prune as in the paper: single weights, at the initial model, by squared distance, a new mask every round, and nothing rescaled.",
        experiment => experiment with
        {
            Pruning = PruningKind.Unstructured,
            Guidance = "deviation",
            GuidanceNormalization = GuidanceScale.MinMax,
            DenseRounds = 0,
            KeepNorm = false,
            ScaleLearningRate = false,
            MaskRefresh = MaskRefresh.Cohort,
        });
}
