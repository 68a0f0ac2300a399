using System.Collections.Immutable;
using System.Globalization;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace AutoFlip;

/// <summary>One client's training of the model it received: the loop that every algorithm and pruner shares.</summary>
/// <remarks>
/// The model trained is the workspace's: a private copy. Every draw is keyed by round, client and local epoch. A removed parameter is
/// exactly 0 after every step and has no optimiser state.
/// </remarks>
public sealed class LocalTraining
{
    readonly Experiment _experiment;
    readonly Workspace _workspace;
    readonly TrainedModel _model;
    readonly Criterion _criterion;
    readonly ClientTask _task;
    readonly int _client;
    readonly SampleSet _samples;
    readonly ReadOnlyMemory<int> _rows;
    readonly Selection _kept;
    readonly CancellationToken _ct;
    Step? _step; // under way
    FrozenValues? _frozen; // of the run under way
    KeyedRandom? _gradientDropout; // of passes beside the steps
    int _epochs; // of all runs

    internal LocalTraining(
        Experiment experiment, Workspace workspace, Criterion criterion, Network network, ClientTask task, int client, SampleSet samples,
        ReadOnlyMemory<int> rows, ClientMemory memory, CancellationToken ct)
    {
        (_experiment, _workspace, _criterion, _task, _client) = (experiment, workspace, criterion, task, client);
        (_samples, _rows, Memory, _ct) = (samples, rows, memory, ct);
        workspace.LoadForTraining(network, task.Weights);
        _model = workspace.Model;
        _kept = task.Mask.KeptParameters();
    }

    /// <summary>The model as received.</summary>
    public Weights Initial => _task.Weights;

    /// <summary>The network in training: without the units that the mask removed.</summary>
    public Network Network => _workspace.Module.Network;

    /// <summary>The model as it is now: parameters, then statistics.</summary>
    public ReadOnlySpan<float> Values => _model.Values;

    /// <summary>Parameters of the model in training that the mask keeps; the others stay 0.</summary>
    public Selection Kept => _kept;

    /// <summary>Vectors that the client keeps from round to round.</summary>
    public ClientMemory Memory { get; }

    /// <summary>Factors on the learning rate, one stretch of parameters after another; empty: none.</summary>
    internal ImmutableArray<StepScale> Scales { get; init; } = [];

    /// <summary>Observes every step; null if nothing is measured.</summary>
    internal TrainingProbe? Probe { get; init; }

    /// <summary>The values that passes compute with; null: the model's own.</summary>
    internal TrainingView? View { get; init; }

    /// <summary>A stream of the client's own, for draws of a pruner.</summary>
    /// <param name="part">Tells several streams of a round apart.</param>
    public KeyedRandom Draws(int part) => new Seeds(_experiment.Seed).For(Purpose.PrunerDraws, _task.Round, _client, part);

    /// <summary>The learning rate of the round.</summary>
    public double LearningRate => _task.LearningRate;

    /// <summary>Numbers that came with the model.</summary>
    public IReadOnlyDictionary<string, double> Numbers => _task.Numbers;

    /// <summary>A vector that came with the model: one value per parameter, 0 where the mask removed it.</summary>
    /// <exception cref="KeyNotFoundException">The algorithm does not send one of that name.</exception>
    public ReadOnlySpan<float> Vector(string name) => _task.Vectors[name].Parameters;

    /// <summary>The client's training samples n_k.</summary>
    public int Samples => _rows.Length;

    /// <summary>Steps of the optimiser so far.</summary>
    public int Steps { get; private set; }

    /// <summary>Samples that went through forward and backward passes so far.</summary>
    public long SamplesSeen { get; private set; }

    /// <summary>Outputs and loss of the last epoch; null before the first.</summary>
    internal Outputs? LastEpoch { get; private set; }

    /// <summary>Trains. Epochs of several runs are numbered on, so that each has draws of its own.</summary>
    /// <param name="epochs">Most epochs.</param>
    /// <param name="patience">Stops when this many epochs in a row have not lowered the epoch's mean loss; the default never does.</param>
    /// <param name="adjustGradients">Called before every step with the current parameters and their gradients, which it may change:
    /// what makes FedProx one line.</param>
    /// <param name="afterStep">Called after every step with the parameters, which it may change. What the mask removed must stay 0.</param>
    /// <param name="trainable">The values that are trained, one bit per value of the model, statistics included: the others stay as they
    /// are, to the bit, and have no part in clipping. The optimizer starts anew. Null: all are trained.</param>
    /// <returns>That nothing is returned beside the model: the outcome of most algorithms.</returns>
    /// <exception cref="AutoFlipException">The loss is no longer a finite number.</exception>
    public ClientOutcome Run(
        int epochs, int patience = int.MaxValue, GradientHook? adjustGradients = null, StepHook? afterStep = null,
        Selection? trainable = null) => RunWith(epochs, new(adjustGradients, afterStep), patience, trainable);

