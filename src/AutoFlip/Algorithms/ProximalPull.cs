namespace AutoFlip;

/// <summary>A pull towards the received model, g ← g + λ(w - w_t), and its limit under SGD.</summary>
static class ProximalPull
{
    /// <summary>Refusal of a pull that alone carries a step beyond the received model; null if it does not, or another optimizer scales
    /// steps.</summary>
    /// <param name="option">Name of λ: <c>Options.Mu</c>.</param>
    /// <param name="weight">λ.</param>
    /// <param name="experiment">The run.</param>
    /// <param name="optimizer">Its clients' optimizer.</param>
    /// <remarks>A step multiplies the distance by 1 - λη. Beyond 1 it overshoots, and the loss' own curvature adds to λ.</remarks>
    public static string? Refusal(string option, double weight, Experiment experiment, Optimizer optimizer) =>
        optimizer is Sgd && weight * experiment.LearningRate > 1
            ? $"Experiment.Algorithm {experiment.Algorithm}: with {option} {ExperimentOption.Text(weight)} and Experiment.LearningRate "
                + $"{ExperimentOption.Text(experiment.LearningRate)} each step overshoots the received model. "
                + "Accepted: a product of at most 1."
            : null;

    /// <summary>The pull as a hook, on the host and on devices.</summary>
    /// <param name="weight">λ.</param>
    /// <param name="received">The received model.</param>
    public static TrainingHooks Hooks(double weight, Weights received) => new(
        (w, g) => Add(weight, w, received.Parameters, g),
        AdjustThere: (w, g, vectors) =>
        {
            if (weight == 0) return true;
            using var moved = w.sub(vectors.Of(received));
            using var pull = moved.mul(Scalars.Of((float)weight));
            g.add_(pull, Scalars.One);
            return true;
        });

    /// <summary>g ← g + λ(w - w_t). Nothing for λ = 0.</summary>
    /// <param name="weight">λ.</param>
    /// <param name="w">[parameters].</param>
    /// <param name="received">[parameters]: w_t.</param>
    /// <param name="g">[parameters].</param>
    public static void Add(double weight, ReadOnlySpan<float> w, ReadOnlySpan<float> received, Span<float> g)
    {
        if (weight == 0) return;
        var lambda = (float)weight;
        for (var i = 0; i < g.Length; i++) g[i] += lambda * (w[i] - received[i]);
    }
}
