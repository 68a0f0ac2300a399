namespace AutoFlip;

/// <summary>FedTiny's adjustment: one block of layers at a time, by the largest gradients that clients report.</summary>
/// <param name="Plan">How much is removed.</param>
/// <remarks>
/// Layers form blocks of neighbours. Each adjustment changes one block, from the output side to the input and again. In the round before,
/// client k reports, of each layer of the block, the k_l removed weights of largest |g|, g the mean over its steps: positions and values.
/// The server adds n_k g over clients and swaps k_l = ⌊f(s) K_l⌋ weights (<see cref="SwappingPruner"/>).
/// <para>Cost: k_l positions and values of each layer of one block, per client and adjustment: about 1 + 2 bytes each, or 1 + 4.</para>
/// <para>Source: Huang et al. 2023 (ICDCS), the progressive pruning module. Departures: the adaptive selection of a first mask by batch
/// normalisation statistics is left out; g is the mean over the steps of a round, not the gradient of one batch.</para>
/// </remarks>
[Published("Huang et al. 2023, ICDCS")]
public sealed record FedTinyPruner(PruningPlan Plan) : WeightSwaps(Plan)
{
    /// <summary>Blocks of layers, at least 1; a model of fewer layers has a block per layer.</summary>
    [Option("Blocks that the layers form, of which each adjustment changes one.", AtLeast = 1, AtMost = 1000)]
    public int Blocks { get; init; } = 5;

    /// <summary>The pruner of an experiment.</summary>
    public static FedTinyPruner Of(Experiment experiment) => new(PruningPlan.OfWeights(experiment));

    /// <inheritdoc/>
    protected internal override bool Adjusts(int layer, int layers, int rounds)
    {
        var blocks = Math.Min(Blocks, layers);
        var adjustment = rounds / AdjustmentInterval - 1;
        return (int)((long)layer * blocks / layers) == blocks - 1 - adjustment % blocks;
    }

    /// <inheritdoc/>
    internal override TrainingProbe ProbeOf(RemovedWeights removed) => new GrowthProbe(removed, GrowthKind.Largest);
}