    /// <summary><see cref="Run"/> with hooks that may have a form for devices.</summary>
    internal ClientOutcome RunWith(int epochs, TrainingHooks hooks, int patience = int.MaxValue, Selection? trainable = null)
    {
        if (trainable is not null) _model.ResetOptimizer();
        _frozen = trainable is { IsAll: false } ? new(trainable, Values) : null;
        var best = double.PositiveInfinity;
        for (int epoch = 1, stale = 0; epoch <= epochs && stale < patience; epoch++)
        {
            LastEpoch = RunEpoch(++_epochs, hooks);
            if (LastEpoch.Loss < best) (best, stale) = (LastEpoch.Loss, 0);
            else stale++;
        }
        _frozen = null;
        return ClientOutcome.None;
    }

    /// <summary>Trains a second model of the client, from values of its own and with draws of its own. The first model stays as it is, to
    /// the bit, and so do its steps, its figures and the pruner's measurements; the optimizer starts anew for both. Samples are
    /// counted.</summary>
    /// <param name="values">Parameters, of removed ones 0, then statistics.</param>
    /// <param name="epochs">Epochs.</param>
    /// <param name="adjustGradients">Called before every step with the second model's parameters and their gradients.</param>
    /// <returns>The second model as trained.</returns>
    /// <exception cref="AutoFlipException">The loss is no longer a finite number.</exception>
    public float[] RunAside(ReadOnlySpan<float> values, int epochs, GradientHook? adjustGradients = null) =>
        RunAsideWith(values, epochs, new(adjustGradients));

    /// <summary><see cref="RunAside"/> with hooks that may have a form for devices.</summary>
    internal float[] RunAsideWith(ReadOnlySpan<float> values, int epochs, TrainingHooks hooks)
    {
        var (first, steps) = (Values.ToArray(), Steps);
        Load(values);
        for (var epoch = 1; epoch <= epochs; epoch++) RunEpoch(-epoch, hooks);
        var trained = Values.ToArray();
        Load(first);
        Steps = steps;
        return trained;
    }

    /// <summary>The mean loss of the model as it is over all of the client's samples, in evaluation mode and without augmentation. Cost: a
    /// forward pass of each, counted as a pass.</summary>
    public double Loss()
    {
        SamplesSeen += _rows.Length;
        return Evaluation.Run(_workspace, _criterion, _samples, _rows.Span, _ct).Loss;
    }

    /// <summary>The gradient of the mean loss over all of the client's samples, of the model as it is and without a step: the mean of its
    /// batches' gradients by their samples. Weights and running statistics stay as they are. Not in a hook of <see cref="Run"/>. Cost: a
    /// forward and a backward pass of each sample, counted as a pass.</summary>
    /// <param name="gradient">[parameters]: takes the gradient, of removed weights too.</param>
    /// <remarks>Batches are as large as in training, in the order of the samples, not augmented. Dropout has draws of its own.</remarks>
    public void FullGradient(Span<float> gradient)
    {
        var batch = _experiment.BatchSize == 0 ? _rows.Length : _experiment.BatchSize;
        var values = Values.ToArray();
        var own = new float[gradient.Length];
        var dropout = new Seeds(_experiment.Seed).For(Purpose.Dropout, _task.Round, _client);
        gradient.Clear();
        for (var start = 0; start < _rows.Length; start += batch)
        {
            _ct.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var rows = _rows.Span[start..Math.Min(start + batch, _rows.Length)];
            Pass(_workspace.Read(_samples, rows, augmentation: null), dropout);
            _model.CopyGradients(own);
            TensorPrimitives.MultiplyAdd(own, (float)rows.Length / _rows.Length, gradient, gradient);
            _workspace.Module.ZeroGradients();
        }
        _model.Set(values);
        SamplesSeen += _rows.Length;
    }

