using System.Collections.Immutable;

namespace AutoFlip;

/// <summary>Factors on the learning rate that make a pruned layer's outputs move as far in a step as the full layer's.</summary>
/// <remarks>
/// An adaptive optimiser moves every weight by about the learning rate, whatever the gradient. An output with f inputs moves by a sum
/// of f such steps, which point the same way in so far as inputs are correlated, so of f' inputs that are left it moves f'/f as far: a
/// pruned network learns more slowly at the same learning rate. The factor is f/f' for weights, and 1 for biases, norms and
/// embeddings, whose steps are not sums.
/// <para>Source: the rule of the maximal update parametrisation for Adam, learning rates of matrices in proportion to
/// 1/fan-in (Yang et al. 2022, arXiv 2203.03466, table 8), applied to the change of width that pruning is. Of plain SGD the
/// rule has no factor for hidden layers.</para>
/// </remarks>
static class StepScales
{
    /// <summary>One factor per parameter tensor of the small network, in order; empty if all are 1.</summary>
    /// <param name="full">The full network.</param>
    /// <param name="small">What is left of it as whole units.</param>
    /// <param name="kept">Parameters of each of its tensors that single-weight pruning left.</param>
    public static ImmutableArray<StepScale> Of(Network full, Network small, ImmutableArray<int> kept)
    {
        if (kept.Sum() == full.Layout.ParameterCount) return [];
        var rows = full.Groups.SelectMany(group => group.Memberships)
            .Where(membership => membership is { Makes: true, Axis: 0 }).Select(membership => membership.Tensor).ToHashSet();
        return [.. small.Layout.Parameters.Zip(kept, (tensor, left) => new StepScale(
            tensor.Length,
            tensor.Role == TensorRole.Weight && rows.Contains(tensor.Name) ? Factor(full.Layout[tensor.Name], tensor, left) : 1))];
    }

    /// <summary>Inputs of an output before, by their mean number after; 1 where nothing is left.</summary>
    static double Factor(TensorEntry full, TensorEntry small, int left) =>
        left == 0 ? 1 : (double)full.Length / full.Shape[0] * small.Shape[0] / left;
}
