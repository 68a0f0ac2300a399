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

    /// <summary>FedSGD: w ← w - η Σ n_k ∇F_k(w) / Σ n_k, which is a round of FedAvg with one step on all of a client's samples.</summary>
    /// <remarks>Source: McMahan et al. 2017 (arXiv 1602.05629), algorithm 1 with E = 1 and B = ∞.</remarks>
    internal static Preset FedSgd { get; } = new(
        "FedSGD: fedavg, nothing pruned, one step of plain SGD per round on all of a client's samples.",
        experiment => experiment.WithMethod("fedavg") with
        {
            ServerMomentum = 0,
            LocalEpochs = 1,
            BatchSize = 0,
            Optimizer = "SGD",
            Momentum = 0,
        });
}
