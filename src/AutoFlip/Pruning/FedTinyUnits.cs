namespace AutoFlip;

/// <summary>FedTiny's adjustment for whole units, which is ours: one block of groups at a time.</summary>
/// <param name="Plan">How much is removed.</param>
/// <param name="Rounds">Rounds of the run.</param>
/// <remarks>
/// Groups of units form blocks of neighbours, and each adjustment changes one of these, as <see cref="FedTinyPruner"/> does with layers. In
/// the measuring round before (<see cref="UnitSwaps"/>) client k reports, of each group of the block, the k_l removed units of largest
/// norm ‖g‖ over their outgoing weights, g the mean over its steps: positions and norms. The server adds n_k ‖g‖ over clients and swaps
/// k_l = ⌊f(s) K_l⌋ units: those of least mean |w| go, those of largest sum come.
/// <para>Cost: k_l positions and values of each group of one block up, per client and adjustment. Measuring rounds send and compute the
/// full network for the sake of one block: a group is adjusted once in as many of them as there are blocks.</para>
/// </remarks>
[Published("ours, after Huang et al. 2023, ICDCS")]
public sealed record FedTinyUnits(PruningPlan Plan, int Rounds) : UnitSwaps(Plan, Rounds)
{
    /// <summary>Blocks of groups, at least 1; a model of fewer groups has a block per group.</summary>
    [Option(FedTinyPruner.BlocksHelp, AtLeast = 1, AtMost = 1000)]
    public int Blocks { get; init; } = 5;

    /// <inheritdoc/>
    protected internal override bool Adjusts(int layer, int layers, int rounds) =>
        FedTinyPruner.IsInTurn(layer, layers, Blocks, rounds / AdjustmentInterval - 1);
}
