using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace AutoFlip;

/// <summary>SCAFFOLD: control variates take the drift of a client's own data out of its steps.</summary>
/// <remarks>
/// A client k with control variate c_k (0 on its first visit) receives w and c and takes tau steps of y ← y - η(g(y) + c - c_k). Then
/// c_k' = c_k - c + (w - y) / (τη), and Δ = c_k' - c_k goes up beside y. The server: w ← w + η_g mean(y - w), every client of the cohort
/// S weighing the same, and c ← c + (1/N) Σ_S Δ. So round 1 is a round of FedAvg with equal weights, and while all N clients take part c
/// is the mean of all c_k. Running statistics become the mean by samples; control variates are of parameters only.
/// <para>With <see cref="WeightBySamples"/> the mean of y - w is by samples, and c as before, as in the codes of those tables. Round 1 is
/// FedAvg's; where all clients take part, the rounds still end at the minimum of the mean of the clients' losses, not of the mean by
/// samples: once c is the gradient of the former, all clients make the same step, and weights do not matter.</para>
/// <para>This is option II. With option I (<see cref="FullGradient"/>) c_k' is the gradient of the mean loss over all samples of the client
/// at w, and c - c_k is added to the gradients, inside momentum.</para>
/// <para>Cost: one vector per client and one on the server; one more vector each way, in float16 unless values are float32; with option I
/// a forward and a backward pass of all samples more.</para>
/// <para>Source: Karimireddy et al. 2020 (arXiv 1910.06378), algorithm 1. Departure, in option II: -η(c - c_k) is added after the
/// optimiser's step, outside its momentum, as NIID-Bench and Flower do; without momentum it is the paper's step. With it, c_k carries
/// a factor of up to 1/(1 - ρ).</para>
/// </remarks>
[Published("Karimireddy et al. 2020, arXiv 1910.06378")]
public sealed record Scaffold : FederatedAlgorithm
{
    const string Control = "control";

    /// <summary>The server's learning rate η_g, above 0.</summary>
    [Option("Server learning rate: factor on the step to the clients' mean. 1 takes the mean.", Above = 0, AtMost = 10)]
    public double ServerLearningRate { get; init; } = 1;

    /// <summary>True for the paper's option I of control variates, false for option II.</summary>
    [Option("Control variates are gradients on all of a client's samples at the received model (option I of the paper), at the cost of a "
        + "pass, instead of the mean gradient of its steps (option II).")]
    public bool FullGradient { get; init; }

    /// <summary>True for the mean of the clients' models by samples, false for the paper's, in which all clients weigh the same.</summary>
    [Option("Clients' models are averaged by their samples, as in the published tables of NIID-Bench and Flower, instead of equally "
        + "(algorithm 1 of the paper).")]
    public bool WeightBySamples { get; init; }

    /// <inheritdoc/>
    public override int ExtraPasses => FullGradient ? 1 : 0;

    /// <inheritdoc/>
    public override ImmutableArray<string> Sends => [Control];

    /// <inheritdoc/>
    public override ImmutableArray<string> Returns => [Control];

    /// <inheritdoc/>
    public override bool TakesSubModels => false;

    /// <inheritdoc/>
    public override string? Refuses(Experiment experiment, Optimizer optimizer, Pruner pruner) =>
        optimizer is not Sgd
            ? "Experiment.Algorithm scaffold: its control variates are mean gradients, and only SGD steps by gradients. "
                + "Accepted: Experiment.Optimizer SGD."
        : experiment.MaxGradientNorm > 0
            ? "Experiment.Algorithm scaffold: its control variates are mean gradients, which clipping changes. "
                + "Accepted: Experiment.MaxGradientNorm 0."
        : pruner.Refreshes
            ? "Experiment.Algorithm scaffold: where a new mask brings weights back, control variates of absent clients would be stale. "
                + $"Accepted: {pruner.SettlesBy}."
        : null;

    /// <inheritdoc/>
    public override ServerState Initialize(Weights initial)
    {
        var state = base.Initialize(initial);
        return state with { Slots = state.Slots.Add(Control, Weights.Zeros(initial.Layout)) };
    }

    /// <inheritdoc/>
    public override ClientOutcome ClientUpdate(LocalTraining training, int epochs)
    {
        var received = training.Vector(Control);                                          // c
        var own = training.Memory.Read(Control) ?? new float[received.Length];            // c_k
        var drift = new float[own.Length];
        TensorPrimitives.Subtract(received, own, drift);                                  // c - c_k
        var change = FullGradient ? OptionOne(training, epochs, own, drift) : OptionTwo(training, epochs, received, drift);
        TensorPrimitives.Add(own, change, own);                                           // c_k' = c_k + Δ
        training.Memory.Write(Control, own);
        return ClientOutcome.None.With(Control, change);
    }

    /// <summary>Trains. Δ = ∇F_k(w) - c_k.</summary>
    static float[] OptionOne(LocalTraining training, int epochs, float[] own, float[] drift)
    {
        var change = new float[own.Length];
        training.FullGradient(change);
        training.Kept.Apply(change);
        TensorPrimitives.Subtract(change, own, change);
        training.RunWith(epochs, new TrainingHooks(
            (_, g) => TensorPrimitives.Add(g, drift, g),
            AdjustThere: (_, g, vectors) =>
            {
                g.add_(vectors.Of(drift), Scalars.One);
                return true;
            }));
        return change;
    }

    /// <summary>Trains. Δ = (w - y) / (τη) - c.</summary>
    static float[] OptionTwo(LocalTraining training, int epochs, ReadOnlySpan<float> received, float[] drift)
    {
        var rate = (float)training.LearningRate;
        training.RunWith(epochs, new TrainingHooks(
            AfterStep: y => TensorPrimitives.MultiplyAdd(drift, -rate, y, y),
            AfterStepThere: (y, _, vectors) =>
            {
                y.add_(vectors.Of(drift).mul(Scalars.Of(-rate)), Scalars.One);
                return true;
            }));

        var change = new float[drift.Length];
        TensorPrimitives.Subtract(training.Initial.Parameters, training.Values[..change.Length], change);
        TensorPrimitives.Multiply(change, (float)(1 / (training.Steps * training.LearningRate)), change);
        TensorPrimitives.Subtract(change, received, change);
        return change;
    }

    /// <inheritdoc/>
    public override RoundFold BeginRound(ServerState state, RoundFacts facts) => new Fold(this, state, facts);

    sealed class Fold(Scaffold algorithm, ServerState state, RoundFacts facts) : RoundFold
    {
        readonly SplitMean _mean = new(facts.Mask);
        readonly float[] _changes = new float[facts.Mask.Kept];

        public override int Count => _mean.Count;

        public override void Add(ClientReply reply)
        {
            _mean.Add(reply, algorithm.WeightBySamples ? reply.Examples : 1);
            TensorPrimitives.Add(_changes, reply.Vectors[Control].Span, _changes);
        }

        public override ServerState End()
        {
            var (mask, old) = (facts.Mask, state.Weights);
            var next = old.Towards(_mean.Over(old), algorithm.ServerLearningRate);
            var control = state.Slots[Control].ToArray();
            var change = mask.KeptParameters().Scatter(_changes);
            TensorPrimitives.MultiplyAdd(change, 1f / facts.Clients, control.AsSpan(0, change.Length), control.AsSpan(0, change.Length));
            return new(next, state.Slots.SetItem(Control, new Weights(old.Layout, control)));
        }
    }
}
