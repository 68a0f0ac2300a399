namespace AutoFlip;

/// <summary>FedTiny's adjustment: one block of layers at a time, by the largest gradients that clients report.</summary>
/// <param name="Plan">How much is removed.</param>
/// <remarks>
/// Layers form blocks of neighbours. Each adjustment changes one block, from the output side to the input and again. In the round before,
/// client k reports, of each layer of the block, the k_l removed weights of largest |g|, g the mean over its steps: positions and values.
/// The server adds n_k g over clients and swaps k_l = ⌊f(s) K_l⌋ weights (<see cref="SwappingPruner"/>).
/// <para>Cost: k_l positions and values of each layer of one block, per client and adjustment: about 1 + 2 bytes each, or 1 + 4. With
/// <see cref="Experiment.Pruning"/> structured whole units are swapped: see <see cref="FedTinyUnits"/>.</para>
/// <para>Source: Huang et al. 2023 (ICDCS), the progressive pruning module. Departures: the adaptive selection of a first mask by batch
/// normalisation statistics is left out; g is the mean over the steps of a round, not the gradient of one batch.</para>
/// </remarks>
[Published("Huang et al. 2023, ICDCS")]
public sealed record FedTinyPruner(PruningPlan Plan) : WeightSwaps(Plan)
{
    internal const string BlocksHelp = "Blocks that the layers form, of which each adjustment changes one.";

    /// <summary>Blocks of layers, at least 1; a model of fewer layers has a block per layer.</summary>
    [Option(BlocksHelp, AtLeast = 1, AtMost = 1000)]
    public int Blocks { get; init; } = 5;

    /// <summary>The pruner of an experiment: of weights, or of units where only units are removed.</summary>
    public static SwappingPruner Of(Experiment experiment) => experiment.Pruning == PruningKind.Structured
        ? new FedTinyUnits(PruningPlan.Of(experiment), experiment.Rounds)
        : new FedTinyPruner(PruningPlan.OfWeights(experiment));

    /// <inheritdoc/>
    protected internal override bool Adjusts(int layer, int layers, int rounds) =>
        IsInTurn(layer, layers, Blocks, rounds / AdjustmentInterval - 1);

    /// <summary>Tests whether a layer is in the block that an adjustment changes.</summary>
    /// <param name="layer">Its number, from 0.</param>
    /// <param name="layers">Number of layers.</param>
    /// <param name="blocks">Of layers, at most.</param>
    /// <param name="adjustment">Its number, from 0.</param>
    internal static bool IsInTurn(int layer, int layers, int blocks, int adjustment)
    {
        blocks = Math.Min(blocks, layers);
        return (int)((long)layer * blocks / layers) == blocks - 1 - adjustment % blocks;
    }
}
