using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Number of weights that each layer keeps, from one number for the whole model.</summary>
/// <remarks>
/// A layer is a weight tensor (matrix or kernel). Biases and norm parameters are always kept, and count in the density of the model, so
/// the weights have what they leave: Σ k_l = ceil((1-p)n) - biases - norms, exactly.
/// <para>Sources: Mocanu et al. 2018 (arXiv 1707.04780) and Evci et al. 2020 (RigL, arXiv 1911.11134, section 3) for ERK: d_l = ε p_l
/// with p_l = Σ sizes / Π sizes; ε is such that the budget is met; layers with ε p_l above 1 are dense, and the rest is solved
/// again.</para>
/// </remarks>
static class LayerCounts
{
    /// <summary>The layers: tensors whose weights are pruned one by one, in layout order.</summary>
    public static ImmutableArray<TensorEntry> LayersOf(WeightLayout layout) =>
        [.. layout.Parameters.Where(tensor => tensor.Role == TensorRole.Weight)];

    /// <summary>Weights that a mask keeps of each layer.</summary>
    public static int[] Of(Mask mask) => [.. LayersOf(mask.Layout).Select(layer => mask.Values.KeptIn(layer.Offset, layer.Length))];

    /// <summary>Counts for a share of all parameters to remove.</summary>
    /// <param name="rule">Uniform or Erk.</param>
    /// <param name="layout">The model.</param>
    /// <param name="fraction">Share p of all parameters to remove; at most that of the weights.</param>
    /// <exception cref="AutoFlipException">A layer would keep nothing (exit 2).</exception>
    public static int[] Of(LayerDensities rule, WeightLayout layout, decimal fraction)
    {
        var layers = LayersOf(layout);
        var budget = PruningPlan.KeptCount(fraction, layout.ParameterCount) - (layout.ParameterCount - layers.Sum(layer => layer.Length));
        var counts = Of(rule, [.. layers.Select(layer => layer.Shape)], budget);
        foreach (var (layer, count) in layers.Zip(counts))
            if (count == 0)
                throw AutoFlipException.BadRequest(
                    $"Experiment.PruneFraction {fraction}: {layer.Name} has {layer.Length} weights and would keep none under "
                    + $"Options.LayerDensities {ExperimentOption.Text(rule)}. Lower it, or choose "
                    + $"{(rule == LayerDensities.Erk ? "uniform" : "erk")} or global.");
        return counts;
    }

    /// <summary>Counts for a number of weights.</summary>
    /// <param name="rule">Uniform or Erk.</param>
    /// <param name="shapes">Sizes of each layer's tensor.</param>
    /// <param name="budget">Weights to keep, in [0, all].</param>
    public static int[] Of(LayerDensities rule, IReadOnlyList<ImmutableArray<int>> shapes, int budget)
    {
        int[] lengths = [.. shapes.Select(shape => shape.Aggregate(1, (product, size) => product * size))];
        double[] relative = [.. shapes.Zip(lengths, (shape, length) => rule switch
        {
            LayerDensities.Uniform => 1.0,
            LayerDensities.Erk => (double)shape.Sum() / length,
            _ => throw new ArgumentException($"{rule} has no number per layer.", nameof(rule)),
        })];
        return Rounded(Solve(relative, lengths, budget), lengths, budget);
    }

    /// <summary>Whole numbers near given ones, of a given sum: each rounded down, then one more for those with the largest rest, ties to
    /// the lower index.</summary>
    /// <param name="wanted">At least 0.</param>
    /// <param name="lengths">No number is above its length.</param>
    /// <param name="sum">At most the sum of lengths.</param>
    public static int[] Rounded(IReadOnlyList<double> wanted, int[] lengths, int sum)
    {
        int[] counts = [.. wanted.Zip(lengths, (number, length) => Math.Min((int)Math.Floor(number), length))];
        for (var missing = sum - counts.Sum(); missing > 0; missing = sum - counts.Sum()) // again where wanted numbers add up to less
            foreach (var l in Enumerable.Range(0, counts.Length).Where(l => counts[l] < lengths[l])
                .OrderByDescending(l => wanted[l] - counts[l]).Take(missing))
                counts[l]++;
        return counts;
    }

    /// <summary>ε p_l n_l, with ε such that the sum is the budget, and at most n_l.</summary>
    static double[] Solve(double[] relative, int[] lengths, int budget)
    {
        var dense = new bool[lengths.Length];
        while (true)
        {
            var (rest, weight) = ((double)budget, 0.0);
            for (var l = 0; l < lengths.Length; l++)
                if (dense[l]) rest -= lengths[l];
                else weight += relative[l] * lengths[l];
            var factor = weight == 0 ? 0 : rest / weight;
            var full = Enumerable.Range(0, lengths.Length).Where(l => !dense[l] && factor * relative[l] > 1).ToList();
            if (full is []) return [.. lengths.Select((length, l) => dense[l] ? length : factor * relative[l] * length)];
            foreach (var l in full) dense[l] = true;
        }
    }

    /// <summary>Keeps the highest-scoring weights of each layer, and every other parameter.</summary>
    /// <param name="layout">The model.</param>
    /// <param name="counts">Weights to keep of each layer.</param>
    /// <param name="scores">[parameters]: higher = keep; of equal ones the lower index.</param>
    public static Mask Highest(WeightLayout layout, IReadOnlyList<int> counts, ReadOnlySpan<float> scores)
    {
        var chosen = new List<Selection>(counts.Count);
        foreach (var (l, layer) in LayersOf(layout).Index()) chosen.Add(Selection.Highest(scores[layer.Range], counts[l]));
        return MaskOf(layout, chosen);
    }

    /// <summary>Keeps some weights of each layer, and every other parameter.</summary>
    /// <param name="layout">The model.</param>
    /// <param name="chosen">Of each layer, one bit per weight.</param>
    public static Mask MaskOf(WeightLayout layout, IEnumerable<Selection> chosen)
    {
        var kept = new bool[layout.ParameterCount];
        Array.Fill(kept, true);
        foreach (var (layer, own) in LayersOf(layout).Zip(chosen))
            for (var i = 0; i < layer.Length; i++) kept[layer.Offset + i] = own[i];
        return Mask.OfWeights(layout, Selection.Of(kept));
    }
}
