using System.Numerics.Tensors;
using static TorchSharp.torch;

namespace AutoFlip;

/// <summary>SynFlow: the server removes the weights with the least synaptic flow, step by step, without data.</summary>
/// <param name="Plan">How much is removed in the end, and how.</param>
/// <remarks>
/// The network with |w| in place of its parameters gets an input of ones, in evaluation mode. R = Σ outputs, and a weight's score is
/// |w ∂R/∂w|. In step i of N all scores are computed under the mask so far, and the highest of all layers together are kept at density
/// d^(i/N). Law: without biases and normalisation each layer's scores sum to R, so no layer vanishes. A unit's score is the mean over its
/// incoming weights and bias (units are ours). A mask keeps exactly ceil(d^(i/N) n) parameters, or fewer where units that go take along
/// weights that were gone already.
/// <para>Cost: N forward and backward passes of one sample in float64 on the server, once; nothing from clients, and no bytes but the
/// mask's.</para>
/// <para>Source: Tanaka, Kunin, Yamins and Ganguli 2020, arXiv 2006.05467, algorithm 1. Departures: d counts biases and norm parameters,
/// which are never removed alone; running statistics are used as they are; <see cref="Experiment.KeepNorm"/> scales the kept weights
/// unless it is off. Refused: networks of token ids, which have no input of ones; those with layer normalisation, past which the size of a
/// weight does not get; those whose outputs are log-probabilities, of which a larger one makes the others smaller.</para>
/// </remarks>
[Published("Tanaka et al. 2020, arXiv 2006.05467")]
public sealed record SynFlowPruner(PruningPlan Plan) : Pruner
{
    /// <summary>Steps N, at least 1.</summary>
    [Option("Steps in which SynFlow removes weights.", AtLeast = 1, AtMost = 10000)]
    public int SynflowSteps { get; init; } = 100;

    /// <inheritdoc/>
    public override bool GoesByWeights => true;

    /// <inheritdoc/>
    public override PruningPlan PlanOf(int round, int first) => Plan;

    /// <inheritdoc/>
    public override void Check(Network network)
    {
        if (network.Vocabulary is not null)
            throw AutoFlipException.BadRequest(
                $"Experiment.Pruner synflow: {network.Name} reads token ids, and synflow needs numbers as inputs. "
                + "Choose a model without an embedding, or another pruner.");
        if (network.Nodes.Any(node => node.Layer is LayerNorm or LogSoftmax))
            throw AutoFlipException.BadRequest(
                $"Experiment.Pruner synflow: {network.Name} has layer normalisation or log-probabilities, through which the flow of a "
                + "weight does not get. Choose a model without them, or another pruner.");
        base.Check(network);
    }

    /// <inheritdoc/>
    public override Mask Prune(PruningContext context)
    {
        var weights = context.Weights ?? throw new ArgumentException("SynFlow needs the server's weights.", nameof(context));
        var threads = get_num_threads();
        set_num_threads(1); // sums of threads come in another order on each machine
        try
        {
            using var module = new NetworkModule<double>(context.Network);
            var mask = Mask.Dense(weights.Layout);
            for (var step = 1; step <= SynflowSteps; step++) mask = Step(module, weights, mask, step);
            return mask;
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    /// <summary>The mask after a step, within the one before.</summary>
    internal Mask Step(NetworkModule<double> module, Weights weights, Mask mask, int step)
    {
        var (exact, _) = Flow(module, mask.Apply(weights));
        var largest = Math.Max(TensorPrimitives.Max<double>(exact), double.Epsilon);
        float[] scores = [.. exact.Select(score => (float)(score / largest))]; // a product over all layers leaves float's range
        var plan = Plan with { Fraction = step == SynflowSteps ? Plan.Fraction : FractionOf(step) };
        return plan.Prune(module.Network, UnitScores.Of(module.Network, scores, GuidanceScale.None), scores, within: mask);
    }

    decimal FractionOf(int step) => (decimal)(1 - Math.Pow((double)(1 - Plan.Fraction), (double)step / SynflowSteps));

    /// <summary>|w ∂R/∂w| of each parameter, and R.</summary>
    /// <param name="module">Takes the weights' magnitudes.</param>
    /// <param name="weights">Parameters of any sign, then statistics.</param>
    /// <exception cref="AutoFlipException">The flow is not finite (exit 4).</exception>
    internal static (double[] Scores, double Flow) Flow(NetworkModule<double> module, Weights weights)
    {
        var parameters = module.Parameters;
        for (var i = 0; i < weights.Layout.Count; i++) module.Values[i] = weights.Values[i];
        TensorPrimitives.Abs(parameters, parameters);
        module.ZeroGradients();
        using var scope = NewDisposeScope();
        var shape = module.Network.Input;
        var input = ones([1, shape.Channels, shape.Height, shape.Width], ScalarType.Float64);
        var flow = module.Forward(input, training: false, records: true).sum();
        flow.backward();
        var scores = new double[parameters.Length];
        TensorPrimitives.Multiply(parameters, module.Gradients, scores);
        TensorPrimitives.Abs(scores, scores);
        var sum = flow.item<double>();
        return double.IsFinite(sum) && TensorPrimitives.IsFiniteAll<double>(scores)
            ? (scores, sum)
            : throw AutoFlipException.RunFailed("SynFlow's sum of outputs is not a finite number; choose another pruner for this model.");
    }
}
