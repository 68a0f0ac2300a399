namespace AutoFlip;

/// <summary>The baseline for informed pruning: a fixed random mask of the same plan, drawn once from the run's seed.</summary>
/// <param name="Plan">How much is removed, and how.</param>
/// <remarks>Under Global all weights are ranked together by their draws, so every layer has the same density but for chance. Under Uniform
/// and Erk (<see cref="LayerDensities"/>) each layer keeps an exact number, and biases and norms are dense. Needs no exploration and no
/// data; costs nothing beyond FedAvg but the mask on the way down, once.
/// <para>Differs from the reference's "random pruning", which zeroes new random weights after every mini-batch: a mask that is no
/// mask is no baseline. FedDST's "RandomMask" and the static baseline of FedRTS are this pruner under Erk.</para></remarks>
[Published("a baseline; layer densities: Evci et al. 2020, arXiv 1911.11134")]
public sealed record RandomPruner(PruningPlan Plan) : Pruner
{
    /// <summary>Distribution of the kept weights among layers; Auto is Global.</summary>
    [Option(SwappingPruner.DensitiesHelp)]
    public LayerDensities LayerDensities { get; init; }

    bool CountsLayers => LayerDensities is LayerDensities.Uniform or LayerDensities.Erk;

    /// <inheritdoc/>
    public override PruningPlan PlanOf(int round, int first) => Plan;

    /// <inheritdoc/>
    public override void Check(Network network)
    {
        base.Check(network);
        if (CountsLayers) LayerCounts.Of(LayerDensities, network.Layout, Plan.Fraction);
    }

    /// <inheritdoc/>
    public override string? Refuses(Experiment experiment) => CountsLayers && experiment.Pruning != PruningKind.Unstructured
        ? ApiNames.Refusal(
            "Options.LayerDensities", ExperimentOption.Text(LayerDensities),
            $"auto or global under Experiment.Pruning {ExperimentOption.Text(experiment.Pruning)}, which removes whole units; "
            + "any under Experiment.Pruning unstructured")
        : null;

    /// <inheritdoc/>
    public override Mask Prune(PruningContext context)
    {
        var random = context.Seeds.For(Purpose.RandomMask);
        var scores = new float[context.Network.Layout.ParameterCount];
        foreach (ref var score in scores.AsSpan()) score = random.NextSingle();
        var layout = context.Network.Layout;
        if (CountsLayers) return LayerCounts.Highest(layout, LayerCounts.Of(LayerDensities, layout, Plan.Fraction), scores);
        double[][] units = [.. context.Network.Groups.Select(group => Draw(group.Width, random))];
        return Plan.Prune(context.Network, units, scores);
    }

    static double[] Draw(int count, KeyedRandom random)
    {
        var scores = new double[count];
        foreach (ref var score in scores.AsSpan()) score = random.NextDouble();
        return scores;
    }
}
