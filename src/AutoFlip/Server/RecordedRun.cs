using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace AutoFlip;

/// <summary>A finished round: what happened, and what the next one starts from.</summary>
/// <param name="Report">What happened.</param>
/// <param name="State">What the next round starts from.</param>
/// <param name="Mask">The round's mask.</param>
/// <param name="Start">The full vector that the round began with; clients received what the mask keeps of it.</param>
public sealed record RoundResult(RoundReport Report, RunState State, Mask Mask, Weights Start);

/// <summary>Evaluates a global model on the server's test set.</summary>
/// <param name="network">The model in its small form.</param>
/// <param name="weights">Its weights.</param>
/// <param name="cutOff">The logit from which on a single output means class 1.</param>
/// <param name="ct">Stops it.</param>
delegate Task<ServerEvaluation> TestSetEvaluation(Network network, Weights weights, float cutOff, CancellationToken ct);

/// <summary>A <see cref="FederatedRun"/> with everything around it: replies are checked, costs are counted, the model is
/// evaluated, an observer watches.</summary>
sealed class RecordedRun
{
    readonly Experiment _experiment;
    readonly Network _network;
    readonly RecordedTransport _transport;
    readonly FederatedRun _run;
    readonly TestSetEvaluation? _evaluate;
    readonly RunObserver _observer;

    /// <summary>Prepares a run; nothing is asked of a client yet.</summary>
    /// <param name="experiment">What to run; already validated.</param>
    /// <param name="method">What it names.</param>
    /// <param name="network">The full model.</param>
    /// <param name="transport">The way to the clients.</param>
    /// <param name="scores">Where explorers' scores are kept.</param>
    /// <param name="evaluate">Evaluates on the server's test set; null if there is none.</param>
    /// <param name="observer">Watches.</param>
    /// <param name="time">The clock.</param>
    public RecordedRun(
        Experiment experiment, Method method, Network network, IClientTransport transport, IExplorerLog scores,
        TestSetEvaluation? evaluate, RunObserver observer, TimeProvider time)
    {
        (_experiment, _network, _evaluate, _observer) = (experiment, network, evaluate, observer);
        _transport = new(experiment, method, network, transport, observer, time);
        _run = new(experiment, method, network, _transport, scores);
    }

    /// <summary>The mask of each round.</summary>
    public MaskSchedule Masks => _run.Masks;

    /// <summary>Runs the rounds that are left: see <see cref="FederatedRun.RunAsync"/>.</summary>
    /// <param name="initial">w_0.</param>
    /// <param name="from">State to resume from; null for a new run.</param>
    /// <param name="ct">Stops within one batch of every client's training.</param>
    /// <exception cref="AutoFlipException">No explorer, or no client of a round, returned anything usable, or what they returned adds up to
    /// numbers that are not finite (exit 4).</exception>
    public async IAsyncEnumerable<RoundResult> RunAsync(Weights initial, RunState? from, [EnumeratorCancellation] CancellationToken ct)
    {
        _transport.Begin();
        await foreach (var (task, cohort, state) in _run.RunAsync(initial, from, ct))
        {
            RequireFinite(state);
            var ledger = _transport.Ledger;
            ledger.Enter(RoundPhase.Evaluating);
            var evaluated = await EvaluateAsync(task, cohort, state.Server.Weights, ct);
            ledger.Enter(RoundPhase.Waiting);
            var layers = LayerFigures.Of(_network, task.Mask, initial, task.Weights, state.Server.Weights);
            yield return new(ledger.Report(task, cohort, evaluated) with { Layers = layers }, state, task.Mask, task.Weights);
            _transport.Begin();
        }
    }

    /// <summary>Refuses a state that no run can go on from, before it takes the place of the last one: sums of finite numbers may be
    /// infinite.</summary>
    static void RequireFinite(RunState state)
    {
        Require("model", state.Server.Weights.Values);
        foreach (var (name, vector) in state.Server.Slots) Require($"vector '{name}'", vector.Values);
        Require("pruner's memory", state.Memory);

        void Require(string what, ReadOnlySpan<float> values)
        {
            if (!values.IsEmpty && !TensorPrimitives.IsFiniteAll(values))
                throw AutoFlipException.RunFailed(
                    $"Round {state.Round}: the {what} is not finite after aggregation: what clients returned is finite, and too large "
                    + "together. Start a run with a lower "
                    + "Experiment.LearningRate or a robust Experiment.Algorithm, such as median.");
        }
    }

    /// <summary>Evaluates on clients and on the test set, every <see cref="Experiment.EvaluateEvery"/> rounds and after the last.</summary>
    async Task<ServerEvaluation?> EvaluateAsync(ClientTask trained, int[] cohort, Weights weights, CancellationToken ct)
    {
        var (t, mask, cutOff) = (trained.Round, trained.Mask, _transport.Ledger.CutOff);
        if (!_experiment.Evaluates(t)) return null;
        _observer.Evaluating(t);
        if (_experiment.EvaluationScope != EvaluationScope.Global)
        {
            var task = new ClientTask(ClientWork.Evaluate, t, 0, weights, mask) { CutOff = cutOff, Travels = trained.Travels };
            await foreach (var _ in _transport.DispatchAsync(task, Cohort.Evaluators(_experiment, t, cohort), ct)) { }
        }
        return _evaluate is null || _experiment.EvaluationScope == EvaluationScope.Local
            ? null
            : await _evaluate(mask.Shrink(_network), mask.Shrink(weights), cutOff, ct);
    }
}