    /// <summary>The values of the model as it is, with the statistics of batch normalisation over all of the client's samples: those of its
    /// batches, of unbiased variances, taken together (<see cref="PooledStatistics"/>). The model stays as it is. Cost: a forward pass of
    /// each sample, which is not counted.</summary>
    /// <returns>Parameters, then statistics.</returns>
    /// <remarks>Batches are as large as in training, in a shuffled order of their own, and not augmented. Layers normalise by the batch,
    /// as in training; dropout is off.</remarks>
    internal float[] WithOwnStatistics()
    {
        var (values, first) = (Values.ToArray(), Network.Layout.ParameterCount);
        var (pooled, ofBatch, momentum) = (new PooledStatistics(Network), new double[values.Length - first], Momentum());
        var (order, batch) = (OrderOf(epoch: 0), _experiment.BatchSize == 0 ? _rows.Length : _experiment.BatchSize);
        for (var start = 0; start < order.Length; start += batch)
        {
            _ct.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var still = no_grad();
            var rows = order.AsSpan(start, Math.Min(batch, order.Length - start));
            _model.AdjustValues(all => all[first..].Clear()); // then a batch leaves momentum times its own statistics
            _workspace.Module.Forward(_workspace.Read(_samples, rows, augmentation: null).Input, training: true);
            _model.Passed();
            for (var i = 0; i < ofBatch.Length; i++) ofBatch[i] = Values[first + i] / momentum[i];
            pooled.Add(ofBatch, rows.Length);
        }
        _model.Set(values);
        pooled.Total().CopyTo(values, first);
        return values;

        double[] Momentum()
        {
            var all = new double[values.Length];
            foreach (var (mean, variance, share) in NormStatistics.Of(Network))
            {
                all.AsSpan(mean.Range).Fill(share);
                all.AsSpan(variance.Range).Fill(share);
            }
            return all[first..];
        }
    }

    /// <summary>The gradient of a batch's mean loss at given parameters, without a step: weights, running statistics and the gradient of
    /// the step under way stay as they are. Cost: a forward and a backward pass of the batch, counted.</summary>
    /// <param name="at">[parameters]: where, of removed parameters 0.</param>
    /// <param name="gradient">[parameters]: takes the gradient, of removed weights too.</param>
    /// <remarks>The batch is that of the step under way, as augmented, where a hook of <see cref="Run"/> or <see cref="RunAside"/> calls;
    /// else one that is drawn from the client's samples, not augmented. In a hook of <see cref="Run"/> a pruner's penalty is a part of the
    /// loss. Dropout has draws of its own, others in each call.</remarks>
    public void Gradient(ReadOnlySpan<float> at, Span<float> gradient)
    {
        using var scope = NewDisposeScope();
        var (values, gradients) = (Values.ToArray(), new float[at.Length]);
        _model.CopyGradients(gradients);
        var (batch, samples, probe) = _step ?? OwnBatch();
        _model.Set(at);
        _workspace.Module.ZeroGradients();
        Pass(batch, _gradientDropout ??= new Seeds(_experiment.Seed).For(Purpose.Dropout, _task.Round, _client));
        _model.CopyGradients(gradient);
        probe?.Adjust(at, gradient);
        _model.Set(values);
        _model.SetGradients(gradients);
        SamplesSeen += samples;
    }

    /// <summary>A forward and a backward pass, which add to the gradients.</summary>
    void Pass(Batch batch, KeyedRandom dropout)
    {
        if (_step is null) View?.Begin();
        if (View is not null) _model.AdjustValues(View.Enter);
        Backward(_criterion.Loss(_workspace.Module.Forward(batch.Input, training: true, dropout).flatten(0, -2), batch.Targets));
    }

    /// <summary>A backward pass, which adds to the gradients.</summary>
    void Backward(Tensor loss)
    {
        loss.backward();
        _workspace.Module.RequireBackward();
        _model.Passed();
        if (View is not null) _model.AdjustAll(View.Leave);
    }

    /// <summary>Replaces the model in training, and starts the optimizer anew: a client with two models trains one after
    /// the other.</summary>
    /// <param name="values">Parameters, of removed ones 0, then statistics.</param>
    public void Load(ReadOnlySpan<float> values)
    {
        _model.Set(values);
        _workspace.Module.ZeroGradients();
        _model.ResetOptimizer();
    }

    Step OwnBatch()
    {
        var order = OrderOf(epoch: 0); // of no epoch: they count from 1
        var rows = order.AsSpan(0, Math.Min(_experiment.BatchSize == 0 ? order.Length : _experiment.BatchSize, order.Length));
        return new(_workspace.Read(_samples, rows, augmentation: null), rows.Length, null);
    }

