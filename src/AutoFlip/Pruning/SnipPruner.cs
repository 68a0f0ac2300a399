using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>SNIP over clients: each scores the weights by one batch at the received model, and one static mask follows.</summary>
/// <param name="Plan">How much is removed, and how.</param>
/// <remarks>
/// Explorer k computes s_k = |w ⊙ g_k| at the model that it received, with g_k the gradient of the mean loss of one batch, without a step.
/// The server ranks s = Σ n_k s_k of all explorers (<see cref="Experiment.ExplorerFraction"/>) and keeps the highest of all layers
/// together. One explorer gives SNIP. With whole units (<see cref="Experiment.Pruning"/>), which is ours, a unit's score is the mean of s
/// over its incoming weights and bias.
/// <para>Cost: a forward and a backward pass of a batch per explorer, and one score per parameter up, once.</para>
/// <para>Sources: Lee, Ajanthan and Torr 2019 (SNIP, arXiv 1810.02340); SSFL (TMLR 2026), which is this pruner with all clients as
/// explorers and <see cref="Experiment.DenseRounds"/> 0. Departures: biases and norm parameters are never removed alone; the batch is
/// drawn, not augmented; <see cref="Experiment.KeepNorm"/> scales the kept weights unless it is off, as it is in both sources.</para>
/// </remarks>
[Published("Lee, Ajanthan and Torr 2019, arXiv 1810.02340; SSFL, TMLR 2026")]
public sealed record SnipPruner(PruningPlan Plan) : Pruner
{
    /// <inheritdoc/>
    public override bool Explores => true;

    /// <inheritdoc/>
    public override PruningPlan PlanOf(int round, int first) => Plan;

    /// <inheritdoc/>
    /// <returns>n_k |w ⊙ g|: the server's mean over explorers is then a multiple of Σ n_k s_k.</returns>
    public override float[] Explore(LocalTraining training)
    {
        var weights = training.Initial.Parameters;
        var scores = new float[weights.Length];
        training.Gradient(weights, scores);
        TensorPrimitives.Multiply(weights, scores, scores);
        TensorPrimitives.Abs(scores, scores);
        TensorPrimitives.Multiply(scores, training.Samples, scores);
        return scores;
    }

    /// <inheritdoc/>
    public override Mask Prune(PruningContext context)
    {
        var explored = context.Scores ?? throw new ArgumentException("SNIP prunes by exploration.", nameof(context));
        var scores = explored.Mean(explored.Explorers);
        return Plan.Prune(context.Network, UnitScores.Of(context.Network, scores, GuidanceScale.None), scores);
    }
}
