using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>FedMef's extrusion: weights that are about to go are drawn to 0 first, so that others take over what they knew.</summary>
/// <param name="Plan">How much is removed.</param>
/// <remarks>
/// In the round before an adjustment each client marks the k_l kept weights of least |w| of each layer in the model that it received, and
/// trains with the loss plus λ‖w_marked‖²: before every step g ← g + 2λw of the marked weights. It reports the k_l removed weights of
/// largest |g|, positions and values, g the mean over its steps without that term. The server adds n_k g over clients and swaps
/// (<see cref="SwappingPruner"/>). With λ = 0 it is <see cref="FedTinyPruner"/> with one block, to the bit.
/// <para>Cost: as FedTiny's, of all layers.</para>
/// <para>Source: Huang et al. 2024 (CVPR), budget-aware extrusion. Departures: the learning rate stays that of the round (the paper raises
/// it with ‖w_marked‖), and scaled activation pruning, which saves clients' memory, is left out.</para>
/// </remarks>
[Published("Huang et al. 2024, CVPR")]
public sealed record FedMefPruner(PruningPlan Plan) : WeightSwaps(Plan)
{
    /// <summary>λ, at least 0.</summary>
    [Option("Weight of the penalty on the squared weights that are about to be removed.", AtLeast = 0)]
    public double ExtrusionPenalty { get; init; } = 0.01;

    /// <summary>The pruner of an experiment.</summary>
    public static FedMefPruner Of(Experiment experiment) => new(PruningPlan.OfWeights(experiment));

    /// <inheritdoc/>
    internal override TrainingProbe ProbeOf(RemovedWeights removed) => new Extrusion(removed, (float)ExtrusionPenalty);

    /// <summary>The measurement, and the penalty.</summary>
    internal sealed class Extrusion(RemovedWeights removed, float penalty) : GrowthProbe(removed, GrowthKind.Largest)
    {
        int[]? _marked;

        /// <inheritdoc/>
        public override void Adjust(ReadOnlySpan<float> parameters, Span<float> gradients)
        {
            if (penalty == 0) return;
            _marked ??= Mark(parameters); // before the first step: the model as received
            foreach (var i in _marked) gradients[i] += 2 * penalty * parameters[i];
        }

        /// <inheritdoc/>
        /// <remarks>The weights to be marked are known on the host.</remarks>
        internal override bool Watch(Tensor parameters, Tensor gradients) => penalty == 0 && base.Watch(parameters, gradients);

        int[] Mark(ReadOnlySpan<float> received)
        {
            var marked = new List<int>();
            foreach (var (tensor, indices, swaps) in Removed.Layers)
            {
                var stay = WeightSwaps.Largest(tensor, received, Removed.Kept, tensor.Length - indices.Length - swaps);
                marked.AddRange(Enumerable.Range(tensor.Offset, tensor.Length).Where(i => Removed.Kept[i] && !stay[i - tensor.Offset]));
            }
            return [.. marked];
        }
    }
}