    int[] OrderOf(int epoch)
    {
        var order = _rows.ToArray();
        if (!_experiment.NoShuffle)
            new Seeds(_experiment.Seed).For(Purpose.Shuffle, _task.Round, _client, epoch).Shuffle(order.AsSpan());
        return order;
    }

    /// <summary>One epoch.</summary>
    /// <param name="epoch">Keys its draws: from 1, of a second model from -1 downwards.</param>
    /// <param name="hooks">Called before and after every step.</param>
    Outputs RunEpoch(int epoch, TrainingHooks hooks)
    {
        var seeds = new Seeds(_experiment.Seed);
        var augmentation = seeds.For(Purpose.Augmentation, _task.Round, _client, epoch);
        var dropout = seeds.For(Purpose.Dropout, _task.Round, _client, epoch);
        var order = OrderOf(epoch);

        var module = _workspace.Module;
        var outputs = new Outputs(order.Length, module.Network.Outputs, _samples.Targets);
        var before = Steps;
        using var readout = new Readout(outputs, _workspace.Device, (loss, step) =>
        {
            if (!float.IsFinite(loss)) throw NotFinite(loss, epoch, isFirstStep: before + step == 0);
        });
        var batch = _experiment.BatchSize == 0 ? order.Length : _experiment.BatchSize;
        for (var start = 0; start < order.Length; start += batch)
        {
            _ct.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var rows = order.AsSpan(start, Math.Min(batch, order.Length - start));
            var read = _workspace.Read(_samples, rows, augmentation);
            View?.Begin();
            if (View is not null) _model.AdjustValues(View.Enter);
            var scores = module.Forward(read.Input, training: true, dropout).flatten(0, -2); // steps of sequences one after another
            var loss = _criterion.Loss(scores, read.Targets);
            readout.Add(scores, read.HostTargets, loss);

            Backward(loss);
            _step = new(read, rows.Length, epoch > 0 ? Probe : null);
            if (_step is { Probe: { } probe }) _model.Observe(probe);
            if (hooks.Adjust is not null) _model.Adjust(hooks.Adjust, hooks.AdjustThere);
            if (_frozen is not null) _model.Adjust((_, gradients) => _frozen.Mute(gradients));
            _model.Step(_task.LearningRate, _kept, Scales.AsSpan());
            Steps++;
            if (hooks.AfterStep is not null) _model.AdjustParameters(hooks.AfterStep, hooks.AfterStepThere);
            if (_frozen is not null) _model.AdjustValues(_frozen.Restore);
            _step = null;
            SamplesSeen += rows.Length;
        }
        readout.Read();
        return outputs;
    }

    /// <summary>A step.</summary>
    /// <param name="Batch">Its batch, as augmented.</param>
    /// <param name="Samples">Samples of it.</param>
    /// <param name="Probe">Observes it; null if nothing is measured, as of a second model.</param>
    readonly record struct Step(Batch Batch, int Samples, TrainingProbe? Probe);

    AutoFlipException NotFinite(float loss, int epoch, bool isFirstStep)
    {
        var value = loss.ToString(CultureInfo.InvariantCulture);
        return AutoFlipException.RunFailed(isFirstStep && _task.Round == 1
            ? $"the loss is {value} before the first step: inputs or targets are too large, or not finite; scale them to values near 1."
            : $"the loss became {value} in epoch {Math.Abs(epoch)}; lower {string.Join(" or ", StepLengths())}, set "
                + "Experiment.MaxGradientNorm, or scale inputs and targets that are large.");
    }

    /// <summary>Options by which steps become longer.</summary>
    IEnumerable<string> StepLengths() =>
    [
        "Experiment.LearningRate",
        .. _experiment.Options.Where(option => option is { IsDefault: false, Value: double }).Select(option =>
            $"{option.Option.ApiName} {ExperimentOption.Text(option.Value)}"),
    ];
}

/// <summary>Changes gradients before a step.</summary>
/// <param name="parameters">Current parameters. Read only.</param>
/// <param name="gradients">Their gradients, in the same order. To be changed in place.</param>
public delegate void GradientHook(ReadOnlySpan<float> parameters, Span<float> gradients);

/// <summary>Changes parameters after a step.</summary>
/// <param name="parameters">Current parameters, to be changed in place.</param>
public delegate void StepHook(Span<float> parameters);
