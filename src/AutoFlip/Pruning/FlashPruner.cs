using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>FLASH: explorers find out how dense each layer should be, and one static mask has these densities.</summary>
/// <param name="Plan">How much is removed.</param>
/// <param name="Epochs">Most epochs of an explorer, E_exp.</param>
/// <param name="Patience">Epochs without a lower mean loss after which it stops.</param>
/// <param name="BatchSize">Samples of a batch; 0: all.</param>
/// <remarks>
/// Each explorer begins with a random mask of the density of the run, which it draws itself, on the model that it received. After each
/// epoch it removes the share r of its weights of least |w|, of all layers together, and lets as many come back, drawn from all removed
/// ones, at 0. So weights move to the layers that need them. It returns its mask. The server averages layer densities over explorers, each
/// weighing the same, and keeps in each layer as many weights as that gives: drawn, or those of largest |w| of its model
/// (<see cref="MaskInit"/>).
/// <para>Cost: the training of explorers, and their masks up, once: less than a bit per parameter and some bytes where replies are
/// float32.</para>
/// <para>Source: Babakniya et al. 2023 (TMLR), SPDST with Random, and one step of JMWST with Magnitude. Departures: weights are not drawn
/// anew; biases and norm parameters are dense and linear layers are pruned too; explorers are
/// <see cref="Experiment.ExplorerFraction"/> and train <see cref="Experiment.ExplorationEpochs"/> (the paper: a tenth and 10).</para>
/// </remarks>
[Published("Babakniya et al. 2023, TMLR")]
public sealed record FlashPruner(PruningPlan Plan, int Epochs, int Patience, int BatchSize) : Pruner
{
    /// <summary>Weights that the mask keeps in each layer.</summary>
    [Option(SwappingPruner.InitHelp)]
    public MaskInit MaskInit { get; init; }

    /// <summary>Share r, in (0, 1).</summary>
    [Option("Share of its weights that an explorer replaces after each epoch.", Above = 0, Below = 1)]
    public double ExplorerSwapRatio { get; init; } = 0.25;

    /// <summary>The pruner of an experiment.</summary>
    public static FlashPruner Of(Experiment experiment) => new(
        PruningPlan.OfWeights(experiment), experiment.ExplorationEpochs, experiment.ExplorationPatience, experiment.BatchSize);

    /// <inheritdoc/>
    public override bool Explores => true;

    /// <inheritdoc/>
    public override bool OnlyWeights => true;

    /// <inheritdoc/>
    public override bool GoesByWeights => MaskInit == MaskInit.Magnitude;

    /// <inheritdoc/>
    public override PruningPlan PlanOf(int round, int first) => Plan;

    /// <inheritdoc/>
    /// <returns>1 for each parameter that the explorer's last mask keeps, 0 for the others.</returns>
    public override float[] Explore(LocalTraining training)
    {
        var layout = training.Initial.Layout;
        var random = training.Draws(part: 0);
        var kept = Draw(layout, random);
        var start = training.Initial.ToArray();
        kept.Apply(start.AsSpan(0, kept.Count));
        training.Load(start);
        var steps = BatchSize == 0 ? 1 : (training.Samples + BatchSize - 1) / BatchSize; // of an epoch
        training.Run(
            Epochs, Patience, adjustGradients: (_, gradients) => kept.Apply(gradients),
            afterStep: weights =>
            {
                kept.Apply(weights);
                if (training.Steps % steps != 0) return;
                kept = Swapped(layout, kept, weights, random);
                kept.Apply(weights);
            });
        var ones = new float[kept.Count];
        Array.Fill(ones, 1);
        kept.Apply(ones);
        return ones;
    }

    /// <inheritdoc/>
    public override Mask Prune(PruningContext context)
    {
        var explored = context.Scores ?? throw new ArgumentException("FLASH prunes by exploration.", nameof(context));
        var (layout, mean) = (context.Network.Layout, explored.Mean(explored.Explorers));
        var layers = LayerCounts.LayersOf(layout);
        TensorPrimitives.Clamp(mean, 0, 1, mean); // they are shares of explorers, if all of them are honest
        double[] wanted = [.. layers.Select(layer => Sum(mean.AsSpan(layer.Range)))];
        var budget = PruningPlan.KeptCount(Plan.Fraction, layout.ParameterCount)
            - (layout.ParameterCount - layers.Sum(layer => layer.Length));
        var scale = budget / Math.Max(wanted.Sum(), 1); // 1 but for rounding
        var counts = LayerCounts.Rounded([.. wanted.Select(count => count * scale)], [.. layers.Select(layer => layer.Length)], budget);

        var scores = new float[layout.ParameterCount];
        var random = context.Seeds.For(Purpose.RandomMask);
        if (context.Weights is { } weights && GoesByWeights) TensorPrimitives.Abs(weights.Parameters, scores);
        else
            foreach (ref var score in scores.AsSpan()) score = random.NextSingle();
        return LayerCounts.Highest(layout, counts, scores);
    }

    /// <summary>A random mask of the plan's density.</summary>
    Selection Draw(WeightLayout layout, KeyedRandom random)
    {
        var scores = new float[layout.ParameterCount];
        foreach (ref var score in scores.AsSpan()) score = random.NextSingle();
        return Keep(layout, scores, PruningPlan.KeptCount(Plan.Fraction, layout.ParameterCount));
    }

    /// <summary>Another mask of the same count: the share of the smallest weights goes, and as many of those that were removed
    /// come.</summary>
    internal Selection Swapped(WeightLayout layout, Selection kept, ReadOnlySpan<float> weights, KeyedRandom random)
    {
        var fixedCount = layout.ParameterCount - LayerCounts.LayersOf(layout).Sum(layer => layer.Length);
        var swaps = Math.Min((int)(ExplorerSwapRatio * (kept.Kept - fixedCount)), kept.Count - kept.Kept);
        var scores = new float[kept.Count];
        for (var i = 0; i < scores.Length; i++) scores[i] = kept[i] ? MathF.Abs(weights[i]) : -1;
        var stay = Keep(layout, scores, kept.Kept - swaps);
        for (var i = 0; i < scores.Length; i++) scores[i] = stay[i] ? 2 : kept[i] ? -1 : random.NextSingle();
        return Keep(layout, scores, kept.Kept);
    }

    static Selection Keep(WeightLayout layout, float[] scores, int count)
    {
        foreach (var tensor in layout.Parameters)
            if (tensor.Role != TensorRole.Weight) scores.AsSpan(tensor.Range).Fill(float.PositiveInfinity);
        return Selection.Highest(scores, count);
    }

    static double Sum(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return sum;
    }
}
